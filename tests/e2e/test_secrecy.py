"""What people type stays secret: no name, number, town or sentence of theirs stands anywhere in clear after a full run.

Real processes, SMS and Telegram, three languages; then every byte of the database, of the logs and of all files is searched,
and Rasa's trackers are opened with the keys and searched too. All persons are invented.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from bot.commands.train import train_with_progress
from bot.domain.contacts import Contact
from bot.domain.conversations import Direction, InboundState, Message
from bot.domain.requests import Request, RequestKind, RequestStatus
from bot.settings import home_of, read_environment
from tests.e2e.providers import Channels, running, wait_until
from tests.integration.database import Postgres, find_postgres, missing_postgres
from tests.standins import TelegramStandIn, TwilioStandIn

TURN_SECONDS = 40
SHORT = 6
"""Shorter texts ("1", "yes") stand everywhere without meaning anything."""


@dataclass
class Person:
    """Somebody who writes.

    Attributes:
        secrets: What identifies them, or what only they know, as typed or in the form in which it is kept.
        typed: All that they wrote.
    """

    secrets: tuple[str, ...]
    write: Callable[[str], Any]
    typed: list[str] = field(default_factory=list)


def return_request(start: str, name: str, *, born: str, town: str, phone: str, words: str, destination: str) -> list[str]:
    """Return the texts of a whole return request of a woman who travels with a son."""
    before = [start, "1", "1", "1", name, "1", born, "1"]
    return [*before, town, "2", "son 7", "3", "1", phone, words, destination, "1"]


STORIES: dict[str, list[str]] = {
    "en": return_request(
        "I want to go home",
        "Zubeyda Quillorbian",
        born="17/11/1987",
        town="Tarquenneth",
        phone="0917730461",
        words="whisper to aunt Brixnelle on Fridays only",
        destination="Umm Zelquoor",
    ),
    "fr": return_request(
        "je veux rentrer chez moi",
        "Théodryne Mboukassé",
        born="23 août 1979",
        town="Varguelonne",
        phone="+218 92 664 1837",
        words="écrivez à ma nièce Clorivette après la prière",
        destination="Ségoutrelle",
    ),
    "ar": return_request(
        "أريد العودة إلى بلدي",
        "زمردة القشطلاوية",
        born="٢٩/٦/١٩٩١",
        town="الطرقنعية",
        phone="٠٩١٥٥٢٧٧٣٦",
        words="لا تتصلوا إلا بخالتي مرجانة يوم الخميس",
        destination="زلقورية",
    ),
    "assistance": ["we need food", "1", "1", "Kolvendrash", "4", "2", "0946618205", "ask for Grandmother Yelzinthe", "1"],
}
SECRETS: dict[str, tuple[str, ...]] = {
    "en": ("Quillorbian", "Zubeyda", "17/11/1987", "1987-11-17", "Tarquenneth", "917730461", "Brixnelle", "Zelquoor"),
    "fr": ("Théodryne", "Mboukassé", "1979-08-23", "Varguelonne", "926641837", "Clorivette", "Ségoutrelle"),
    "ar": ("زمردة", "القشطلاوية", "٢٩/٦/١٩٩١", "1991-06-29", "الطرقنعية", "٠٩١٥٥٢٧٧٣٦", "915527736", "مرجانة", "زلقورية"),
    "assistance": ("Kolvendrash", "946618205", "Yelzinthe"),
}
ADDRESSES = {"en": "+218925550137", "ar": "+218944471829", "assistance": "+218916602953"}
CHAT, FIRST_NAME = 7310044591, "Frondelise"
"""Of who writes by Telegram; the app's name of them is never asked for, and so never kept."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    binaries = find_postgres()
    if binaries is None:
        missing_postgres()
    with Postgres(binaries) as server:
        admin = create_engine(server.address.format(name="postgres"), future=True, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE daleel"))
        admin.dispose()
        yield server.address.format(name="daleel")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, database_url: str | None) -> Iterator[tuple[Channels, dict[str, Person]]]:
    """A hotline after everybody has written everything; it still runs."""
    model = train_with_progress(home_of(read_environment()))
    home = Path(tmp_path_factory.mktemp("home"))
    settings = {"DATABASE_URL": database_url} if database_url else {}
    with (
        TelegramStandIn(rate_per_second=None) as telegram,
        TwilioStandIn() as twilio,
        running(home, model, telegram, twilio, settings) as channels,
    ):
        people = _people(channels)
        for name, texts in STORIES.items():
            for words in texts:
                _say(channels, people, name, words)
        _check_requests(channels)
        for words in ("I want to withdraw my request", "1"):
            _say(channels, people, "en", words)
        wait_until(lambda: _statuses(channels)[RequestStatus.WITHDRAWN] == 1, what="the withdrawal")
        for words in ("احذفوا كل بياناتي", "1"):
            _say(channels, people, "ar", words)
        wait_until(lambda: any(c.erased_at for c in _all(channels, Contact)), seconds=60, what="the erasure")
        yield channels, people


