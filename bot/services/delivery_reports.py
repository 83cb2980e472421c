"""Delivery reports: what a provider says later of a message moves it on, whatever the order and number of reports."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.conversations import Direction, Message
from bot.domain.deliveries import MAX_RESENDS, UNSETTLED, OutboundState, failure_of
from bot.domain.errors import NotFound
from bot.services.messages import address_of, withdraw_unsent
from bot.services.outbox import hold_for_window
from bot.services.ports import Clock, DeliveryReport, Ids, UnitOfWork

_ARRIVED = (OutboundState.DELIVERED, OutboundState.READ)


def record_report(uow: UnitOfWork, report: DeliveryReport, *, templates: Mapping[str, str], clock: Clock, new_id: Ids) -> bool:
    """Store a report and move its message on.

    A report may overtake the answer to our own request: it is kept, and counts once the message is known.

    Returns:
        Whether the report was new.
    """
    is_new = uow.outbox.add_report(report, now=clock())
    if report.message_id is None:
        # What follows is in a transaction of its own: see apply_kept_reports. With our own id the message is locked anyway.
        uow.commit()
    if not is_new:
        return False
    message = _message_of(uow, report, clock=clock)
    if message is not None:
        _move_on(uow, message, report, templates=templates, clock=clock, new_id=new_id)
    uow.commit()
    return True


def apply_kept_reports(uow: UnitOfWork, message_id: str, *, templates: Mapping[str, str], clock: Clock, new_id: Ids) -> None:
    """Move a message on by what was reported before the provider's answer reached us.

    It is called once that answer is stored: a report that comes at the same moment then either sees the message, or is
    seen here.
    """
    message = uow.messages.get(message_id)
    if message.provider_id is None:
        return
    reports = uow.outbox.reports_of(address_of(uow, message).provider, message.provider_id)
    if not reports:
        return
    message = uow.outbox.lock(message_id)
    for report in reports:
        _move_on(uow, message, report, templates=templates, clock=clock, new_id=new_id)
    uow.commit()


def _message_of(uow: UnitOfWork, report: DeliveryReport, *, clock: Clock) -> Message | None:
    if report.message_id is None:
        message_id = uow.outbox.find_sent(report.provider, report.provider_id)
        return uow.outbox.lock(message_id) if message_id is not None else None
    try:
        message = uow.outbox.lock(report.message_id)
    except NotFound:
        return None
    if message.provider_id == report.provider_id and address_of(uow, message).provider is report.provider:
        return message
    if not _is_unconfirmed(message) or address_of(uow, message).provider is not report.provider:
        return None
    # The answer to our request was lost, or is still on its way, and the report is the proof that the provider took it.
    message.provider_id = report.provider_id
    message.move_on(OutboundState.SENT, clock())
    return message


def _is_unconfirmed(message: Message) -> bool:
    is_tried = message.attempts > 0 and OutboundState(message.state) in UNSETTLED
    return message.direction is Direction.OUTBOUND and is_tried and message.provider_id is None


def _move_on(
    uow: UnitOfWork,
    message: Message,
    report: DeliveryReport,
    *,
    templates: Mapping[str, str],
    clock: Clock,
    new_id: Ids,
) -> None:
    failure = failure_of(report.failure) if report.failure else None
    if OutboundState(message.state) in UNSETTLED and report.state not in _ARRIVED:
        # It tells late of an earlier try; the message waits to go out once more.
        return
    if not message.move_on(report.state, clock(), failure=report.failure):
        return
    if failure is None or report.state not in (OutboundState.FAILED, OutboundState.UNDELIVERED):
        return
    if failure.code == "window_shut" and message.template is None:
        hold_for_window(uow, message, templates=templates, clock=clock, new_id=new_id)
    elif failure.stops_address:
        address_of(uow, message).stop(clock(), reason=failure.code)
        withdraw_unsent(uow, uow.outbox.unsettled(message.conversation_id), reason=failure.code, clock=clock)
    elif failure.retry_after is not None and message.resends < MAX_RESENDS:
        message.resends += 1
        message.wait_in_queue(until=clock() + failure.retry_after * message.resends, failure=failure.code)
