"""A hotline reduced to its inbox and its forms, over a SQLite file: messages come, turns are worked off, processes die.

Understanding is left out: each message carries what understanding would find (a beginning, an answer, another topic).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from sqlalchemy import select

from bot.domain.cases import Case
from bot.domain.contacts import Channel
from bot.domain.forms import Form
from bot.domain.questions import QUESTIONS, REQUEST_OF, FormKind
from bot.domain.requests import Request
from bot.language.reading.reader import AnswerReader
from bot.services.form_context import FormRules, Talk
from bot.services.forms import answer_form, asked_of, begin_form, interrupt_form
from bot.services.messages import receive_message
from bot.services.turns import Understood, finish_turn, next_turn
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.unit_of_work import SqlUnitOfWork
from tests.builders import make_incoming
from tests.fakes import FakeClock
from tests.integration.database import HASH_KEY

RULES = FormRules("2026-11", months=24, draft_days=30, law={})
PHONE = "+218910000001"
ANSWER = "answer"


@dataclass(frozen=True)
class Sent:
    """One message of the person, as it may come any number of times.

    Attributes:
        means: ``answer``, the form that it begins, or the topic that it is about.
    """

    provider_id: str
    text: str
    means: str | FormKind = ANSWER
    pressed: str | None = None
    sequence: int | None = None


class SmallHotline:
    """The inbox and the forms of one person.

    Args:
        url: Of a migrated SQLite file.
        keys: To encrypt with.
        channel: Which the person writes on; a chat has no phone number.
    """

    def __init__(self, url, keys, *, channel=Channel.SMS):
        self.clock, self.channel = FakeClock(), channel
        self.address = PHONE if channel is not Channel.TELEGRAM else "12345"
        self._url, self._cipher = url, Cipher(keys, hash_key=HASH_KEY)
        self._ids, self._means, self.turns = 0, {}, []
        self._open()

    def _open(self):
        self.engine = make_engine(self._url, self._cipher, is_durable=False)

    def restart(self):
        """Let all processes begin anew, with nothing in their memory."""
        self.engine.dispose()
        self._open()

    def new_id(self):
        """Return the next id."""
        self._ids += 1
        return f"id-{self._ids:06}"

    def unit_of_work(self):
        """Return a new transaction."""
        return SqlUnitOfWork(self.engine, self._cipher)

    def receive(self, sent):
        """Store a message, once, however often it comes."""
        incoming = make_incoming(
            sent.text, channel=self.channel, address=self.address, provider_id=sent.provider_id, message_ref=None,
            pressed=sent.pressed, sequence=sent.sequence,
        )  # fmt: skip
        with self.unit_of_work() as uow:
            message_id, _ = receive_message(uow, incoming, clock=self.clock, new_id=self.new_id)
            self._means[message_id] = sent.means
            self.contact_id = uow.messages.get(message_id).contact_id

    def work_off(self, *, dies=lambda: False):
        """Deal with all that waits, in order; a process that dies after the form was changed deals with a message again."""
        reply = None
        while (turn := self._next_turn()) is not None:
            reply = self.deal_with(turn)
            while dies():
                self.restart()
                reply = self.deal_with(self._next_turn())
            with self.unit_of_work() as uow:
                understood = Understood("en", False, None, "answer", None)
                finish_turn(uow, turn, understood=understood, replies=[], clock=self.clock, new_id=self.new_id)
            self.turns.append(turn)
        return reply

    def _next_turn(self):
        with self.unit_of_work() as uow:
            return next_turn(uow, self.contact_id)

    def deal_with(self, turn):
        """Give one message to the form, as the actions and the inbox worker do."""
        means = self._means[turn.message_id]
        with self.unit_of_work() as uow:
            talk = Talk(
                uow=uow, conversation=uow.conversations.get(turn.conversation_id), language="en", message_id=turn.message_id,
                text=turn.text, pressed=turn.pressed, place=None, reader=AnswerReader(), rules=RULES,
                clock=self.clock, new_id=self.new_id,
            )  # fmt: skip
            if means == ANSWER:
                return answer_form(talk)
            if isinstance(means, FormKind):
                return begin_form(means, talk)
            return interrupt_form(talk, topic=means, decision="answer")

    def asked(self):
        """Return what the form asks now, or None."""
        with self.unit_of_work() as uow:
            conversation = uow.conversations.get(self.turns[-1].conversation_id)
            address = uow.contacts.get_address(conversation.channel_address_id)
            return asked_of(uow, address, message_id=self.turns[-1].message_id, clock=self.clock)

    def look(self, kind):
        """Return what is stored of a kind of form: its form, its request, its steps, its cases."""
        with self.unit_of_work() as uow:
            forms = [form for form in uow.forms.of_contact(self.contact_id) if form.kind is kind]
            wanted = select(Request).filter_by(kind=REQUEST_OF[kind])
            requests = list(uow.session.execute(wanted).scalars())
            cases = [case for case in uow.session.execute(select(Case)).scalars()]
            assert len(forms) <= 1, "two forms of one kind"
            return SimpleNamespace(
                form=forms[0] if forms else None,
                answers=known_answers(forms[0]) if forms else {},
                requests=requests,
                steps=[step for request in requests for step in uow.requests.steps_of(request.id)],
                cases=cases,
            )


def known_answers(form: Form):
    """Return the answers to questions that a person was asked; what the form notes for itself is left out."""
    known = {question.id for question in QUESTIONS[form.kind]}
    return {question_id: value for question_id, value in form.answers.items() if question_id in known}