def _people(channels: Channels) -> dict[str, Person]:
    chat = channels.telegram.person(CHAT, language_code="fr", first_name=FIRST_NAME)
    ways: dict[str, Callable[[str], Any]] = {
        name: channels.twilio.phone(address, profile_name="Ondrassyl").texts for name, address in ADDRESSES.items()
    }
    own = {name: (address.removeprefix("+218"),) for name, address in ADDRESSES.items()} | {"fr": (str(CHAT), FIRST_NAME)}
    ways["fr"] = chat.writes
    return {name: Person((*SECRETS[name], *own[name]), ways[name]) for name in STORIES}


def _say(channels: Channels, people: dict[str, Person], name: str, words: str) -> None:
    person = people[name]
    person.typed.append(words)
    count = sum(len(p.typed) for p in people.values())
    person.write(words)
    wait_until(lambda: _handled(channels) >= count, seconds=TURN_SECONDS, what=f"the answer to {words!r}")


def _handled(channels: Channels) -> int:
    return sum(
        message.direction is Direction.INBOUND and message.state == InboundState.HANDLED.value
        for message in _all(channels, Message)
    )


def _all(channels: Channels, kind: type) -> list[Any]:
    parts = channels.hotline.parts()
    try:
        with parts.unit_of_work() as uow:
            return list(uow.session.execute(select(kind)).scalars())
    finally:
        parts.engine.dispose()
        parts.durable_engine.dispose()


def _statuses(channels: Channels) -> dict[RequestStatus, int]:
    found = [request.status for request in _all(channels, Request)]
    return {status: found.count(status) for status in RequestStatus}


def _check_requests(channels: Channels) -> None:
    """Check that everything typed has arrived where it belongs: else there would be nothing to find."""
    requests = _all(channels, Request)
    assert [r.status for r in requests] == [RequestStatus.SUBMITTED] * len(STORIES)
    returns = [r.answers for r in requests if r.kind is RequestKind.RETURN]
    assert [a["full_name"] for a in returns] == [STORIES[code][4] for code in ("en", "fr", "ar")]
    assert [a["destination"] for a in returns] == [STORIES[code][15] for code in ("en", "fr", "ar")]
    assert [a["safe_contact"] for a in returns] == [STORIES[code][14] for code in ("en", "fr", "ar")]
    assert [a["contact_phone"] for a in returns] == ["+218917730461", "+218926641837", "+218915527736"]
    (assistance,) = [r.answers for r in requests if r.kind is RequestKind.ASSISTANCE]
    assert assistance["current_place"] == "Kolvendrash"


# The search.


def spellings(secret: str) -> set[bytes]:
    """Return the ways in which a text may stand in a file without being encrypted."""
    found: set[bytes] = set()
    for written in {secret, secret.lower(), secret.upper()}:
        utf8 = written.encode()
        found |= {utf8, written.encode("utf-16-le"), written.encode("utf-16-be")}
        escaped = json.dumps(written)[1:-1]
        found |= {escaped.encode(), escaped.replace("\\", "\\\\").encode(), escaped.upper().replace("\\U", "\\u").encode()}
        found |= {quote(written, safe="").encode(), quote_plus(written).encode(), quote(written, safe="").lower().encode()}
        found |= {utf8.hex().encode(), utf8.hex().upper().encode()}
        for bytes_ in (utf8, written.encode("utf-16-le")):
            for offset in range(3):
                # Within a longer text it begins at any of the three places of a group; signs shared with its neighbours go.
                coded = base64.b64encode(bytes(offset) + bytes_).rstrip(b"=")
                is_shared = (offset + len(bytes_)) % 3 != 0
                part = coded[(0, 2, 3)[offset] : len(coded) - is_shared]
                found |= {part, part.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def found_in(data: bytes, secrets: set[str]) -> list[str]:
    """Return the secrets that stand in some bytes."""
    return sorted(secret for secret in secrets if any(spelling in data for spelling in spellings(secret)))


def all_secrets(people: dict[str, Person]) -> set[str]:
    """Return what must stand nowhere in clear: names, numbers and towns, and every longer text that was typed."""
    return {secret for person in people.values() for secret in person.secrets} | typed_texts(people)


def typed_texts(people: dict[str, Person]) -> set[str]:
    """Return the texts that were typed, but for those that say nothing by themselves."""
    return {words for person in people.values() for words in person.typed if len(words) > SHORT}


def database_files(channels: Channels) -> dict[str, bytes]:
    """Return all bytes of the database's files."""
    parts = channels.hotline.parts()
    url = make_url(parts.settings.database_url)
    parts.engine.dispose()
    parts.durable_engine.dispose()
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        return {p.name: p.read_bytes() for p in path.parent.glob(f"{path.name}*")}
    folder = Path(str(url.query["host"])) / "data"
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.is_socket()}


