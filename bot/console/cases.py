"""One case: the conversation as one thread, live, with what staff may do next. What they do is in ``case_acts``."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from bot.console.case_page import CasePage, page_of, side_of
from bot.console.outside import now, parts
from bot.console.permissions import requires
from bot.domain.audit import Act
from bot.services.cases import find_case

pages = Blueprint("cases", __name__)


@pages.get("/cases/<string:reference>")
@requires("see_cases")
def show(reference: str) -> ResponseReturnValue:
    """Show a case that the roles may see; any other is not found: nobody learns that it exists. The look is recorded."""
    _record_look(reference)
    with parts().unit_of_work() as uow:
        page = page_of(uow, find_case(uow, reference, current_user.role_set), before=request.args.get("before", type=int))
        return render_template("case.html", page=page, **side_of(uow, page))


@pages.get("/cases/<string:reference>/earlier")
@requires("see_cases")
def earlier(reference: str) -> ResponseReturnValue:
    """Show the messages before a position, for a page that has the later ones."""
    with parts().unit_of_work() as uow:
        case = find_case(uow, reference, current_user.role_set)
        page = page_of(uow, case, before=request.args.get("before", type=int))
        _record_return(page, reference)
        return render_template("case_live.html", page=page, changed=())


@pages.get("/cases/<string:reference>/live")
@requires("see_cases")
def live(reference: str) -> ResponseReturnValue:
    """Show what a page does not know yet; it says in ``since`` what it knows. No look is recorded: the page is open."""
    since = request.args.get("since", "")
    with parts().unit_of_work() as uow:
        case = find_case(uow, reference, current_user.role_set)
        page = page_of(uow, case, since=since, is_writing=request.args.get("writing") == "1")
        _record_return(page, reference)
        if page.state == since:
            return "", 204
        changed = page.changed_since(since)
        return render_template(
            "case_live.html", page=page, changed=changed, **(side_of(uow, page) if "head" in changed else {})
        )


def _record_return(page: CasePage, reference: str) -> None:
    """Record a look, before it is shown, where the page asks that had been left, or one that never was opened."""
    if page.is_new:
        _record_look(reference)


def _record_look(reference: str) -> None:
    with parts().unit_of_work(is_durable=True) as uow:
        case = find_case(uow, reference, current_user.role_set)
        uow.audit.add(Act.CONVERSATION_OPENED, staff_id=current_user.id, at=now(), subject=case.reference)
        uow.commit()
