"""Stores what the webhooks bring, those that come at once in one transaction; a second try when two were the same."""

from __future__ import annotations

from functools import partial

from sqlalchemy.exc import IntegrityError

from bot.delivery.together import Piece, Together
from bot.domain.contacts import Channel, Provider
from bot.services.delivery_reports import record_report
from bot.services.messages import Incoming, correct_message, receive_message, resume_address, stop_address
from bot.services.ports import DeliveryReport
from bot.wiring import Parts, new_id, now


class StoringReceiver:
    """Fulfils ``bot.channels.edge.Receiver`` over the database."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._templates = parts.window_templates
        self._together = Together(parts)

    def message(self, incoming: Incoming) -> bool:
        """Store a message; False if it is a repeat."""
        return self.receive(incoming)[1]

    def receive(self, incoming: Incoming) -> tuple[str, bool]:
        """Store a message; return its id and whether it is new."""
        try:
            return self._receive(incoming)
        except IntegrityError:
            # The same message, or the first two of one person, came at once: now the other one is stored.
            return self._receive(incoming)

    def _receive(self, incoming: Incoming) -> tuple[str, bool]:
        receive = partial(receive_message, incoming=incoming, clock=now, new_id=new_id)
        # Once it is acknowledged, the message exists nowhere else.
        return self._together.do(Piece(receive, is_durable=True))

    def correction(self, incoming: Incoming) -> bool:
        """Store a corrected text; False if the message is unknown."""
        with self._parts.unit_of_work() as uow:
            return correct_message(uow, incoming, clock=now)

    def report(self, report: DeliveryReport) -> bool:
        """Store a delivery report; False if it is a repeat."""
        record = partial(record_report, report=report, templates=self._templates, clock=now, new_id=new_id)
        if report.message_id is not None:
            return self._together.do(Piece(record, key=report.message_id))
        # It needs two transactions: see there.
        with self._parts.unit_of_work() as uow:
            return record(uow)

    def stop(self, provider: Provider, channel: Channel, address: str, *, reason: str) -> None:
        """Record that nothing can be sent to an address any more."""
        with self._parts.unit_of_work() as uow:
            stop_address(uow, provider=provider, channel=channel, address=address, reason=reason, clock=now)

    def resume(self, provider: Provider, channel: Channel, address: str) -> None:
        """Record that an address takes messages again."""
        with self._parts.unit_of_work() as uow:
            resume_address(uow, provider=provider, channel=channel, address=address)
