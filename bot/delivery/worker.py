"""The worker process: hands the outbox to the providers, until it is told to stop."""

from __future__ import annotations

from bot.delivery.stopping import Stop
from bot.logs import get_logger
from bot.services.outbox import send_due_messages
from bot.wiring import Parts, now

POLL_SECONDS = 0.1
AFTER_ERROR_SECONDS = 2.0


def run_worker(parts: Parts, stop: Stop) -> None:
    """Send what is due, again and again, until ``stop`` is asked for."""
    log = get_logger()
    log.info("worker_started")
    while not stop.is_asked:
        try:
            with parts.unit_of_work() as uow:
                counts = send_due_messages(uow, parts.clients, clock=now)
        except Exception as error:  # noqa: BLE001 - the edge of this worker
            log.error("outbox_stopped_for_a_moment", error_class=type(error).__name__)
            stop.wait(AFTER_ERROR_SECONDS)
            continue
        if counts["failed"] or counts["postponed"]:
            log.warning("outbox_not_all_sent", count=counts["failed"] + counts["postponed"])
        if not counts["sent"]:
            stop.wait(POLL_SECONDS)
    log.info("worker_stopped")
