"""Messages that the assistant did not answer well: labelled by supervisors, who see no person, and exported for training."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext
from flask_security import current_user

from bot.console.days import end_of, start_of, today
from bot.console.outside import actor, new_id, now, parts
from bot.console.permissions import may, requires
from bot.console.ways import local_path
from bot.domain import topics
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import InvalidInput, WrongState
from bot.language.reading.name_keys import name_key
from bot.services import follow_up
from bot.services import training_labels as service
from bot.services.training_labels import MAX_TEXT, MOST_COUNTED, TOPICS, Trouble, Wanted

pages = Blueprint("unanswered", __name__)
T = TypeVar("T")


@pages.get("/unanswered")
@requires("label_messages")
def show() -> ResponseReturnValue:
    """Show some of the messages that wait for a label, the newest first."""
    wanted, before = _wanted(), request.args.get("before", type=int)
    with parts().unit_of_work() as uow:
        page = service.list_unanswered(uow, wanted, keys_of=keys_of, before=before)
        counts = service.count_labels(uow)
        ids = [one.message_id for one in page.messages] if may("follow_up_messages") else []
        with_case = follow_up.messages_with_case(uow, ids, current_user.role_set)
    return render_template(
        "unanswered.html",
        page=page,
        counts=counts,
        with_case=with_case,
        most=MOST_COUNTED,
        wanted=wanted,
        given=request.args,
        is_narrowed=wanted != Wanted(),
        is_later=before is not None,
        older=_address(page.next_before) if page.next_before is not None else None,
        troubles=list(Trouble),
        groups={group: [one for one in TOPICS if topics.GROUP_OF[one] == group] for group in ("faq", "task", "chat")},
        known=TOPICS,
        longest=MAX_TEXT,
        today=today(),
    )


@pages.post("/unanswered/<string:message_id>")
@requires("label_messages")
def label(message_id: str) -> ResponseReturnValue:
    """Keep what a message means, or that it is not fit for training."""
    is_fit = request.form.get("act") != "unfit"
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            service.label_message(
                uow,
                message_id,
                topic=request.form.get("topic", "") if is_fit else None,
                language=request.form.get("language", ""),
                text=request.form.get("text", "") if is_fit else "",
                staff_id=current_user.id,
                clock=now,
                keys_of=keys_of,
            )
    except (InvalidInput, WrongState) as error:
        flash(_trouble(error.code), "error")
    else:
        flash(
            pgettext("unanswered message", "The sentence is kept for training.")
            if is_fit
            else pgettext("unanswered message", "Put aside: nothing of the message is kept for training."),
            "done",
        )
    back, then = local_path(request.form.get("next", ""), default=url_for("unanswered.show")), request.form.get("then", "")
    return redirect(f"{back}#m-{then}" if then.isalnum() else back, 303)


@pages.get("/unanswered/<string:message_id>/case")
@requires("follow_up_messages")
def follow(message_id: str) -> ResponseReturnValue:
    """Go to the case of who wrote a message. The list names no case: which messages are of one person is not told there."""
    with parts().unit_of_work() as uow:
        case = follow_up.case_of_message(uow, message_id, current_user.role_set)
    if case is None:
        flash(pgettext("unanswered message", "The person has no open case any more. You can open one."), "error")
        return redirect(url_for("unanswered.show", _anchor=f"m-{message_id}"), 303)
    return redirect(url_for("cases.show", reference=case.reference), 303)


@pages.post("/unanswered/<string:message_id>/case")
@requires("follow_up_messages")
def open_case(message_id: str) -> ResponseReturnValue:
    """Open a case for who wrote a message, and go there."""
    with parts().unit_of_work(is_durable=True) as uow:
        reference, is_new = follow_up.open_case_for(uow, message_id, actor=actor(), clock=now, new_id=new_id)
    if is_new:
        flash(pgettext("unanswered message", "The case waits in the queue. The person was told nothing yet."), "done")
    else:
        flash(pgettext("unanswered message", "The person has this case already. No other one was opened."), "done")
    return redirect(url_for("cases.show", reference=reference), 303)


@pages.post("/unanswered/export")
@requires("label_messages")
def export() -> ResponseReturnValue:
    """Hand out the sentences as files of training data; it is recorded before."""
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            files = service.export_labels(
                uow, only_new=request.form.get("which") != "all", staff_id=current_user.id, clock=now
            )  # fmt: skip
    except WrongState as error:
        flash(_trouble(error.code), "error")
        return redirect(url_for("unanswered.show"), 303)
    name = f"daleel-labelled-{now():%Y-%m-%d}"
    answer = send_file(
        _zipped(files, name), mimetype="application/zip", as_attachment=True, download_name=f"{name}.zip", max_age=None
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def keys_of(text: str) -> Collection[str]:
    """Return a key for each part of a name, the same in Arabic and in Latin script."""
    return name_key(text).split()


def _zipped(files: Mapping[str, str], folder: str) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, text in files.items():
            packed.writestr(f"{folder}/{path}", text)
    made.seek(0)
    return made


def _wanted() -> Wanted:
    return Wanted(
        trouble=_one_of({one.value: one for one in Trouble}, "kind"),
        language=_one_of({one: one for one in LANGUAGES}, "language"),
        since=_limit("since", start_of),
        until=_limit("until", end_of),
    )


def _one_of(known: Mapping[str, T], name: str) -> T | None:
    return known.get(request.args.get(name, ""))


def _limit(name: str, of_day: Callable[[str], datetime]) -> datetime | None:
    try:
        return of_day(request.args.get(name, ""))
    except ValueError:
        return None


def _address(before: int) -> str:
    kept = {name: value for name, value in request.args.items() if name != "before" and value}
    return f"{url_for('unanswered.show')}?{urlencode({**kept, 'before': before})}"


def _trouble(code: str) -> str:
    return {
        "labelled_already": pgettext(
            "unanswered message", "A colleague has labelled this message already. Nothing was changed."
        ),
        "topic_unknown": pgettext("unanswered message", "Choose a topic first. Nothing was kept."),
        "language_unknown": pgettext("unanswered message", "Choose the language of the message. Nothing was kept."),
        "text_missing": pgettext("unanswered message", "Without what was taken out no words are left. Nothing was kept."),
        "text_too_long": pgettext(
            "unanswered message", "Shorten it to at most %(count)s characters. Nothing was kept.", count=MAX_TEXT
        ),
        "nothing_to_export": pgettext("unanswered message", "There is nothing to export. Label some messages first."),
    }[code]
