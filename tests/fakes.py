"""Fakes of what the services need from outside: they fulfil the same protocols as ``bot.storage``."""

from __future__ import annotations

import itertools
from datetime import timedelta

from bot.domain.cases import URGENCY
from bot.domain.conversations import Direction, InboundState
from bot.domain.deliveries import UNSETTLED, OutboundState
from bot.domain.errors import NotFound
from bot.domain.opening_hours import ALWAYS_OPEN
from bot.services import ports
from tests.builders import NOON


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start=NOON):
        self.time = start

    def __call__(self):
        return self.time

    def advance(self, **span):
        """Move on."""
        self.time += timedelta(**span)


class CountingIds:
    """Ids in order."""

    def __init__(self):
        self._count = itertools.count(1)

    def __call__(self):
        return f"id-{next(self._count)}"


class _Shelf:
    """Things by id."""

    def __init__(self):
        self.rows = {}

    def add(self, thing):
        """Keep."""
        self.rows[thing.id] = thing

    def get(self, thing_id):
        """Return, or NotFound."""
        if thing_id not in self.rows:
            raise NotFound("not_found", thing_id)
        return self.rows[thing_id]

    def _first(self, condition):
        return next((row for row in self.rows.values() if condition(row)), None)


class InMemoryContacts(_Shelf, ports.Contacts):
    """Contacts, addresses and leases."""

    def __init__(self):
        super().__init__()
        self.addresses = {}
        self.leases = {}

    def add_address(self, address):
        self.addresses[address.id] = address

    def get_address(self, address_id):
        return self.addresses[address_id]

    def find_address(self, provider, channel, address):
        wanted = (provider, channel, address)
        return next((a for a in self.addresses.values() if (a.provider, a.channel, a.address) == wanted), None)

    def same_number(self, address):
        same = [one.contact_id for one in self.addresses.values() if one.address == address.address]
        return list(dict.fromkeys([address.contact_id, *same]))

    def hash_address(self, address):
        return f"hash of {address}"

    def lease(self, contact_id, *, owner, until, now):
        holder, end = self.leases.get(contact_id, (owner, now))
        if holder != owner and end >= now:
            return False
        self.leases[contact_id] = (owner, until)
        return True

    def release(self, contact_id, *, owner):
        if self.leases.get(contact_id, (None,))[0] == owner:
            del self.leases[contact_id]


class InMemoryPeople:
    """Persons over all their channels, as the contacts tell."""

    def __init__(self, contacts):
        self.contacts = contacts

    def addresses(self, contact_id):
        known = self.contacts.addresses.values()
        own = {one.address for one in known if one.contact_id == contact_id}
        found = [(one, self.contacts.get(one.contact_id).is_shared) for one in known if one.address in own]
        return sorted(found, key=lambda pair: pair[0].contact_id != contact_id)


class InMemoryConversations(_Shelf, ports.Conversations):
    """Conversations."""

    def lock(self, conversation_id):
        return self.get(conversation_id)

    def find_for_address(self, address_id):
        return self._first(lambda row: row.channel_address_id == address_id)


