"""Canned replies: editors keep them in three languages side by side; caseworkers pick one, filled in for their person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext, pgettext
from flask_security import current_user

from bot.console.locale import page_language
from bot.console.outside import new_id, now, parts, staff_names
from bot.console.permissions import requires
from bot.console.words import language_name
from bot.domain.canned_replies import VARIABLES, CannedReply, fill
from bot.domain.cases import Case
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.conversations import Conversation
from bot.domain.errors import HotlineError, InvalidInput, WrongState
from bot.domain.opening_hours import OpeningHours
from bot.language.hours import hours_in_words
from bot.language.isolation import isolate
from bot.language.sms import sms_size
from bot.services import canned_replies as service
from bot.services.canned_replies import MAX_TEXT, MAX_TITLE, Words, mark_of, title_of
from bot.services.cases import find_case

EXAMPLE_HOURS = OpeningHours(tuple((day, time(8, 30), time(16, 30)) for day in (6, 0, 1, 2, 3)), ZoneInfo("Africa/Tripoli"))
"""For the preview where the office's own are not set."""
EXAMPLE_REFERENCE = "R-ABCDE-F"

pages = Blueprint("canned_replies", __name__)


@pages.get("/canned-replies")
@requires("edit_canned_replies")
def show() -> ResponseReturnValue:
    """Show all replies, or those in which words occur."""
    query = " ".join(request.args.get("q", "").split())[:MAX_TITLE]
    with parts().unit_of_work() as uow:
        replies = service.list_replies(uow, language=page_language(), query=query)
        has_hours = bool(uow.duty.hours.hours)
    return render_template(
        "canned_replies.html",
        replies=replies,
        query=query,
        title_of=title_of,
        mark_of=mark_of,
        names=staff_names(),
        has_hours=has_hours,
    )


@pages.get("/canned-replies/new")
@requires("edit_canned_replies")
def new() -> ResponseReturnValue:
    """Show an empty form."""
    return _form(None, {})


@pages.post("/canned-replies/new")
@requires("edit_canned_replies")
def add() -> ResponseReturnValue:
    """Add a reply."""
    words = _words()
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            reply = service.add_reply(uow, words, staff_id=current_user.id, clock=now, new_id=new_id)
    except InvalidInput as error:
        flash(_trouble(error), "error")
        return _form(None, words), 422
    flash(pgettext("canned reply", "The reply is added: caseworkers can pick it now."), "done")
    return redirect(url_for("canned_replies.show", _anchor=reply.id), 303)


@pages.get("/canned-replies/<string:reply_id>")
@requires("edit_canned_replies")
def edit(reply_id: str) -> ResponseReturnValue:
    """Show the form of a reply."""
    with parts().unit_of_work() as uow:
        reply = service.find_reply(uow, reply_id)
    return _form(reply, _words_of(reply))


@pages.post("/canned-replies/<string:reply_id>")
@requires("edit_canned_replies")
def change(reply_id: str) -> ResponseReturnValue:
    """Write new words; what was written is kept on the page where that cannot be."""
    words, seen = _words(), request.form.get("seen", "")
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            service.change_reply(uow, reply_id, words, staff_id=current_user.id, clock=now, seen=seen)
    except (InvalidInput, WrongState) as error:
        flash(_trouble(error), "error")
        with parts().unit_of_work() as uow:
            reply = service.find_reply(uow, reply_id)
        is_late = error.code == "changed_meanwhile"
        return _form(reply, words, seen=None if is_late else seen, is_late=is_late), 409 if is_late else 422
    flash(pgettext("canned reply", "The reply is saved."), "done")
    return redirect(url_for("canned_replies.show", _anchor=reply_id), 303)


@pages.post("/canned-replies/<string:reply_id>/switch")
@requires("edit_canned_replies")
def switch(reply_id: str) -> ResponseReturnValue:
    """Offer a reply to caseworkers, or no longer."""
    is_active = request.form.get("on") == "1"
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            service.switch_reply(
                uow, reply_id, is_active=is_active, staff_id=current_user.id, clock=now, seen=request.form.get("seen", "")
            )
    except WrongState:
        flash(
            pgettext("canned reply", "A colleague changed this reply meanwhile. Look at it again. Nothing was changed."),
            "error",
        )
    else:
        flash(
            pgettext("canned reply", "The reply is on: caseworkers can pick it.")
            if is_active
            else pgettext("canned reply", "The reply is off: caseworkers no longer see it."),
            "done",
        )
    return redirect(url_for("canned_replies.show", _anchor=reply_id), 303)


