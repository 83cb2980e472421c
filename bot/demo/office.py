"""The demo's office: accounts, directory, canned replies, answers that were marked, labels of unanswered messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.demo.stories import length_of, read
from bot.demo.world import Colleague
from bot.domain.directory import DirectoryEntry
from bot.domain.staff import Authority, Grant, Role
from bot.services.staff import INVITATION_LIFE
from bot.storage import tables as t
from bot.storage.staff import SqlStaffMembers

DOMAIN = "demo.example"
TEAMS = ("tripoli", "benghazi", "sabha")
_GRANTS = frozenset(grant.value for grant in Grant)


@dataclass(frozen=True)
class Door:
    """How somebody gets into a demo account for the first time.

    Attributes:
        token: Of the invitation; None where the account has a password.
    """

    email: str
    name: str
    roles: str
    team: str | None
    token: str | None


def add_staff(
    members: SqlStaffMembers, *, is_big: bool, now: datetime, new_token: Callable[[], str], password_hash: str | None
) -> list[Door]:
    """Add the accounts; each gets an invitation, or the password where one is given."""
    doors = []
    for raw in _people(is_big=is_big):
        email = f"{raw['key']}@{DOMAIN}"
        member = members.create(email, name=raw["name"], now=now)
        member.language, member.team, member.is_on_duty = raw["language"], raw.get("team"), bool(raw.get("on_duty"))
        members.set_roles(member, [_authority(name) for name in raw["roles"]])
        doors.append(open_door(members, member, now=now, token=new_token(), password_hash=password_hash))
    return doors


def open_door(members: SqlStaffMembers, member: Any, *, now: datetime, token: str, password_hash: str | None) -> Door:
    """Give an account a password, or else an invitation."""
    if password_hash is not None:
        member.password = password_hash
        members.set_invitation(member, None, until=None)
    else:
        members.set_invitation(member, token, until=now + INVITATION_LIFE)
    roles = ", ".join(sorted(role.name for role in member.roles))
    return Door(member.email, member.name, roles, member.team, None if password_hash else token)


def demo_staff(members: SqlStaffMembers) -> list[Any]:
    """Return the accounts of the demo."""
    return [member for member in members.all() if member.email.endswith(f"@{DOMAIN}")]


def colleagues(members: SqlStaffMembers) -> list[Colleague]:
    """Return the demo's accounts as scenes know them."""
    return [
        Colleague(member.id, member.email.partition("@")[0], member.name, member.team, member.role_set)
        for member in demo_staff(members)
    ]


def furnish(session: Session, staff: Sequence[Colleague], *, now: datetime, new_id: Callable[[], str]) -> None:
    """Fill the directory, the canned replies and the marks on answers."""
    office, ids = read("office.yml"), {one.key: one.id for one in staff}
    for raw in office["directory"]:
        session.add(_entry(raw, now))
    session.flush()
    if session.execute(select(t.canned_reply.c.id)).first() is None:
        known = {"is_active": True, "updated_at": now, "updated_by": None}
        rows = [{"id": new_id(), **known, **one} for one in office["canned_replies"]]
        session.execute(insert(t.canned_reply), rows)
    for raw in office["answer_marks"]:
        session.execute(insert(t.answer_mark).values(**_mark(raw, ids, now)))


def label(session: Session, message_ids: Mapping[str, Sequence[str]], staff: Sequence[Colleague], *, now: datetime) -> None:
    """Label some unanswered messages, as staff do for the training of the assistant.

    Args:
        message_ids: Of unanswered messages, by language.
    """
    ids, left = {one.key: one.id for one in staff}, {language: list(found) for language, found in message_ids.items()}
    for raw in read("office.yml")["labels"]:
        if left.get(raw["language"]):
            values = {"topic": raw["topic"], "text": raw["text"], "at": now, "by": ids[raw["by"]]}
            session.execute(
                insert(t.training_label).values(message_id=left[raw["language"]].pop(), language=raw["language"], **values)
            )


def _people(*, is_big: bool) -> list[dict[str, Any]]:
    office = read("office.yml")
    found = list(office["staff"])
    for team in TEAMS if is_big else ():
        for number in range(1, office["more_caseworkers"] + 1):
            key = f"{team}{number}"
            one = {"key": key, "name": key.capitalize(), "roles": ["caseworker"], "team": team, "language": "en"}
            found.append({**one, "on_duty": number < 4})
    return found


def _authority(name: str) -> Authority:
    return Grant(name) if name in _GRANTS else Role(name)


def _entry(raw: Mapping[str, Any], now: datetime) -> DirectoryEntry:
    entry = DirectoryEntry(
        id=raw["id"], organisation=raw["organisation"], purpose=raw["purpose"], kinds=tuple(raw["kinds"]),
        phones=tuple(raw["phones"]), places=tuple(raw["places"]), hours=raw["hours"], address="", source="daleel demo",
        source_as_of=now.date().isoformat(), translations=raw.get("translations", {}), languages=tuple(raw["languages"]),
    )  # fmt: skip
    if "verified_by" in raw:
        until = now + length_of(raw["valid_for"]) if "valid_for" in raw else now - length_of(raw["expired_for"])
        entry.verify(by=f"{raw['verified_by']}@{DOMAIN}", now=min(now, until) - timedelta(days=30), valid_until=until)
    return entry


def _mark(raw: Mapping[str, Any], ids: Mapping[str, int], now: datetime) -> dict[str, Any]:
    ended = now - length_of(raw["ended_ago"]) if "ended_ago" in raw else None
    return {
        **{name: raw[name] for name in ("answer_id", "language", "is_withdrawn", "reason")},
        "at": now - length_of(raw["ago"]), "by": ids[raw["by"]], "ended_at": ended,
        "ended_by": ids[raw["ended_by"]] if ended else None,
    }  # fmt: skip
