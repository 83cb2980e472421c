"""What outbox tests do again and again: let a person write, reply, hand over, record what came of it."""

from __future__ import annotations

from sqlalchemy import select

from bot.domain.conversations import Direction
from bot.services.delivery_reports import apply_kept_reports, record_report
from bot.services.messages import receive_message
from bot.services.outbox import Task, claim_message, ready_messages, record_failure, record_not_found, record_sent
from bot.services.ports import DeliveryReport, Sent
from bot.services.turns import Reply, Understood, finish_turn, next_turn
from bot.storage import tables
from bot.wiring import new_id
from tests.builders import make_incoming, make_message
from tests.fakes import FakeClock

WORKER, OTHER = "worker", "other worker"
_EVERY_ID = select(tables.message.c.id).order_by(tables.message.c.position.desc())


class Hotline:
    """The inbox and the outbox of a database, spoken to through the services; messages are named by their text."""

    def __init__(self, database, *, templates=None):
        self.database = database
        self.templates = templates or {}
        self.clock = FakeClock()

    def write(self, text="hello", *replies, answer_id="return_cost", language="fr", sms_parts=None, **changes):
        """Let a person write; where replies are given, the turn is finished with them. Return the message."""
        with self.database.unit_of_work() as uow:
            message_id, _ = receive_message(uow, make_incoming(text, **changes), clock=self.clock, new_id=new_id)
            message = uow.messages.get(message_id)
        if replies:
            self.answer(message, *replies, answer_id=answer_id, language=language, sms_parts=sms_parts)
        return message

    def answer(self, message, *replies, answer_id="return_cost", language="fr", sms_parts=None):
        """Finish the next turn of whoever wrote a message."""
        with self.database.unit_of_work() as uow:
            turn = next_turn(uow, message.contact_id)
            finish_turn(
                uow,
                turn,
                understood=Understood(language, False, None, None, None),
                replies=[Reply(answer_id, text, sms_parts=sms_parts) for text in replies],
                clock=self.clock,
                new_id=new_id,
            )

    def start(self, message, text):
        """Put a message of our own into the conversation, which replies to nothing."""
        ours = make_message(
            Direction.OUTBOUND,
            id=new_id(),
            text=text,
            conversation_id=message.conversation_id,
            contact_id=message.contact_id,
            created_at=self.clock(),
        )
        with self.database.unit_of_work() as uow:
            uow.messages.add(ours)
            uow.commit()

    def ready(self):
        """Return the texts that may go out now."""
        with self.database.unit_of_work() as uow:
            return [uow.messages.get(r.message_id).text for r in ready_messages(uow, clock=self.clock, limit=50)]

    def find(self, text):
        """Return the newest message with this text."""
        with self.database.unit_of_work() as uow:
            ids = uow.session.execute(_EVERY_ID).scalars().all()
            return next(m for m in map(uow.messages.get, ids) if m.text == text)

    def state(self, text):
        """Return state and reason."""
        message = self.find(text)
        return message.state, message.failure

    def address_of(self, message):
        """Return the channel address of a message's conversation."""
        with self.database.unit_of_work() as uow:
            return uow.contacts.get_address(uow.conversations.get(message.conversation_id).channel_address_id)

    def claim(self, text, *, owner=WORKER, can_look_up=True):
        """Take a message in hand."""
        message_id = self.find(text).id
        with self.database.unit_of_work() as uow:
            return claim_message(
                uow,
                message_id,
                owner=owner,
                can_look_up=can_look_up,
                templates=self.templates,
                clock=self.clock,
                new_id=new_id,
            )

    def was_sent(self, text, *, provider_id=None, owner=WORKER, is_delivered=False, price=None):
        """Record that the provider took a message, and what it reported before."""
        message_id = self.find(text).id
        sent = Sent(provider_id or f"out-{text}", is_delivered)
        with self.database.unit_of_work() as uow:
            record_sent(uow, message_id, sent, owner=owner, price=price, clock=self.clock)
        with self.database.unit_of_work() as uow:
            apply_kept_reports(uow, message_id, templates=self.templates, clock=self.clock, new_id=new_id)

    def was_not_found(self, text, *, owner=WORKER):
        """Record that the provider never got a message."""
        message_id = self.find(text).id
        with self.database.unit_of_work() as uow:
            record_not_found(uow, message_id, owner=owner, clock=self.clock)

    def failed(self, text, error, *, task=Task.SEND, owner=WORKER, can_look_up=True, jitter=0.0):
        """Record that a message was not taken; return its state."""
        message_id = self.find(text).id
        with self.database.unit_of_work() as uow:
            return record_failure(
                uow,
                message_id,
                error,
                task=task,
                owner=owner,
                can_look_up=can_look_up,
                jitter=jitter,
                clock=self.clock,
            )

    def send(self, text, **sent):
        """Hand a message over; the provider takes it."""
        assert self.claim(text) is not None
        self.was_sent(text, **sent)

    def fail(self, text, error, *, can_look_up=True, jitter=0.0):
        """Hand a message over; the provider does not take it."""
        assert self.claim(text, can_look_up=can_look_up) is not None
        return self.failed(text, error, can_look_up=can_look_up, jitter=jitter)

    def report(self, text, state, *, provider, failure=None, message_id=None):
        """Bring a report of a message, by its id at the provider unless told otherwise; say whether it is new."""
        told = DeliveryReport(provider, f"out-{text}", state, failure, message_id)
        with self.database.unit_of_work() as uow:
            return record_report(uow, told, templates=self.templates, clock=self.clock, new_id=new_id)
