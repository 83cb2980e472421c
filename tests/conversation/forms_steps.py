"""What the tests of the forms share: phones that write by SMS through Twilio's signed webhook, and what is stored then."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

from rasa.core.tracker_store import InMemoryTrackerStore
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from bot.channels.twilio.webhook import pages
from bot.delivery.door import create_door
from bot.delivery.inbox import InboxWorker
from bot.delivery.receiver import StoringReceiver
from bot.domain.contacts import Channel, Contact, Provider
from bot.domain.conversations import Direction
from bot.domain.forms import Form
from bot.domain.references import new_reference
from bot.domain.requests import Request
from bot.services.form_answers import apply_answer
from bot.services.form_context import Talk, values_of
from bot.services.form_steering import STEERING
from bot.services.forms import current_form
from bot.speaking.parts import speaker_of
from bot.storage.schema import metadata
from bot.wiring import new_id, now
from tests.builders import make_request
from tests.conversation.phones import PATIENCE_SECONDS, Phone
from tests.unit.twilio_steps import NEW_TOKEN, PUBLIC_URL, make_settings, sms_fields, whatsapp_fields

_count = itertools.count(1)

NUMBERS = {
    "fear": "1", "understood": "1", "return_consent": "1", "full_name": "0", "sex": "1", "birth": "1998", "accompanied": "1",
    "nationality": "1", "current_place": "4", "in_detention": "2", "household": "1", "travel_document": "3", "needs": "0",
    "contact_phone": "1", "safe_contact": "1", "destination": "0", "confirm": "1", "assistance_consent": "1", "need": "1",
    "people": "4", "group": "2", "missing_consent": "1", "missing_relation": "4", "last_place": "5", "last_contact": "0",
    "counselling_consent": "1", "counselling_way": "2", "day_part": "1", "go_on_with_fear": "2", "asked_before": "2",
}  # fmt: skip
"""An answer to each question in digits only."""

RETURN_FIELDS = {
    "full_name": None, "sex": "female", "birth_year": 1998, "nationality": "SD", "current_place": "sabha",
    "in_detention": False, "household": [], "travel_document": "none", "needs": [], "contact_phone": None,
    "safe_contact": "message", "destination": None,
}  # fmt: skip
"""What ``NUMBERS`` make of a return request, but for the phone, which is the person's own."""


