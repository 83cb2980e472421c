"""Who is on duty: contacts are told the truth about it."""

from __future__ import annotations

from bot.domain.audit import Act
from bot.services.ports import Clock, UnitOfWork


def set_duty(uow: UnitOfWork, staff_id: int, *, is_on_duty: bool, clock: Clock) -> None:
    """Record that somebody goes on duty, or off; saying it twice changes nothing."""
    if uow.duty.set(staff_id, is_on_duty=is_on_duty):
        act = Act.WENT_ON_DUTY if is_on_duty else Act.WENT_OFF_DUTY
        uow.audit.add(act, staff_id=staff_id, at=clock())
    uow.commit()