@pages.get("/canned-replies/for/<string:reference>")
@requires("work_on_cases")
def ready(reference: str) -> ResponseReturnValue:
    """Give what can be sent to the person of a case, for the picker of the page of a case."""
    own_language = page_language()
    with parts().unit_of_work() as uow:
        case = find_case(uow, reference, current_user.role_set)
        conversation = uow.conversations.get(case.conversation_id)
        hours = uow.duty.hours
        replies = service.ready_replies(
            uow,
            language=conversation.reply_language,
            own_language=own_language,
            values=lambda language: _values(case, conversation, hours, language),
        )
    answer = jsonify([vars(one) for one in replies])
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _values(case: Case, conversation: Conversation, hours: OpeningHours, language: str) -> Mapping[str, str]:
    return {
        "reference": isolate(case.reference, language, conversation.channel),
        "caseworker": isolate(name, language, conversation.channel) if (name := _own_name()) else "",
        "hours": hours_in_words(hours, language),
    }


def _own_name() -> str:
    """Return the name a person may be told; empty where the account has none, or an e-mail address in its place."""
    name = " ".join((current_user.name or "").split())
    return "" if "@" in name else name


def _examples(hours: OpeningHours) -> dict[str, dict[str, str]]:
    """Return example values by language, as Telegram and WhatsApp show them."""
    name = _own_name() or pgettext("example of a name", "Amal")
    shown = hours if hours.hours else EXAMPLE_HOURS
    return {
        one: {
            "reference": isolate(EXAMPLE_REFERENCE, one, Channel.TELEGRAM),
            "caseworker": isolate(name, one, Channel.TELEGRAM),
            "hours": hours_in_words(shown, one),
        }
        for one in LANGUAGES
    }


def _form(reply: CannedReply | None, words: Mapping[str, Words], *, seen: str | None = None, is_late: bool = False) -> str:
    with parts().unit_of_work() as uow:
        hours = uow.duty.hours
    examples = _examples(hours)
    given = {one: words.get(one, Words("", "")) for one in LANGUAGES}
    previews = {one: fill(given[one].text, examples[one]) or given[one].text for one in LANGUAGES}
    return render_template(
        "canned_reply.html",
        reply=reply,
        words=given,
        previews=previews,
        costs={one: cost_words(previews[one]) for one in LANGUAGES},
        cost_patterns=cost_patterns(),
        examples=examples,
        seen=seen or (mark_of(reply) if reply else ""),
        is_late=is_late,
        variables={name: variable_words(name) for name in VARIABLES},
        has_hours=bool(hours.hours),
        longest_title=MAX_TITLE,
        longest_text=MAX_TEXT,
    )


def _words() -> dict[str, Words]:
    return {one: Words(request.form.get(f"title_{one}", ""), request.form.get(f"text_{one}", "")) for one in LANGUAGES}


def _words_of(reply: CannedReply) -> dict[str, Words]:
    return {one: Words(reply.titles.get(one, ""), text) for one, text in reply.texts.items()}


def cost_words(text: str) -> str:
    """Return what a text costs on SMS; empty for none."""
    return "" if not text else ngettext("%(num)s SMS part", "%(num)s SMS parts", _plain_size(text))


def cost_patterns() -> dict[str, str]:
    """Return the same for the browser, by number of parts."""
    return {str(count): ngettext("%(num)s SMS part", "%(num)s SMS parts", count) for count in range(1, 16)}


def variable_words(name: str) -> str:
    """Return what stands in place of a variable."""
    return {
        "reference": pgettext("variable of a canned reply", "the reference of the case"),
        "caseworker": pgettext("variable of a canned reply", "the name of the caseworker who writes"),
        "hours": pgettext("variable of a canned reply", "the opening hours of the office"),
    }[name]


def _plain_size(text: str) -> int:
    # On SMS nothing is isolated: old phones show boxes.
    return sms_size("".join(one for one in text if one not in "\u2066\u2068\u2069")).parts


def _trouble(error: HotlineError) -> str:
    language = language_name(error.detail) if error.detail in LANGUAGES else ""
    return {
        "changed_meanwhile": pgettext(
            "canned reply",
            "A colleague changed this reply while you wrote. Your words are kept below, and theirs are shown under them. "
            "Save again to put yours in place of theirs.",
        ),
        "language_missing": pgettext("canned reply", "Write the reply in at least one language. Nothing was saved."),
        "title_missing": pgettext("canned reply", "A title is missing: %(language)s. Nothing was saved.", language=language),
        "text_missing": pgettext("canned reply", "A text is missing: %(language)s. Nothing was saved.", language=language),
        "title_too_long": pgettext(
            "canned reply",
            "The title is too long, at most %(count)s characters: %(language)s.",
            count=MAX_TITLE,
            language=language,
        ),
        "text_too_long": pgettext(
            "canned reply",
            "The text is too long, at most %(count)s characters: %(language)s.",
            count=MAX_TEXT,
            language=language,
        ),
        "variable_unknown": pgettext(
            "canned reply",
            "There is no variable {%(name)s}. You can use: %(known)s. Nothing was saved.",
            name=error.detail,
            known=", ".join(f"{{{one}}}" for one in VARIABLES),
        ),
        "variable_broken": pgettext(
            "canned reply", "A brace stands alone: a variable looks like {reference}. Nothing was saved."
        ),
    }[error.code]
