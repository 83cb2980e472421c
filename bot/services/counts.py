"""Daily counts: how many messages came and went, by one property at a time. Nobody is a part of them.

Each message is counted once, some time after it was dealt with, and marked in the same transaction; so a worker that dies in
between neither counts twice nor leaves one out. Erasing a person and taking away what is old leave the counts as they are.
"""

from __future__ import annotations

from collections import Counter
from datetime import tzinfo

from bot.domain.conversations import Direction
from bot.domain.topics import ALL
from bot.services.oversight_ports import INBOUND, NEVER_LEFT, OUTBOUND, UNKNOWN, Countable, CountKey
from bot.services.ports import Clock, UnitOfWork

BATCH = 500


def count_messages(uow: UnitOfWork, *, clock: Clock, limit: int = BATCH) -> int:
    """Count messages that were dealt with, as one transaction; return how many it took."""
    taken = uow.counts.take(now=clock(), limit=limit)
    found: Counter[CountKey] = Counter()
    for message in taken:
        found.update(_keys_of(message, uow.duty.hours.zone))
    uow.counts.add(found)
    uow.commit()
    return len(taken)


def _keys_of(message: Countable, zone: tzinfo) -> list[CountKey]:
    at = message.at.astimezone(zone)
    values = {"channel": message.channel.value}
    if message.direction is Direction.INBOUND:
        values |= {
            "language": message.language or UNKNOWN,
            "decision": message.decision or UNKNOWN,
            "hour": f"{at.hour:02}",
        }
        if message.topic in ALL:
            values["topic"] = str(message.topic)
    elif message.state in NEVER_LEFT:
        return []
    else:
        values["author"] = "staff" if message.is_by_staff else "assistant"
    of = INBOUND if message.direction is Direction.INBOUND else OUTBOUND
    return [CountKey(at.date(), of, by, value) for by, value in values.items()]
