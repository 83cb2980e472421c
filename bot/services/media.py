"""Media that contacts sent: which there are for a case, and opening one. The content stays with the provider until then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.contacts import Provider
from bot.domain.conversations import Direction, Message, MessageKind
from bot.domain.errors import ChannelDown, NotFound, Rejected
from bot.domain.media import MAX_MEDIA_BYTES, OPENED_TYPES, Fetched
from bot.domain.requests import Actor
from bot.domain.staff import Authority
from bot.services.deliveries import hidden_kinds
from bot.services.hidden import cases_of_person
from bot.services.messages import address_of
from bot.services.ports import Clock, MediaSource, UnitOfWork

MEDIA_GONE = "media_gone"
"""Code of the error when we know of a file, and its provider no longer has it."""
GIVEN_ONCE = frozenset({Provider.TWILIO})
"""Providers at which a file is deleted when it is fetched: there it would otherwise stay for good."""


@dataclass(frozen=True)
class MediaItem:
    """What staff may know of a file before they open it.

    Attributes:
        position: Of the message that brought it.
        size: Bytes, where the provider says so.
        is_given_once: Whether it can be opened one time only.
    """

    id: str
    message_id: str
    position: int | None
    kind: MessageKind
    content_type: str
    size: int | None
    sent_at: datetime
    fetched_at: datetime | None
    is_given_once: bool


def may_see_media(uow: UnitOfWork, contact_id: str, roles: Iterable[Authority]) -> bool:
    """Say whether these roles may open what a contact sent.

    A file is not tied to one case. It may show an injury, or the staff member complained about. So whoever cannot see
    each of the person's cases on all channels, the resolved ones included, sees none of the files; and without an open
    case nobody has a reason to look.
    """
    cases = cases_of_person(uow, contact_id)
    hidden = hidden_kinds(roles)
    return any(case.is_open for case in cases) and not any(case.kind in hidden for case in cases)


def list_media(uow: UnitOfWork, messages: Iterable[Message]) -> list[MediaItem]:
    """Return the files of the inbound ones among these messages, the newest first."""
    senders = {message.id: message for message in messages if _may_have_file(message)}
    return [
        MediaItem(
            id=media.id,
            message_id=media.message_id,
            position=senders[media.message_id].position,
            kind=senders[media.message_id].kind,
            content_type=media.content_type,
            size=media.size,
            sent_at=media.created_at,
            fetched_at=media.fetched_at,
            is_given_once=address_of(uow, senders[media.message_id]).provider in GIVEN_ONCE,
        )
        for media in uow.threads.media(list(senders))
    ][::-1]


def _may_have_file(message: Message) -> bool:
    return message.direction is Direction.INBOUND and message.kind not in (MessageKind.TEXT, MessageKind.LOCATION)


def open_media(
    uow: UnitOfWork, media_id: str, *, actor: Actor, sources: Mapping[Provider, MediaSource], clock: Clock
) -> Fetched:
    """Fetch a file from its provider for a staff member, and record who opened it, and when it was first opened.

    Raises:
        NotFound: If there is no such file or these roles may not see it; with the code ``MEDIA_GONE``, if the provider no
            longer has it.
        Rejected: If it is too large, or of a type that is not opened.
        TryLater: If the provider does not answer.
        ChannelDown: If the channel that it came by is off.
    """
    media = uow.messages.get_media(media_id)
    message = uow.messages.get(media.message_id)
    if not may_see_media(uow, message.contact_id, actor.roles):
        raise NotFound("media_hidden", media_id)
    source = sources.get(address_of(uow, message).provider)
    if source is None:
        raise ChannelDown("channel_off")
    # The provider may take a minute; no transaction is held open for so long.
    uow.commit()
    try:
        fetched = source.fetch(media)
    except NotFound as error:
        raise NotFound(MEDIA_GONE, media_id) from error
    if fetched.content_type not in OPENED_TYPES:
        raise Rejected("content_refused")
    if len(fetched.data) > MAX_MEDIA_BYTES:
        raise Rejected("too_long")
    media.fetched_at = media.fetched_at or clock()
    uow.audit.add(Act.MEDIA_OPENED, staff_id=actor.staff_id, at=clock(), subject=media_id)
    uow.commit()
    return fetched
