"""What staff may know of a person: as it is read from the storage, and as it is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.contacts import Channel, ChannelAddress
from bot.domain.requests import Request, RequestKind, RequestStatus


@dataclass(frozen=True)
class PersonCase:
    """A case of a person, without what is encrypted."""

    reference: str
    kind: CaseKind
    state: QueueState
    priority: Priority
    opened_at: datetime

    @property
    def is_open(self) -> bool:
        """True until staff resolved it."""
        return self.state is not QueueState.RESOLVED


@dataclass(frozen=True)
class PersonRequest:
    """A request of a person in short; of a draft nothing but that there is one.

    Attributes:
        name: Of who asks, masked unless it was asked for.
    """

    reference: str
    kind: RequestKind
    status: RequestStatus
    name: str
    has_open_fear: bool


@dataclass(frozen=True)
class Way:
    """A way to reach a person.

    Attributes:
        channel: On which they write from there; None for a phone that was told in a request.
        value: A phone number or chat id, masked unless it was asked for.
        is_number: Whether it can be called.
        is_stopped: Whether nothing may be sent there.
    """

    channel: Channel | None
    value: str
    is_number: bool
    is_stopped: bool = False


@dataclass(frozen=True)
class Person:
    """Who writes, as far as somebody's roles may know.

    Attributes:
        name: As told last; empty where nobody told, or where two persons use the number.
        is_open: Whether name and phones are in clear.
        ways: Where they are reached, the phone told in a request first.
        language: Of the newest request; None where there is none.
        safe_contacts: How it is safe to reach the person, one for each open request that says another.
        needs: Ids of special needs, of the open requests.
        household: How many travel along.
        separated_children: How many of them are children without a parent.
        in_detention: Whether an open request says so.
        is_shared: Two persons use this number.
        via: A reference through which the reader may see the person.
    """

    contact_id: str
    name: str
    is_open: bool
    ways: tuple[Way, ...]
    language: str | None
    safe_contacts: tuple[str, ...]
    needs: tuple[str, ...]
    household: int
    separated_children: int
    in_detention: bool
    has_open_fear: bool
    is_shared: bool
    requests: tuple[PersonRequest, ...]
    cases: tuple[PersonCase, ...]
    via: str

    @property
    def has_more(self) -> bool:
        """Whether there is a name or an address that is not shown yet."""
        return not self.is_open and bool(self.name or self.ways or any(one.name for one in self.requests))

    def is_seen_by(self, reference: str) -> bool:
        """Say whether a case or a request of the person that the reader may see has this reference."""
        return reference in self.references

    @property
    def references(self) -> tuple[str, ...]:
        """Those of the cases and requests, each once."""
        return tuple(dict.fromkeys([*(one.reference for one in self.cases), *(one.reference for one in self.requests)]))


class People(Protocol):
    """Persons over all their channels; each read is bounded."""

    def addresses(self, contact_id: str) -> Sequence[tuple[ChannelAddress, bool]]: ...

    def cases(self, contact_ids: Collection[str], kinds: Collection[CaseKind], *, limit: int) -> Sequence[PersonCase]: ...

    def by_references(self, references: Collection[str], kinds: Collection[RequestKind]) -> Sequence[Request]: ...

    def requests(self, contact_ids: Collection[str], kinds: Collection[RequestKind], *, limit: int) -> Sequence[Request]: ...
