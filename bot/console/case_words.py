"""Words around a conversation: who wrote, what was understood, what colleagues did, and why something was refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from flask import Flask
from flask_babel import format_percent, format_time, pgettext
from markupsafe import Markup, escape

from bot.console.delivery_words import what_happened
from bot.console.outside import parts, staff_names
from bot.console.words import priority_name
from bot.domain.cases import CaseEntry, EntryKind, Priority
from bot.domain.contacts import Channel
from bot.domain.conversations import WHATSAPP_WINDOW, WINDOW_MARGIN, Conversation, Message
from bot.domain.deliveries import OutboundState
from bot.domain.errors import HotlineError
from bot.language.gazetteer import nearest_place, place_name

_REFERENCE = re.compile(r"\bR-[0-9A-Z]{5}-[0-9A-Z]\b")
_UNBROKEN = r'<span class="unbroken">\g<0></span>'


def install(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.globals.update(
        answer_title=answer_title,
        author_of=author_of,
        case_page_words=case_page_words,
        delivery_state_of=lambda message: OutboundState(message.state),
        entry_words=entry_words,
        location_words=location_words,
        staff_name=lambda staff_id: staff_names().get(staff_id) or pgettext("author", "Colleague"),
        understood_words=understood_words,
        whole_references=whole_references,
    )


def whole_references(text: str) -> Markup:
    """Return a text in which a line never breaks at the hyphen of a reference."""
    return Markup(_REFERENCE.sub(_UNBROKEN, str(escape(text))))  # noqa: S704 - all of the text is escaped


def author_of(message: Message) -> str:
    """Return who wrote a message."""
    if message.direction.value == "inbound":
        return pgettext("author", "Person")
    if message.author_id is None:
        return pgettext("author", "Assistant")
    return staff_names().get(message.author_id) or pgettext("author", "Colleague")


def has_words(language: str, answer_id: str, part: str) -> bool:
    """Say whether the hotline has words for an answer; a console without the hotline's words has none."""
    try:
        return parts().catalogues.has(language, answer_id, part)
    except KeyError:
        return False


def answer_title(answer_id: str | None, language: str) -> str:
    """Return the words under which a topic or an answer is offered; empty where it has none."""
    if answer_id and has_words(language, answer_id, "title"):
        return parts().catalogues.text(language, answer_id, "title")
    return ""


def understood_words(message: Message, language: str) -> str:
    """Return what the assistant made of an inbound message, and how sure it was; empty where nothing is known."""
    if not message.decision:
        return ""
    title = answer_title(message.topic, language)
    words = {
        "answer": pgettext("understood", "The assistant understood: %(topic)s", topic=title) if title else "",
        "suggest": pgettext("understood", "The assistant was not sure, and offered topics"),
        "check_safety": pgettext("understood", "The assistant saw a sign of danger, and asked"),
        "fallback": pgettext("understood", "The assistant did not understand"),
        "command": pgettext("understood", "The assistant followed a fixed command"),
    }.get(message.decision, "")
    if not words or message.confidence is None or message.decision == "command":
        return words
    return pgettext("understood", "%(what)s (%(sure)s sure)", what=words, sure=format_percent(message.confidence))


def location_words(text: str, language: str) -> str:
    """Return the town that a pin on the map is near to, and its coordinates; other words stay as they are."""
    try:
        latitude, longitude = (float(part) for part in text.split(",", 1))
    except ValueError:
        return text
    place, where = nearest_place(latitude, longitude), f"{latitude:.5f}, {longitude:.5f}"
    if place is None:
        return pgettext("location", "No town of ours is near (%(coordinates)s)", coordinates=where)
    return pgettext("location", "Near %(town)s (%(coordinates)s)", town=place_name(place, language), coordinates=where)


def entry_words(entry: CaseEntry) -> str:
    """Return what a colleague did with the case."""
    names = staff_names()
    by = names.get(entry.by or 0, pgettext("author", "The hotline"))
    to = names.get(entry.to or 0, pgettext("author", "a colleague"))
    return {
        EntryKind.NOTE: pgettext("case entry", "Note by %(by)s, for colleagues only", by=by),
        EntryKind.CLAIMED: pgettext("case entry", "%(by)s follows this case", by=by),
        EntryKind.ASSIGNED: pgettext("case entry", "%(by)s gave the case to %(to)s", by=by, to=to),
        EntryKind.TRANSFERRED: pgettext("case entry", "%(by)s handed the case on", by=by),
        EntryKind.RELEASED: pgettext("case entry", "%(by)s put the case back into the queue", by=by),
        EntryKind.TAKEN: pgettext("case entry", "%(by)s writes to the person; the assistant is silent", by=by),
        EntryKind.GIVEN_BACK: pgettext("case entry", "%(by)s gave the conversation back to the assistant", by=by),
        EntryKind.ESCALATED: pgettext("case entry", "Nobody touched the case in its time: it is back in the queue"),
        EntryKind.PRIORITY_CHANGED: _priority_words(entry, by),
        EntryKind.RESOLVED: pgettext("case entry", "%(by)s resolved the case", by=by),
    }[entry.kind]