class InMemoryMessages(_Shelf, ports.Messages):
    """Messages, in the order in which they were added."""

    def __init__(self):
        super().__init__()
        self.inbound_ids = {}
        self.media = {}

    def add(self, message):
        message.position = len(self.rows) + 1
        super().add(message)

    def find_inbound(self, provider, provider_id):
        return self.inbound_ids.get((provider, provider_id))

    def record_inbound_id(self, provider, provider_id, message_id):
        assert (provider, provider_id) not in self.inbound_ids
        self.inbound_ids[provider, provider_id] = message_id

    def find_by_provider_id(self, conversation_id, provider_id):
        return self._first(lambda row: (row.conversation_id, row.provider_id) == (conversation_id, provider_id))

    def _received(self):
        received = [m for m in self.rows.values() if m.state == InboundState.RECEIVED.value]
        return sorted(received, key=lambda m: (m.sequence or 0, m.position))

    def claim_received(self, message_id):
        if self.get(message_id).state != InboundState.RECEIVED.value:
            return False
        self.get(message_id).state = InboundState.HANDLED.value
        return True

    def contacts_waiting(self, *, limit):
        return list(dict.fromkeys(m.contact_id for m in self._received()))[:limit]

    def next_received(self, contact_id):
        return next((m for m in self._received() if m.contact_id == contact_id), None)

    def latest_choices(self, conversation_id):
        said = [m for m in self.in_conversation(conversation_id, after=0) if m.direction is Direction.OUTBOUND]
        return next((m for m in reversed(said) if m.choices or m.author_id is not None), None)

    def latest_outbound(self, conversation_id):
        said = [m for m in self.in_conversation(conversation_id, after=0) if m.direction is Direction.OUTBOUND]
        return said[-1] if said else None

    def find_by_client_id(self, client_id):
        return self._first(lambda row: row.client_id == client_id)

    def in_conversation(self, conversation_id, *, after):
        return [m for m in self.rows.values() if m.conversation_id == conversation_id and m.position > after]

    def add_media(self, media):
        self.media[media.id] = media

    def get_media(self, media_id):
        return self.media[media_id]

    def media_of(self, message_id):
        return [media for media in self.media.values() if media.message_id == message_id]


class InMemoryOutbox:
    """As much of the outbox as inbox and turns need; what sends it is tested over real databases."""

    def __init__(self, messages):
        self._messages = messages

    def unsettled(self, conversation_id):
        states = {state.value for state in UNSETTLED}
        return [m for m in self._messages.in_conversation(conversation_id, after=0) if m.state in states]

    def withdraw(self, message, *, failure, now):
        is_waiting = message.state in (OutboundState.QUEUED.value, OutboundState.HELD.value)
        return is_waiting and message.move_on(OutboundState.WITHDRAWN, now, failure=failure)

    def ask_to_erase(self, conversation_id, *, since, now):
        for message in self._messages.in_conversation(conversation_id, after=0):
            if message.provider_id is not None and message.created_at >= since and message.erased_at is None:
                message.erase_asked_at = now


class InMemoryCases(_Shelf, ports.Cases):
    """Cases, and their history in a list."""

    def __init__(self):
        super().__init__()
        self.entries = []

    def find_by_message(self, message_id, kind):
        return self._first(lambda row: (row.opened_by_message_id, row.kind) == (message_id, kind))

    def find_open(self, contact_id, kind):
        return self._first(lambda row: row.contact_id == contact_id and row.kind is kind and row.is_open)

    def find_by_reference(self, reference):
        return self._first(lambda row: row.reference == reference)

    def lock(self, case_id):
        return self.get(case_id)

    def of_contact(self, contact_id):
        return [row for row in self.rows.values() if row.contact_id == contact_id]

    def followed_by(self, staff_id):
        return [row for row in self.rows.values() if row.assignee_id == staff_id and row.is_open]

    def open_in(self, conversation_id):
        return [row for row in self.rows.values() if row.conversation_id == conversation_id and row.is_open]

    def add_entry(self, entry):
        if entry.client_id is not None and any(one.client_id == entry.client_id for one in self.entries):
            return False
        self.entries.append(entry)
        return True

    def entries_of(self, conversation_id):
        return [entry for entry in self.entries if entry.conversation_id == conversation_id]

    def late(self, now, *, limit):
        late = [row for row in self.rows.values() if row.is_open and row.waiting_since is not None and row.due_at <= now]
        return sorted(late, key=lambda row: (URGENCY.index(row.priority), row.due_at))[:limit]

    def waiting(self, kinds, *, limit):
        seen = [row for row in self.rows.values() if row.kind in kinds and row.is_open]
        return sorted(seen, key=lambda row: (URGENCY.index(row.priority), row.opened_at))[:limit]