def rows_of(channels: Channels, *tables: str) -> list[dict[str, Any]]:
    """Return rows as the database holds them, without our column types; of all tables where none is named."""
    parts = channels.hotline.parts()
    engine = create_engine(parts.settings.database_url, future=True)
    listing = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    with engine.connect() as connection:
        names = tables or connection.execute(text(listing[engine.dialect.name])).scalars().all()
        rows = [dict(row._mapping) for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
    for used in (engine, parts.engine, parts.durable_engine):
        used.dispose()
    return rows


# The rules.


def test_the_search_finds_a_text_in_each_of_its_spellings() -> None:
    for secret in ("Quillorbian", "0917730461", "زمردة القشطلاوية", "Théodryne Mboukassé"):
        for before in ("", "x", "xy"):
            whole = f"{before}{secret} and more"
            for written in (
                whole.encode(),
                whole.encode("utf-16-le"),
                whole.encode("utf-16-be"),
                json.dumps(whole).encode(),
                json.dumps(json.dumps(whole)).encode(),
                base64.b64encode(whole.encode()),
                base64.urlsafe_b64encode(whole.encode()),
                quote(whole).encode(),
                quote_plus(whole).encode(),
                whole.encode().hex().encode(),
                whole.lower().encode(),
            ):
                assert found_in(b"\x00" + written, {secret}) == [secret], written
    assert found_in(b"nothing of the kind", {"Quillorbian"}) == []


def test_the_database_holds_nothing_typed_in_clear(story: tuple[Channels, dict[str, Person]]) -> None:
    channels, people = story
    before = database_files(channels)
    assert before
    for name, data in before.items():
        assert found_in(data, all_secrets(people)) == [], f"in {name}"
    parts = channels.hotline.parts()
    path = make_url(parts.settings.database_url).database or ""
    if parts.engine.dialect.name == "sqlite":
        assert any(name.endswith("-wal") for name in before), "the log before it is written back was not looked at"
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        with parts.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("CHECKPOINT"))
    parts.engine.dispose()
    parts.durable_engine.dispose()
    for name, data in database_files(channels).items():
        assert found_in(data, all_secrets(people)) == [], f"in {name}, written back"


def test_no_row_of_any_table_holds_anything_typed_in_clear(story: tuple[Channels, dict[str, Person]]) -> None:
    channels, people = story
    rows = "\n".join(repr(row) for row in rows_of(channels))
    assert found_in(rows.encode(), all_secrets(people)) == []


def test_messages_and_requests_hold_it_encrypted_and_the_keys_open_it(story: tuple[Channels, dict[str, Person]]) -> None:
    channels, people = story
    texts = {message.text for message in _all(channels, Message)}
    for name in ("en", "fr", "assistance"):
        assert typed_texts({name: people[name]}) <= texts
    # Who asked to be forgotten is.
    assert typed_texts({"ar": people["ar"]}) & texts == set()
    answers = json.dumps([request.answers for request in _all(channels, Request)], ensure_ascii=False)
    assert found_in(answers.encode(), {"Quillorbian", "Mboukassé", "Kolvendrash"}) == [
        "Kolvendrash",
        "Mboukassé",
        "Quillorbian",
    ]
    assert found_in(answers.encode(), set(people["ar"].secrets)) == []


def test_rasas_trackers_hold_nothing_typed_even_when_they_are_opened(story: tuple[Channels, dict[str, Person]]) -> None:
    channels, people = story
    parts = channels.hotline.parts()
    events = [parts.cipher.decrypt(row["data"]) for row in rows_of(channels, "events")]
    states = [parts.cipher.decrypt(row["data"]) for row in rows_of(channels, "tracker_state")]
    parts.engine.dispose()
    parts.durable_engine.dispose()
    assert any('"user"' in event for event in events)
    assert states
    assert found_in("\n".join([*events, *states]).encode(), all_secrets(people)) == []


def test_no_log_and_no_file_of_any_process_holds_anything_typed(story: tuple[Channels, dict[str, Person]]) -> None:
    channels, people = story
    channels.hotline.stop()
    home = channels.hotline.home
    assert "turn_done" in channels.hotline.output()
    for path in home.rglob("*"):
        # The model was there before anybody wrote.
        if path.is_file() and not path.is_socket() and path.parent != home / "models":
            assert found_in(path.read_bytes(), all_secrets(people)) == [], f"in {path.relative_to(home)}"
