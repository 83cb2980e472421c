"""What the parts of a form's dialogue share while one message is dealt with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.contacts import ChannelAddress
from bot.domain.conversations import Conversation
from bot.domain.form_replies import Line
from bot.domain.forms import SILENCE, Form
from bot.domain.questions import REQUEST_OF
from bot.domain.requests import Request
from bot.services.cases import OpenedCase, join_case
from bot.services.form_ports import FormReader
from bot.services.ports import Clock, Ids, UnitOfWork


@dataclass(frozen=True)
class FormRules:
    """What the operator decides about forms.

    Attributes:
        consent_version: Of the notices as they are worded now.
        months: How long a request is kept after it ended; the notice says so.
        draft_days: How long an unfinished form is kept.
        law: For each language, what the law makes the operator keep when somebody asks to erase everything, or nothing.
        places: Ids of the towns that are known; all else is a person's own words.
    """

    consent_version: str
    months: int
    draft_days: int
    law: dict[str, str]
    places: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Talk:
    """One message to a form, and what is needed to deal with it.

    Attributes:
        language: In which the reply will be, for the record of consent.
        message_id: The inbound message; dealt with twice, it changes nothing the second time.
        text: As typed, or empty.
        pressed: Choice that was pressed or picked by its words, or None.
        place: Id of the town near a location that came, or None.
    """

    uow: UnitOfWork
    conversation: Conversation
    language: str
    message_id: str
    text: str
    pressed: str | None
    place: str | None
    reader: FormReader
    rules: FormRules
    clock: Clock
    new_id: Ids

    @property
    def now(self) -> datetime:
        """The time."""
        return self.clock()

    @property
    def today(self) -> date:
        """The day."""
        return self.clock().date()

    @property
    def contact_id(self) -> str:
        """Who writes."""
        return self.conversation.contact_id

    @property
    def address(self) -> ChannelAddress:
        """Where the person writes from."""
        return self.uow.contacts.get_address(self.conversation.channel_address_id)

    def is_after_silence(self, form: Form) -> bool:
        """Say whether the person was silent for long before this message; a hotline that was away was not their silence."""
        return self.uow.messages.get(self.message_id).created_at - form.updated_at > SILENCE

    @property
    def own_contacts(self) -> list[str]:
        """This person's contacts, as far as the number tells: one on each channel; only this one where it is shared."""
        return [self.contact_id] if self.is_shared_number else list(self.uow.contacts.same_number(self.address))

    @property
    def is_shared_number(self) -> bool:
        """Whether two persons are known to write from this number."""
        return any(self.uow.contacts.get(i).is_shared for i in self.uow.contacts.same_number(self.address))

    def request_of(self, form: Form) -> Request | None:
        """Return the request that a form fills or is about."""
        return self.uow.requests.get(form.request_id) if form.request_id else None

    def call(self, topic: str) -> OpenedCase:
        """Open the case that a topic calls for, or join the open one."""
        return join_case(
            self.uow,
            topic=topic,
            contact_id=self.contact_id,
            conversation_id=self.conversation.id,
            message_id=self.message_id,
            clock=self.clock,
            new_id=self.new_id,
        )

    def case_line(self, opened: OpenedCase, *, is_safety: bool = False) -> Line:
        """Return the line that tells of a case, and truly whether staff are on duty."""
        duty = "on_duty" if opened.is_staff_on_duty else "off_duty"
        kind = "safety_case" if is_safety else "case_opened" if opened.is_new else "case_joined"
        return Line(f"{kind}_{duty}", {"reference": opened.reference})


def values_of(form: Form, address: ChannelAddress) -> tuple[str, ...]:
    """Return what may be picked at the question that waits, in the order of the numbers."""
    question = form.question
    if question.id in ("which", "change"):
        return form.options
    own = question.values
    if question.reads == "phone" and not address.address.startswith("+"):
        own = ()  # A chat has no number.
    return (*own, *form.options)


def is_of_request(form: Form) -> bool:
    """Say whether the form makes a request, so that it is confirmed and sent at the end."""
    return form.kind in REQUEST_OF


def own_requests(talk: Talk) -> list[Request]:
    """Return the requests made from this number; none where two persons share it."""
    if talk.is_shared_number:
        return []
    return [request for contact_id in talk.own_contacts for request in talk.uow.requests.of_contact(contact_id)]