class InMemoryForms(_Shelf):
    """Forms in a dictionary."""

    def __init__(self):
        super().__init__()
        self.replies = {}

    def remove(self, form):
        del self.rows[form.id]

    def of_contact(self, contact_id):
        found = [form for form in self.rows.values() if form.contact_id == contact_id]
        return sorted(found, key=lambda form: form.updated_at, reverse=True)

    def last_reply(self, contact_id):
        return self.replies.get(contact_id)

    def keep_reply(self, contact_id, message_id, reply):
        self.replies[contact_id] = (message_id, reply)

    def drop_reply(self, contact_id):
        self.replies.pop(contact_id, None)

    def of_request(self, request_id):
        return next((form for form in self.rows.values() if form.request_id == request_id), None)


class InMemoryRequests(_Shelf):
    """Requests in a dictionary, with their steps in a list."""

    def __init__(self):
        super().__init__()
        self.steps = []

    def hash(self, value):
        return f"hash of {value}"

    def lock(self, request_id):
        return self.get(request_id)

    def remove(self, request):
        del self.rows[request.id]

    def find_by_reference(self, reference):
        return next((request for request in self.rows.values() if request.reference == reference), None)

    def of_contact(self, contact_id):
        return [request for request in self.rows.values() if request.contact_id == contact_id]

    def likely_same(self, request):
        return [
            other
            for other in self.rows.values()
            if other.id != request.id
            and other.kind is request.kind
            and other.status.value != "draft"
            and (
                (request.phone_hash and other.phone_hash == request.phone_hash)
                or (request.identity_hash and other.identity_hash == request.identity_hash)
            )
        ]

    def add_step(self, step):
        self.steps.append(step)

    def steps_of(self, request_id):
        return [step for step in self.steps if step.request_id == request_id]


class InMemoryDirectory(_Shelf, ports.Directory):
    """Directory entries."""

    def all(self, *, only_verified=False):
        return [entry for entry in self.rows.values() if entry.verified_at is not None or not only_verified]

    def lock(self, entry_id):
        return self.get(entry_id)

    def count_ending(self, *, by):
        return len([e for e in self.all(only_verified=True) if e.valid_until is not None and e.valid_until <= by])


class FakeAudit:
    """What was recorded: act and subject, in order."""

    def __init__(self):
        self.acts = []

    def add(self, act, *, staff_id, at, subject="", detail=""):
        self.acts.append((act, subject))


class FakeDuty(ports.Duty):
    """Staff on duty, by number; the office never closes."""

    def __init__(self):
        self.people = 0
        self.hours = ALWAYS_OPEN

    def count(self):
        return self.people


class InMemoryUnitOfWork(ports.UnitOfWork):
    """One transaction that counts its commits."""

    def __init__(self):
        self.contacts = InMemoryContacts()
        self.people = InMemoryPeople(self.contacts)
        self.conversations = InMemoryConversations()
        self.messages = InMemoryMessages()
        self.outbox = InMemoryOutbox(self.messages)
        self.cases = InMemoryCases()
        self.forms = InMemoryForms()
        self.requests = InMemoryRequests()
        self.directory = InMemoryDirectory()
        self.duty = FakeDuty()
        self.audit = FakeAudit()
        self.commits = 0

    def commit(self):
        self.commits += 1


class FakeClient(ports.ChannelClient):
    """A provider that takes messages, or raises what a test wants for a text.

    Args:
        errors: What ``send`` raises, by text.
        found: What ``look_up`` returns, or raises, by text; other messages are not found.
    """

    def __init__(self, errors=None, *, can_look_up=True, found=None):
        self.errors, self.found = errors or {}, found or {}
        self.can_look_up = can_look_up
        self.taken, self.looked_up, self.erased = [], [], []
        self.refuses_to_erase = None

    async def send(self, outgoing):
        if outgoing.message.text in self.errors:
            raise self.errors[outgoing.message.text]
        self.taken.append(outgoing.message.text)
        return ports.Sent(provider_id=f"out-{outgoing.message.id}")

    async def look_up(self, outgoing):
        self.looked_up.append(outgoing.message.text)
        found = self.found.get(outgoing.message.text)
        if isinstance(found, Exception):
            raise found
        return found

    async def erase(self, address, provider_id):
        if self.refuses_to_erase is not None:
            raise self.refuses_to_erase
        self.erased.append((address.address, provider_id))

    async def close(self):
        """Hold nothing."""
