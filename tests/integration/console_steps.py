"""What console tests do again and again: accept, log in, open a case, add an entry."""

from __future__ import annotations

import re

from bot.domain.contacts import Channel, Provider
from bot.domain.directory import DirectoryEntry
from bot.services.cases import open_case
from bot.services.messages import Incoming, receive_message
from bot.wiring import new_id, now

PASSWORD = "correct horse battery staple"


def token_on(client, path):
    """Return the CSRF token of a page."""
    return re.search(r'name="csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"', client.get(path).text).group(1)


def fill_in(client, token, *, email, name="Amal", password=PASSWORD, repeated=None):
    """Answer an invitation."""
    path = f"/invitation/{token}"
    data = {"email": email, "name": name, "password": password, "repeated": repeated or password}
    return client.post(path, data={"csrf_token": token_on(client, path), **data})


def log_in(client, email, password):
    """Fill in the login page."""
    data = {"csrf_token": token_on(client, "/login"), "email": email, "password": password}
    return client.post("/login", data=data)


def open_case_of(parts, topic):
    """Let somebody write, open the topic's case, and return its kind and reference."""
    with parts.unit_of_work() as uow:
        incoming = Incoming(Provider.SIMULATOR, Channel.SMS, f"sim:{new_id()}", new_id(), text="hello")
        message = uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])
        opened = open_case(
            uow,
            topic=topic,
            contact_id=message.contact_id,
            conversation_id=message.conversation_id,
            message_id=message.id,
            clock=now,
            new_id=new_id,
        )
    return opened.kind, opened.reference


def add_entry(parts, entry_id):
    """Put an unverified entry into the directory."""
    with parts.unit_of_work() as uow:
        uow.directory.add(
            DirectoryEntry(
                id=entry_id,
                organisation="Office of Return",
                purpose="return",
                kinds=("return_office",),
                phones=("+218000000000",),
                places=(),
                hours="9-12",
                address="",
                source="test",
                source_as_of="2026",
            )
        )
        uow.commit()
