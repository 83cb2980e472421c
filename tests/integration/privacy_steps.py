"""What tests of privacy do again and again: a person who wrote, sent a file, asked for things; and Rasa's trackers."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlalchemy import func, insert, select, text

from bot.domain.cases import CaseEntry, EntryKind
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Choice, Direction
from bot.domain.deliveries import OutboundState
from bot.domain.forms import Form, FormKind
from bot.domain.requests import PERSON, RequestStatus
from bot.services.messages import IncomingMedia, receive_message
from bot.services.ports import DeliveryReport
from bot.storage import tables
from bot.wiring import new_id
from tests.builders import make_case, make_incoming, make_message, make_request

SAID = "Chioma is at the blue gate"
NAME = "Chioma Invented"
NUMBER = "+218910000001"
PROVIDER_IDS = ("SMinbound", "SMref", "SMoutbound")
CREATE_EVENTS = (
    "CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255) NOT NULL, type_name VARCHAR(255) NOT NULL, "
    "timestamp FLOAT, intent_name VARCHAR(255), action_name VARCHAR(255), data TEXT)"
)
"""As Rasa makes it; loading Rasa would take longer than the tests."""


@dataclass(frozen=True)
class Known:
    """A person of whom the database knows everything that it can know of one."""

    contact_id: str
    conversation_id: str
    message_id: str


def make_events_table(database):
    """Do what Rasa does at its first start."""
    statement = CREATE_EVENTS.replace("INTEGER PRIMARY KEY", "SERIAL PRIMARY KEY")
    with database.engine.begin() as connection:
        connection.execute(text(statement if database.engine.dialect.name == "postgresql" else CREATE_EVENTS))


def add_events(database, sender_id, *times):
    """Store what Rasa's tracker would, at these times."""
    columns = "(sender_id, type_name, timestamp, data)"
    with database.engine.begin() as connection:
        for time in times:
            data = database.cipher.encrypt(json.dumps({"event": "user", "text": SAID}))
            values = {"s": sender_id, "t": time.timestamp(), "d": data}
            connection.execute(text(f"INSERT INTO events {columns} VALUES (:s, 'user', :t, :d)"), values)


def write(database, said=SAID, *, clock, number=NUMBER, provider_id=None, **changes):
    """Let a person write; return the message."""
    incoming = make_incoming(
        said, provider=Provider.TWILIO, channel=Channel.SMS, address=number, line="+218920000000", **changes
    )
    if provider_id is not None:
        incoming = replace(incoming, provider_id=provider_id, message_ref=PROVIDER_IDS[1])
    with database.unit_of_work() as uow:
        message_id, _ = receive_message(uow, incoming, clock=clock, new_id=new_id)
        return uow.messages.get(message_id)


def fill(database, *, clock, references=("R-7K3QF-E", "R-DDDDD-2", "R-EEEEE-5"), at=None):
    """Make a person of whom everything is known; return the ids."""
    media = (IncomingMedia("image/jpeg", 5, "https://provider.example/file"),)
    message = write(database, clock=clock, provider_id=PROVIDER_IDS[0], pressed="report_detention", media=media)
    at = at or clock()
    ids = {"contact_id": message.contact_id, "conversation_id": message.conversation_id}
    answer = make_message(
        Direction.OUTBOUND, **ids, text="We call the blue gate", state=OutboundState.SENT.value, provider_id=PROVIDER_IDS[2],
        answer_id="report_detention", choices=(Choice("yes", "Yes"),), created_at=at, reply_to_id=message.id,
        author_id=1, client_id="client id of the answer",
    )  # fmt: skip
    live = make_request(**ids, reference=references[0], answers={"full_name": NAME, "contact_phone": NUMBER},
                        phone_hash="hash of the phone", identity_hash="hash of the name", created_at=at)  # fmt: skip
    draft = make_request(**ids, reference=references[1], status=RequestStatus.DRAFT, submitted_at=None, created_at=at)
    with database.unit_of_work() as uow:
        stored = uow.messages.get(message.id)
        stored.mark_handled(at)
        stored.topic, stored.decision = "report_detention", "answer"
        uow.messages.add(answer)
        uow.requests.add(live)
        uow.requests.add(draft)
        uow.requests.add_step(live.move(RequestStatus.ON_HOLD, at, actor=PERSON, reason=SAID))
        form = Form(new_id(), ids["contact_id"], ids["conversation_id"], FormKind.RETURN_REQUEST, {"full_name": NAME},
                    "sex", at, at, request_id=draft.id)  # fmt: skip
        uow.forms.add(form)
        case = make_case(**ids, reference=references[2], topic="report_detention", opened_by_message_id=message.id,
                         place="kufra", waiting_since=at)  # fmt: skip
        uow.cases.add(case)
        _add_what_staff_wrote(uow, case, message, live, at=at)
        report = DeliveryReport(Provider.TWILIO, PROVIDER_IDS[2], OutboundState.DELIVERED)
        uow.outbox.add_report(report, now=at)
        uow.session.execute(insert(tables.tracker_state).values(sender_id=message.contact_id, data=json.dumps({"x": SAID})))
        uow.commit()
    add_events(database, message.contact_id, at)
    return Known(message.contact_id, message.conversation_id, message.id)


def _add_what_staff_wrote(uow, case, message, request, *, at):
    """Add what the console keeps beside messages: a note, who looks, a label, and by what the name is found."""
    uow.conversations.get(case.conversation_id).take(1, at)
    note = CaseEntry(case.id, case.conversation_id, EntryKind.NOTE, at, by=1, text=SAID, client_id="client id of the note")
    uow.cases.add_entry(note)
    rows = {
        tables.presence: {"conversation_id": case.conversation_id, "staff_id": 1, "seen_at": at},
        tables.training_label: {
            "message_id": message.id,
            "language": "en",
            "topic": "report_detention",
            "text": SAID,
            "at": at,
        },
        tables.request_name_key: {"request_id": request.id, "key_hash": "hash of a part of the name"},
    }
    for of, values in rows.items():
        uow.session.execute(insert(of).values(**values))


def count(database, table, *where):
    """Count rows."""
    with database.unit_of_work() as uow:
        return uow.session.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