class Hotline:
    """The door with Twilio's pages, and the assistant that works through the inbox, until it is closed."""

    def __init__(self, assistant):
        self.assistant, self.parts = assistant, assistant.parts
        door = create_door([pages(make_settings(), StoringReceiver(self.parts), public_url=PUBLIC_URL)], lambda: [])
        self.twilio = door.test_client()
        self.start()

    def post(self, channel, fields):
        """Call the webhook as Twilio does, signed."""
        path = f"/webhooks/{channel.value}/webhook"
        signature = RequestValidator(NEW_TOKEN).compute_signature(f"{PUBLIC_URL}{path}", fields)
        taken = self.twilio.post(path, data=fields, headers={"X-Twilio-Signature": signature})
        assert taken.status_code == 204

    def start(self):
        """Start an inbox worker."""
        agent = self.assistant.agent
        self._worker = InboxWorker(
            self.parts, speaker_of(self.parts), is_ready=lambda: True, on_new_message=agent.handle_message
        )
        self._running = asyncio.create_task(self._worker.run())

    async def close(self):
        """Stop the worker."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        await self._worker.stop()

    async def restart(self):
        """A new worker, and a dialogue that remembers nothing: trackers end with their session."""
        await self.close()
        agent = self.assistant.agent
        agent.processor.tracker_store = agent.tracker_store = InMemoryTrackerStore(agent.domain)
        self.start()

    async def wait(self, **span):
        """Let time go by, for forms and for locks: what is stored moves into the past. Then the hotline restarts."""
        gone = timedelta(**span)
        with self.parts.unit_of_work() as uow:
            for form in uow.session.execute(select(Form)).scalars():
                form.updated_at -= gone
            for held in (Contact, Request):
                for row in uow.session.execute(select(held).where(held.locked_until.is_not(None))).scalars():
                    row.locked_until -= gone
            uow.commit()
        await self.restart()

    def stored(self, kind):
        """Return everything of one kind that is stored."""
        with self.parts.unit_of_work() as uow:
            return list(uow.session.execute(select(kind)).scalars())


class SmsPhone(Phone):
    """A phone with a number of its own, or of another one; what goes to the outbox is what it shows."""

    def __init__(self, hotline, *, number=None, channel=Channel.SMS):
        super().__init__(hotline.assistant, channel=channel)
        self.hotline = hotline
        self.address = number or f"+21891{2_000_000 + next(_count)}"

    async def write(self, text="", **fields):
        """Write an SMS, and wait for what comes back; return the answer ids."""
        sid = f"SM{next(_count):032x}"
        ids = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid}
        if self.channel is Channel.SMS:
            fields = sms_fields(Body=text, From=self.address, **ids, **fields)
        else:
            fields = whatsapp_fields(Body=text, From=f"whatsapp:{self.address}", WaId=self.address[1:], **ids, **fields)
        self.hotline.post(self.channel, fields)
        with self.assistant.parts.unit_of_work() as uow:
            message_id = uow.messages.find_inbound(Provider.TWILIO, sid)
        await asyncio.wait_for(self._handled(message_id), PATIENCE_SECONDS)
        return self._see(message_id)

    async def write_all(self, *texts):
        """Write several messages; return the answer ids of the last one."""
        for text in texts:
            await self.write(text)
        return self.answers

    async def fill_until(self, question=None, answers=NUMBERS):
        """Answer what is asked until a question waits, or to the end; return the answer ids of the last message."""
        for _ in range(25):
            asked = self.asked
            if asked == question:
                return self.answers
            assert asked is not None, f"no question waits, {question} is not reached: {self.answers}"
            await self.write(answers[asked])
            if self.asked is None and question is None:
                return self.answers
        raise AssertionError(f"{question} is not reached; {self.asked} waits")

    async def has_answered_until(self, question, answers=NUMBERS):
        """Answer what is asked until a question waits, without Rasa: how answers come there is tested elsewhere."""
        for _ in range(25):
            if self.asked == question:
                # The question is put by the hotline itself, so that its choices are those that were offered last.
                assert await self.write("continue") == [f"ask_{question}"]
                return
            with self.assistant.parts.unit_of_work() as uow:
                self._answer(self._talk(uow, answers[self.asked]))
                uow.commit()
        raise AssertionError(f"{question} is not reached; {self.asked} waits")

    def _answer(self, talk):
        form = current_form(talk.uow, talk.contact_id)
        word = talk.reader.word(talk.text)
        if word is not None:
            STEERING[word](form, talk)
        else:
            values = values_of(form, talk.address)
            reading = talk.reader.read(form.question, talk.text, values=values, today=talk.today)
            apply_answer(form, talk, form.asked, reading.value)

    def _talk(self, uow, text):
        parts = self.assistant.parts
        return Talk(
            uow=uow, conversation=uow.conversations.get(self.received.conversation_id), language=self.conversation.language,
            message_id=new_id(), text=text, pressed=None, place=None, reader=parts.form_reader, rules=parts.form_rules,
            clock=now, new_id=new_id,
        )  # fmt: skip

    @property
    def form(self):
        """The form that the person is in, or the draft that waits, or None."""
        with self.assistant.parts.unit_of_work() as uow:
            return current_form(uow, self.received.contact_id)

    @property
    def asked(self):
        """The id of the question that waits, or None."""
        return self.form.asked if self.form else None

    @property
    def is_parked(self):
        """Whether the form waits as a draft."""
        return self.form is not None and self.form.parked_at is not None

    @property
    def requests(self):
        """The person's requests, the oldest first."""
        with self.assistant.parts.unit_of_work() as uow:
            found = uow.requests.of_contact(self.received.contact_id)
            return sorted(found, key=lambda request: request.created_at)

    @property
    def request(self):
        """The person's only request."""
        (request,) = self.requests
        return request

    @property
    def steps(self):
        """From where to where, and why, the only request went."""
        with self.assistant.parts.unit_of_work() as uow:
            return [(s.from_status.value, s.to_status.value, s.reason) for s in uow.requests.steps_of(self.request.id)]

    @property
    def case_topics(self):
        """Kind, urgency and topic of the person's cases, in the order in which they were opened."""
        cases = sorted(self.cases, key=lambda case: case.opened_at)
        return [(case.kind.value, case.priority.value, case.topic) for case in cases]

    def says(self, line):
        """Say whether a paragraph stands in the latest replies, as the catalogue words it in the person's language."""
        parts = self.assistant.parts
        text = speaker_of(parts).say(line, self.conversation.language, self.channel, choices=()).text
        return any(text in reply.text for reply in self.replies)

    @property
    def texts(self):
        """Everything that the phone ever showed, in one."""
        return "\n".join(m.text for m in self.messages if m.direction is Direction.OUTBOUND)

    async def has_sent(self, *, language, kind=None, **changes):
        """Give this phone a request that was sent before; return it. How it is sent is tested elsewhere."""
        await self.write({"en": "hello", "fr": "bonjour", "ar": "السلام عليكم"}[language])
        request = make_request(
            contact_id=self.received.contact_id,
            conversation_id=self.received.conversation_id,
            language=language,
            **{"reference": new_reference(), **({"kind": kind} if kind else {}), **changes},
        )
        return store(self.hotline.parts, request)


def store(parts, request):
    """Store a request with its hashes, as sending sets them."""
    with parts.unit_of_work() as uow:
        answers = request.answers
        name, phone = answers.get("full_name"), answers.get("contact_phone")
        key = parts.form_reader.name_key(name) if name else ""
        request.phone_hash = uow.requests.hash(f"phone:{phone}") if phone else None
        request.identity_hash = uow.requests.hash(f"person:{key}:{answers.get('birth_year')}") if key else None
        uow.requests.add(request)
        uow.commit()
        return uow.requests.get(request.id)


def forget_everything(parts):
    """Empty all tables, so that nobody met in an earlier test looks like somebody in the next; the audit log only grows."""
    with parts.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            if not table.name.startswith("audit_"):
                connection.execute(table.delete())


def request_of(phone, request):
    """Return a request as it is stored now."""
    with phone.assistant.parts.unit_of_work() as uow:
        return uow.requests.get(request.id)


def reasons(phone, request):
    """Return where a request went, step by step, and why."""
    with phone.assistant.parts.unit_of_work() as uow:
        return [(step.to_status.value, step.reason) for step in uow.requests.steps_of(request.id)]
