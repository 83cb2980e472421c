"""People who write to a hotline through the stand-ins of its providers, and how long they wait for what they get."""

from __future__ import annotations

import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

from tests.standins import StandIn, TelegramStandIn, TwilioStandIn

SENDING = frozenset({"sendMessage", "CreateMessage"})
REPLY_SECONDS = 30.0
QUIET_SECONDS = 3.0

SENTENCES = {
    "en": (
        "hello", "how much does it cost to go back home?", "I have no passport, can I still travel?", "thank you",
        "where can my children go to school?", "can my wife and kids come back with me?", "what can you do?",
        "where is your office in Tripoli?", "where is there a doctor for migrants?", "do I need an exit visa?",
    ),
    "fr": (
        "bonjour", "je n'ai pas de passeport, je peux partir quand même ?", "il faut un visa de sortie ?", "merci beaucoup",
        "est-ce que mes enfants peuvent aller à l'école ?", "combien de temps avant le départ ?", "où est votre bureau ?",
        "quelle aide je reçois après mon retour ?", "où trouver un médecin pour migrants ?", "qu'est-ce que vous faites ?",
    ),
    "ar": (
        "السلام عليكم", "ما عندي جواز سفر، هل أقدر أسافر؟", "وين ندخل أولادي للمدرسة؟", "شكرا", "كم يوم ننتظر حتى السفر؟",
        "هل ترجع عائلتي معي؟", "شنو يعطوني بعد ما نرجع لبلادي؟", "وين مكتبكم؟", "شنو تقدر تدير؟", "هل أحتاج تأشيرة خروج؟",
    ),
}  # fmt: skip
"""Small talk and questions that are answered from the catalogue; none opens a case."""
QUESTIONS = {
    language: tuple(text for text in texts if text.endswith(("?", "؟")) and len(text) > 18)
    for language, texts in SENTENCES.items()
}
ROUND = (*SENTENCES["en"][1:5], *SENTENCES["fr"][1:5], *SENTENCES["ar"][1:4])
"""The long conversation repeats these eleven, so that eleven turns anywhere in it cost the same but for its length."""


class Noted(list):
    """A list of which a thread can wait for the next entry, without looking again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.has_more = threading.Condition()

    def append(self, item: object) -> None:
        """Add an entry and wake who waits."""
        with self.has_more:
            super().append(item)
            self.has_more.notify_all()


@dataclass(frozen=True)
class Person:
    """Somebody on one channel. ``writes`` returns the key under which the stand-in notes the webhook."""

    channel: str
    address: str
    writes: Callable[[str], str]


@dataclass(frozen=True)
class Written:
    """A message that a person wrote."""

    key: str
    person: Person
    is_new: bool


@dataclass(frozen=True)
class Outcome:
    """What became of a message: seconds from the webhook's start, None for what never came."""

    channel: str
    is_new: bool
    acknowledged: float | None
    replied: float | None