def _priority_words(entry: CaseEntry, by: str) -> str:
    before, _, after = entry.text.partition(" ")
    known = {priority.value: priority_name(priority) for priority in Priority}
    return pgettext(
        "case entry", "%(by)s changed the priority from %(before)s to %(after)s",
        by=by, before=known.get(before, before), after=known.get(after, after),
    )  # fmt: skip


def window_words(conversation: Conversation, at: datetime) -> str:
    """Return how long WhatsApp still takes free text; empty on other channels and where it takes none."""
    if conversation.channel is not Channel.WHATSAPP or not conversation.takes_free_text(at):
        return ""
    minutes = int((conversation.last_inbound_at + WHATSAPP_WINDOW - WINDOW_MARGIN - at).total_seconds()) // 60
    if minutes < 60:
        return pgettext("whatsapp window", "open for %(minutes)s min", minutes=minutes)
    return pgettext("whatsapp window", "open for %(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)


def stop_words(reason: str | None) -> str:
    """Return why nothing may be sent to a person."""
    return pgettext("refused", "Nothing can be sent: %(reason)s", reason=what_happened(reason or "opted_out"))


def refusal(error: HotlineError, *, assignee: str = "", since: datetime | None = None) -> str:
    """Return why something did not work, and what to do.

    Args:
        assignee: Who follows the case.
        since: Since when.
    """
    name = assignee or pgettext("author", "A colleague")
    if error.code == "case_taken" and since is not None:
        time = format_time(since, "short")
        return pgettext("refused", "%(name)s was faster, and has followed this case since %(time)s.", name=name, time=time)
    words: Mapping[str, str] = {
        "case_taken": pgettext("refused", "%(name)s was faster, and follows this case now.", name=name),
        "case_of_colleague": pgettext("refused", "%(name)s follows this case. Ask them, or a supervisor.", name=name),
        "case_not_yours": pgettext("refused", "Take the case first. Nothing was changed."),
        "case_resolved": pgettext("refused", "This case is resolved already. Nothing was changed."),
        "case_not_with_staff": pgettext("refused", "The assistant is speaking already. Nothing was changed."),
        "conversation_elsewhere": pgettext("refused", "Colleagues are dealing with this conversation at present."),
        "address_stopped": pgettext("refused", "This person takes no messages from us. Nothing was sent."),
        "window_shut": pgettext("refused", "WhatsApp takes no free text now: the person last wrote over 24 hours ago."),
        "window_open": pgettext("refused", "The person wrote meanwhile: you can write to them now."),
        "template_missing": pgettext("refused", "WhatsApp has approved no message for this in the person's language."),
        "template_sent": pgettext("refused", "The person was asked already. Wait until they write."),
        "note_missing": pgettext("refused", "Write a note, so that colleagues know why."),
        "text_missing": pgettext("refused", "Write something first. Nothing was sent."),
        "text_too_long": pgettext("refused", "This is too long for one message. Shorten it, and send again."),
        "answer_withdrawn": pgettext("refused", "This answer was withdrawn meanwhile. Nothing was sent."),
        "nobody_chosen": pgettext("refused", "Choose a colleague. Nothing was changed."),
    }
    return words.get(error.code) or pgettext("refused", "This did not work. Nothing was changed.")


def case_page_words() -> dict[str, str]:
    """Return what the page's own controls say, by id. Braces are filled in by the browser."""
    return {
        "person_wrote": pgettext("case page", "The person wrote."),
        "news": pgettext("case page", "Something new is in the conversation."),
        "sending": pgettext("case page", "Sending…"),
        "waits": pgettext("case page", "No connection. It is sent by itself as soon as the line is back."),
        "cut": pgettext("case page", "No connection. What you write is kept on this page."),
        "logged_out": pgettext("case page", "You were logged out. What you wrote is kept: log in again in this window."),
        "too_old": pgettext("case page", "This page is too old. Load it again: what you wrote is kept."),
        "not_sent": pgettext("case page", "Not sent"),
        "put_back": pgettext("case page", "Put back into the box"),
        "left": pgettext("case page", "Characters left: {number}"),
        "sms": pgettext("case page", "SMS parts: {parts} · characters left in this part: {number}"),
        "price": pgettext("case page", "price: {price}"),
        "too_many": pgettext("case page", "Too long: at most {parts} SMS parts."),
        "replies": pgettext("case page", "Ready replies"),
        "answers": pgettext("case page", "Approved answers"),
        "nothing": pgettext("case page", "Nothing found."),
        "found": pgettext("case page", "Found: {number}"),
        "unavailable": pgettext("case page", "This cannot be loaded now."),
        "file": pgettext("case page", "Save the file"),
        "picture": pgettext("case page", "Picture that the person sent"),
        "opening": pgettext("case page", "The file is being fetched…"),
        "earlier": pgettext("case page", "Earlier messages were added above."),
    }
