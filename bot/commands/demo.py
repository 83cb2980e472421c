"""``daleel demo``: an invented office in an empty database, on which a new team trains."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from random import Random

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import select

from bot.demo.fill import SIZES, Made, fill, total_of
from bot.demo.office import Door, add_staff, colleagues, demo_staff, open_door
from bot.demo.rows import RememberingCipher
from bot.demo.world import World
from bot.domain.errors import InvalidInput, WrongState
from bot.language.reading.name_keys import name_key
from bot.services.staff import MIN_PASSWORD_LENGTH
from bot.settings import Settings
from bot.speaking.parts import speaker_of
from bot.storage.engine import make_engine
from bot.storage.migrate import migrate
from bot.storage.name_keys import hash_of_key
from bot.storage.staff import SqlStaffMembers
from bot.storage.tables import contact
from bot.storage.unit_of_work import SqlUnitOfWork
from bot.wiring import CONSENT_VERSION, Parts, build, now

MARK, DONE = "demo_begun", "demo_done"
ANOTHER = "take another database, for example: DALEEL_HOME=demo DATABASE_URL=sqlite:///demo/daleel.db daleel demo"


def make_demo(settings: Settings, out: Console, *, size: str, seed: int, password: str | None, again: bool) -> None:
    """Fill the database, and say what was made and how to log in.

    Raises:
        InvalidInput: If there is no such size, or the password is too short.
        WrongState: If the database holds people already, invented or real.
    """
    if size not in SIZES:
        raise InvalidInput("size_unknown", f"unknown size {size}: use {', '.join(SIZES)}")
    if password is not None and len(password) < MIN_PASSWORD_LENGTH:
        raise InvalidInput("password_too_short", f"a password has {MIN_PASSWORD_LENGTH} characters or more")
    parts = build(settings)
    migrate(parts.engine)
    if _check(parts, again=again):
        _say_how_to_log_in(settings, out, _renew(parts, password))
        return
    doors = _open_office(parts, password, is_big=size != "small")
    made = _fill(parts, out, size=size, seed=seed)
    _say_what_was_made(out, made)
    _say_how_to_log_in(settings, out, doors)


def _check(parts: Parts, *, again: bool) -> bool:
    """Say whether the demo is there already.

    Raises:
        WrongState: If this database is not for a demo, or not asked for again.
    """
    with parts.unit_of_work() as uow:
        begun, done = uow.marks.get(MARK), uow.marks.get(DONE)
        has_people = uow.session.execute(select(contact.c.id).limit(1)).first() is not None
    if begun is None and has_people:
        raise WrongState("database_in_use", f"this database holds people who wrote to the hotline; {ANOTHER}")
    if begun is not None and done is None:
        raise WrongState("demo_unfinished", f"a demo was begun in this database and not finished; {ANOTHER}")
    if done is not None and not again:
        raise WrongState(
            "demo_exists",
            f"the demo of {done:%Y-%m-%d} is in this database; to get in again: daleel demo --again; else {ANOTHER}",
        )
    return done is not None


def _open_office(parts: Parts, password: str | None, *, is_big: bool) -> list[Door]:
    with parts.unit_of_work(is_durable=True) as uow:
        uow.marks.set(MARK, now())
        members = SqlStaffMembers(uow.session, parts.cipher)
        doors = add_staff(
            members, is_big=is_big, now=now(), new_token=lambda: secrets.token_urlsafe(32), password_hash=_hash(parts, password)
        )
        uow.commit()
    return doors


def _renew(parts: Parts, password: str | None) -> list[Door]:
    """Let in those who have no password yet; with a password given, everybody."""
    with parts.unit_of_work(is_durable=True) as uow:
        members, hashed = SqlStaffMembers(uow.session, parts.cipher), _hash(parts, password)
        doors = [
            open_door(members, member, now=now(), token=secrets.token_urlsafe(32), password_hash=hashed)
            for member in demo_staff(members)
            if hashed or not member.password
        ]
        uow.commit()
    return doors


def _hash(parts: Parts, password: str | None) -> str | None:
    if password is None:
        return None
    from flask_security import hash_password

    from bot.console import create_app

    with create_app(parts).app_context():
        return str(hash_password(password))


def _fill(parts: Parts, out: Console, *, size: str, seed: int) -> Made:
    settings, wanted = parts.settings, SIZES[size]
    # The engine's own: what it encrypts is invented.
    cipher = RememberingCipher(parts.cipher)
    engine = make_engine(settings.database_url, cipher, is_durable=False)  # type: ignore[arg-type]

    def open_uow() -> SqlUnitOfWork:
        return SqlUnitOfWork(engine, parts.cipher, settings.opening_hours)

    try:
        with parts.unit_of_work() as uow:
            staff = colleagues(SqlStaffMembers(uow.session, parts.cipher))
        world = World(
            now=now(),
            rng=Random(seed),  # noqa: S311 - invents people, no secrets
            staff=staff,
            # What was said long ago is not changed by what the office withdrew last week.
            speaker=speaker_of(parts, heeds_withdrawals=False),
            catalogues=parts.catalogues,
            hours=settings.opening_hours,
            hash=parts.cipher.hash,
            name_key=name_key,
            name_hashes=lambda name: [hash_of_key(parts.cipher, key) for key in sorted(set(name_key(name).split()))],
            consent_version=CONSENT_VERSION,
            months=settings.retention.request_months,
        )
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=out, transient=True) as bar:
            task = bar.add_task("Inventing people", total=total_of(wanted))
            made = fill(open_uow, engine, world, wanted, progress=lambda count: bar.advance(task, count))
        with open_uow() as uow:
            uow.marks.set(DONE, now())
            uow.commit()
    finally:
        engine.dispose()
    return made


def _say_what_was_made(out: Console, made: Made) -> None:
    out.print(
        f"An invented office: {made.contacts} people, {made.cases} cases, {made.messages} messages, {made.requests} requests. "
        "Nobody in it is real, and nothing is sent to anybody.",
        markup=False,
    )


def _say_how_to_log_in(settings: Settings, out: Console, doors: Sequence[Door]) -> None:
    base = settings.staff_url or settings.console_url
    if not doors:
        out.print(
            "Every demo account has a password already; daleel demo --again --password … sets another one for all.",
            markup=False,
        )
        return
    with_links = any(door.token for door in doors)
    out.print(
        f"Log in at {base}" + (", each by their own link, valid for 72 hours, once:" if with_links else " with your password:"),
        markup=False,
    )
    table = Table("account", "name", "roles", "team", box=None)
    for door in doors:
        table.add_row(door.email, door.name, door.roles, door.team or "")
    out.print(table)
    # Not in the table: a narrow terminal would cut them.
    for door in doors if with_links else ():
        out.print(f"{door.email}  {base}/invitation/{door.token}", markup=False, soft_wrap=True)