class Crowd:
    """Makes people, and reads in the stand-ins' notes what they got."""

    def __init__(self, telegram: TelegramStandIn, twilio: TwilioStandIn, channels: Sequence[str]) -> None:
        self._telegram, self._twilio = telegram, twilio
        self._channels = cycle(channels)
        self._count = 0
        for provider in (telegram, twilio):
            provider.calls, provider.sender.deliveries = Noted(), Noted()

    def newcomer(self, channel: str | None = None) -> Person:
        """Return somebody who never wrote before, on the next channel or on a given one."""
        self._count += 1
        channel = channel or next(self._channels)
        if channel == "telegram":
            person = self._telegram.person(5_000_000 + self._count)
            return Person(channel, str(person.chat_id), lambda text: str(person.writes(text)["update_id"]))
        phone = self._twilio.phone(f"+21891{self._count:07d}")
        if channel == "sms":
            return Person(channel, phone.number, lambda text: phone.texts(text).sid)
        return Person(channel, f"whatsapp:{phone.number}", lambda text: phone.whatsapps(text).sid)

    def replies(self, since: float = 0.0) -> list:
        """Return the providers' calls that hand over a message, in order of time."""
        calls = [call for provider in self._providers() for call in list(provider.calls)]
        return sorted((c for c in calls if c.operation in SENDING and c.started >= since), key=lambda c: c.started)

    def wait_for_quiet(self, seconds: float) -> None:
        """Wait until nothing is on its way and nothing has come for a while, but no longer than so many seconds."""
        end, count, changed = time.monotonic() + seconds, -1, time.monotonic()
        while time.monotonic() < end:
            now_there = len(self._telegram.calls) + len(self._twilio.calls)
            if now_there != count or not all(p.sender.is_idle for p in self._providers()):
                count, changed = now_there, time.monotonic()
            if time.monotonic() - changed >= QUIET_SECONDS:
                return
            time.sleep(0.1)

    def turn(self, person: Person, text: str) -> float | None:
        """Write, and wait for the acknowledgement and the reply; return seconds until the reply, None if none came."""
        provider = self._telegram if person.channel == "telegram" else self._twilio
        calls, deliveries = provider.calls, provider.sender.deliveries
        seen, delivered = len(calls), len(deliveries)
        key, end = person.writes(text), time.monotonic() + REPLY_SECONDS

        def reply() -> float | None:
            return next((c.started for c in calls[seen:] if c.operation in SENDING and c.recipient == person.address), None)

        def start() -> float | None:
            return next((d.started for d in deliveries[delivered:] if d.key == key and d.is_taken), None)

        for noted, is_there in ((calls, reply), (deliveries, start)):
            with noted.has_more:
                if not noted.has_more.wait_for(lambda: is_there() is not None, max(0.0, end - time.monotonic())):  # noqa: B023
                    return None
        return reply() - start()

    def outcomes(self, written: Iterable[Written]) -> list[Outcome]:
        """Return what became of each message. A person's first call after a webhook's start is its reply."""
        deliveries = {d.key: d for provider in self._providers() for d in list(provider.sender.deliveries)}
        calls: dict[str, list[float]] = defaultdict(list)
        for call in self.replies():
            if 200 <= call.status < 300:
                calls[call.recipient].append(call.started)
        found = []
        for message in written:
            delivery, times = deliveries.get(message.key), calls[message.person.address]
            if delivery is None:
                found.append(Outcome(message.person.channel, message.is_new, None, None))
                continue
            while times and times[0] < delivery.started:
                times.pop(0)
            replied = times.pop(0) - delivery.started if times else None
            acknowledged = delivery.seconds if delivery.is_taken else None
            found.append(Outcome(message.person.channel, message.is_new, acknowledged, replied))
        return found

    def _providers(self) -> tuple[StandIn, StandIn]:
        return self._telegram, self._twilio


def texts() -> Iterable[str]:
    """Return the sentences for ever, languages taking turns."""
    return cycle([text for three in zip(*SENTENCES.values()) for text in three])


def steadily(crowd: Crowd, *, rate: float, seconds: float, known: Sequence[Person]) -> list[Written]:
    """Let messages come at a rate; every other one is somebody's first."""
    written, wording, old = [], texts(), cycle(known)
    start = time.monotonic()
    for number in range(round(rate * seconds)):
        is_new = number % 2 == 0
        person = crowd.newcomer() if is_new else next(old)
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        written.append(Written(person.writes(next(wording)), person, is_new))
    crowd.wait_for_quiet(REPLY_SECONDS)
    return written


def burst(crowd: Crowd, *, count: int, people: Sequence[Person], seconds: float) -> tuple[list[Written], float, int]:
    """Let messages come all at once; return them, the seconds until the last reply, and the number of provider calls."""
    wording, start = texts(), time.monotonic()
    written = []
    for number in range(count):
        person = people[number % len(people)]
        written.append(Written(person.writes(next(wording)), person, False))
    crowd.wait_for_quiet(seconds)
    replies = crowd.replies(since=start)
    return written, (replies[-1].started - start if replies else 0.0), len(replies)


def milliseconds(values: Iterable[float | None]) -> dict[str, float | int]:
    """Return median, 95th percentile and number of what came, and how many never came."""
    values = list(values)
    came = sorted(value * 1000 for value in values if value is not None)
    missing = len(values) - len(came)
    if not came:
        return {"n": 0, "missing": missing}
    p95 = came[min(len(came) - 1, round(0.95 * len(came)))]
    return {"median": round(statistics.median(came), 1), "p95": round(p95, 1), "n": len(came), "missing": missing}


def summary(outcomes: Sequence[Outcome]) -> Mapping[str, object]:
    """Return the waiting times of all, of each channel, and of new and known people."""
    groups = {"all": outcomes, "new": [o for o in outcomes if o.is_new], "known": [o for o in outcomes if not o.is_new]}
    groups |= {channel: [o for o in outcomes if o.channel == channel] for channel in sorted({o.channel for o in outcomes})}
    return {
        name: {
            "acknowledged_ms": milliseconds(o.acknowledged for o in members),
            "reply_ms": milliseconds(o.replied for o in members),
        }
        for name, members in groups.items()
        if members
    }
