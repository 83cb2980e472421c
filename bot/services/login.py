"""Logging in: what is counted, what locks an account, the second factor and the recovery codes.

Whether a password or a code is right is for the console to check; here is what follows from it. Nothing of this says to the
one at the door whether an account exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.audit import Act
from bot.services.ports import Clock
from bot.services.staff import subject_of
from bot.services.staff_ports import Member, StaffMembers

MAX_FAILURES = 5
LOCK_TIME = timedelta(minutes=15)
RECOVERY_CODES = 10
SECOND_FACTOR = "authenticator"
"""The only kind: messages with codes would go over the same phones that people lose, and lines that are cut."""


def is_locked(member: Member, now: datetime) -> bool:
    """Say whether an account was tried too often a moment ago."""
    return member.locked_until is not None and now < member.locked_until


def may_log_in(members: StaffMembers, member: Member, *, clock: Clock) -> bool:
    """Say whether an account is open; to be asked after its password or code was found right.

    It is read anew: others may have tried, and locked it, while the password was checked.
    """
    members.lock(member)
    return member.active and not is_locked(member, clock())


def record_failure(members: StaffMembers, member: Member | None, *, clock: Clock) -> None:
    """Count a wrong password or code, and lock the account after too many in a row.

    Args:
        member: Whose account was tried; None where the e-mail address is nobody's.
    """
    now, staff_id = clock(), member.id if member is not None else None
    members.audit.add(Act.LOGIN_FAILED, staff_id=staff_id, at=now)
    if member is not None and members.count_failure(member, limit=MAX_FAILURES, now=now, until=now + LOCK_TIME):
        members.audit.add(Act.LOCKED_OUT, staff_id=staff_id, at=now)
    members.commit()


def record_login(members: StaffMembers, member: Member, *, clock: Clock, way: str) -> None:
    """Keep that somebody is in, and forget what was tried before.

    Args:
        way: By what, for the audit log: ``password``, ``code``, ``recovery_code`` or ``invitation``.
    """
    now = clock()
    member.failed_logins, member.locked_until, member.last_login_at = 0, None, now
    members.audit.add(Act.LOGGED_IN, staff_id=member.id, at=now, detail=way)
    members.commit()


def record_logout(members: StaffMembers, member: Member, *, clock: Clock) -> None:
    """Log somebody out, everywhere: a session is a cookie, and one that was copied must be worth nothing from now on."""
    members.end_sessions(member)
    members.audit.add(Act.LOGGED_OUT, staff_id=member.id, at=clock())
    members.commit()


def set_second_factor(members: StaffMembers, member: Member, secret: str, *, codes: Sequence[str], clock: Clock) -> None:
    """Keep the secret of an authenticator app, in place of an older one, and fresh recovery codes; all sessions end."""
    member.tf_primary_method, member.tf_totp_secret = SECOND_FACTOR, secret
    members.end_sessions(member)
    members.audit.add(Act.SECOND_FACTOR_SET, staff_id=member.id, at=clock(), subject=subject_of(member))
    set_recovery_codes(members, member, codes, clock=clock)


def set_recovery_codes(members: StaffMembers, member: Member, codes: Sequence[str], *, clock: Clock) -> None:
    """Keep the keyed hashes of fresh recovery codes; the older ones are void."""
    member.mf_recovery_codes = [members.hash_code(member, plain_code(code)) for code in codes]
    members.audit.add(Act.RECOVERY_CODES_MADE, staff_id=member.id, at=clock(), subject=subject_of(member))
    members.commit()


def use_recovery_code(members: StaffMembers, member: Member, code: str) -> bool:
    """Use a recovery code up; say whether it was one. The login's own commit keeps it."""
    members.lock(member)
    used, left = members.hash_code(member, plain_code(code)), list(member.mf_recovery_codes or ())
    if used not in left:
        return False
    left.remove(used)
    member.mf_recovery_codes = left
    return True


def plain_code(code: str) -> str:
    """Return a code as it is compared: without the gaps that people type, and with digits of any script."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign.lower() for sign in code if sign.isalnum())
