"""What tests of requests do again and again: store a request of somebody who wrote, look at it again."""

from __future__ import annotations

from bot.domain.contacts import Channel
from bot.domain.references import new_reference
from bot.domain.requests import RequestKind
from bot.services.messages import receive_message
from bot.wiring import new_id
from tests.builders import make_incoming, make_request
from tests.fakes import FakeClock


def add_request(parts, kind=RequestKind.RETURN, *, is_shared=False, **changes):
    """Let somebody write, and store a request of theirs; ``parts`` is anything with a unit of work."""
    with parts.unit_of_work() as uow:
        incoming = make_incoming(channel=Channel.SMS, address=f"sim:{new_id()}")
        message = uow.messages.get(receive_message(uow, incoming, clock=FakeClock(), new_id=new_id)[0])
        uow.contacts.get(message.contact_id).is_shared = is_shared
        values = {"id": new_id(), "reference": new_reference(), **changes}
        request = make_request(kind, contact_id=message.contact_id, conversation_id=message.conversation_id, **values)
        uow.requests.add(request)
        uow.commit()
    return request


def stored(parts, request):
    """Return a request as the database has it, and its history."""
    with parts.unit_of_work() as uow:
        return uow.requests.get(request.id), uow.requests.steps_of(request.id)
