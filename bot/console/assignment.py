"""Who follows a case: claimed from the queue, or given out by a supervisor, many at once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from bot.console.outside import actor, handover_of, new_id, now, parts, staff_names
from bot.console.permissions import requires
from bot.console.queue import colleagues, teams
from bot.console.ways import local_path
from bot.domain.errors import InvalidInput, WrongState
from bot.services.cases import find_case
from bot.services.casework import claim_case
from bot.services.queue import Outcome, assign_many, transfer_many

pages = Blueprint("assignment", __name__)


@pages.post("/queue/<reference>/claim")
@requires("work_on_cases")
def claim(reference: str) -> ResponseReturnValue:
    """Follow a case, and go to it; where a colleague was faster, say who."""
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            claim_case(uow, reference, actor=actor(), clock=now)
    except WrongState as error:
        flash(_why_not(reference, error.code), "error")
        return redirect(local_path(request.form.get("next", "/")), 303)
    return redirect(url_for("cases.show", reference=reference.upper()), 303)


@pages.post("/queue/assign")
@requires("assign_cases")
def assign() -> ResponseReturnValue:
    """Give several cases to a colleague, or hand them to an office."""
    references = list(dict.fromkeys(request.form.getlist("case")))
    try:
        _tell(_give(references, request.form.get("to", ""), request.form.get("note", "")))
    except InvalidInput as error:
        flash(_trouble(error.code), "error")
    return redirect(local_path(request.form.get("next", "/")), 303)


def _give(references: list[str], to: str, note: str) -> Outcome:
    """Give cases to ``staff:<account>`` or ``team:<office>``; ``team:`` stands for whoever comes first."""
    kind, _, value = to.partition(":")
    if not references:
        raise InvalidInput("no_case_chosen")
    with parts().unit_of_work(is_durable=True) as uow:
        if kind == "team" and value in ("", *teams()):
            words = handover_of(parts())
            return transfer_many(
                uow, references, team=value or None, note=note, actor=actor(), words=words, clock=now, new_id=new_id
            )
        member = next((one for one in colleagues() if kind == "staff" and str(one.id) == value), None)
        if member is None:
            raise InvalidInput("nobody_chosen")
        return assign_many(
            uow, references, to=member.id, team=member.team, roles=member.role_set, actor=actor(), clock=now, note=note
        )


def _tell(outcome: Outcome) -> None:
    """Say what became of each case."""
    if outcome.done:
        flash(ngettext("%(num)s case was given out.", "%(num)s cases were given out.", outcome.done), "done")
    if outcome.resolved:
        flash(
            ngettext(
                "%(num)s case had been resolved meanwhile.",
                "%(num)s cases had been resolved meanwhile.",
                outcome.resolved,
            ),
            "error",
        )
    if outcome.unseen:
        flash(
            ngettext(
                "%(num)s case stays where it is: the colleague may not see cases of its kind.",
                "%(num)s cases stay where they are: the colleague may not see cases of their kind.",
                outcome.unseen,
            ),
            "error",
        )
    if outcome.missing:
        flash(ngettext("%(num)s case is not there.", "%(num)s cases are not there.", outcome.missing), "error")


def _why_not(reference: str, code: str) -> str:
    """Say kindly why a case cannot be claimed; the colleague is named to those who may see the case."""
    if code == "case_resolved":
        return gettext("This case has been resolved meanwhile.")
    with parts().unit_of_work() as uow:
        case = find_case(uow, reference, actor().roles)
    name = staff_names().get(case.assignee_id or 0)
    return gettext("%(name)s was faster and follows this case now.", name=name) if name else _trouble(code)


def _trouble(code: str) -> str:
    return {
        "no_case_chosen": gettext("Choose at least one case first."),
        "nobody_chosen": gettext("Choose who should get the cases."),
        "note_missing": gettext("Say in a note why you hand the cases to another team."),
        "text_too_long": gettext("The note is too long."),
        "case_taken": gettext("A colleague was faster and follows this case now."),
    }.get(code, gettext("This did not work. Nothing was changed."))
