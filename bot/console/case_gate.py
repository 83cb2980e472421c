"""Whether staff may write to a person now: why not, what to do then, how long a message may be, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_security import current_user

from bot.console.case_words import refusal, stop_words, window_words
from bot.console.outside import parts, staff_names
from bot.console.prices import prices_by_parts
from bot.domain.cases import Case
from bot.domain.contacts import Channel, ChannelAddress
from bot.domain.errors import WrongState
from bot.domain.staff import Role
from bot.services.casework import MAX_REPLY, MAX_SMS_PARTS
from bot.services.ports import UnitOfWork
from bot.services.thread import Scope
from bot.services.window import has_asked


@dataclass(frozen=True)
class Gate:
    """What stands between staff and the person.

    Attributes:
        code: Why nothing may be written now; None where it may.
        words: The same for people.
        window: How long WhatsApp takes free text.
        may_ask: Whether the approved template can be sent, so that the person writes.
        has_asked: Whether it was.
        longest: Characters of one message.
        parts: Of SMS, of one message; None on other channels.
        prices: Of an SMS of one part, of two and so on, in words; empty where the operator set none.
    """

    code: str | None
    words: str
    window: str
    may_ask: bool
    has_asked: bool
    longest: int
    parts: int | None
    prices: Sequence[str]


def gate_of(uow: UnitOfWork, case: Case, scope: Scope, *, at: datetime) -> Gate:
    """Return whether the one who is logged in may write to the person of a case."""
    conversation = scope.conversations[case.conversation_id]
    address = uow.contacts.get_address(conversation.channel_address_id)
    code = _why_closed(case, scope, address, at)
    is_shut = code == "window_shut"
    was_asked = is_shut and has_asked(uow, conversation)
    is_sms = conversation.channel is Channel.SMS
    return Gate(
        code=code,
        words=_words(code, case, address),
        window=window_words(conversation, at),
        may_ask=is_shut and not was_asked and conversation.reply_language in parts().window_templates,
        has_asked=was_asked,
        longest=MAX_REPLY[conversation.channel],
        parts=MAX_SMS_PARTS if is_sms else None,
        prices=prices_by_parts(address.address, most=MAX_SMS_PARTS) if is_sms else (),
    )


def _why_closed(case: Case, scope: Scope, address: ChannelAddress, at: datetime) -> str | None:
    if not case.is_open:
        return "case_resolved"
    if case.assignee_id not in (None, current_user.id) and Role.SUPERVISOR not in current_user.role_set:
        return "case_of_colleague"
    if address.stopped_at is not None:
        return "address_stopped"
    if not scope.conversations[case.conversation_id].takes_free_text(at):
        return "window_shut"
    # The last, as when it is sent (docs/decisions/0019).
    return "conversation_elsewhere" if scope.is_elsewhere else None


def _words(code: str | None, case: Case, address: ChannelAddress) -> str:
    if code is None:
        return ""
    if code == "address_stopped":
        return stop_words(address.stop_reason)
    return refusal(WrongState(code), assignee=staff_names().get(case.assignee_id or 0, ""))
