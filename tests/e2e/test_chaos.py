"""Chaos: many conversations over all channels, failing providers, repeated and swapped webhooks, processes killed at random.

The short run is part of ``make test``; ``make chaos`` makes the long one, with 200 conversations and ten kills of each
process. Both print what they counted.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from bot.commands.train import train_with_progress
from bot.domain.contacts import Channel, ChannelAddress
from bot.domain.conversations import Conversation, Direction, InboundState, Message
from bot.domain.deliveries import OutboundState
from bot.services.outbox import is_about_safety
from bot.settings import home_of, read_environment
from tests.e2e.providers import Channels, running
from tests.standins import TelegramStandIn, TwilioStandIn, closed, server_error, too_many

IS_LONG = os.environ.get("DALEEL_CHAOS") == "long"
CONVERSATIONS = 200 if IS_LONG else 30
MESSAGES = 4
KILLS = 10 if IS_LONG else 1
SECONDS = 330 if IS_LONG else 40
"""How long messages, faults and kills go on."""
DRAIN_SECONDS = 150 if IS_LONG else 90
SEED = 20261125
PROCESSES = ("assistant", "rasa", "worker", "actions", "console")
ODD_WEBHOOKS = 0.3
FAILING_CALLS = 0.2
# Each has one answer, of one message, which is no safety topic.
TEXTS = (
    "Do I have to pay for the flight home?",
    "Combien de temps prend le retour ?",
    "ما هي العودة الطوعية؟",
    "what documents do I need to return",
    "what is the return programme",
)
TELEGRAM_FAULTS = {server_error(500): 4.0, server_error(502): 3.0, too_many(1): 3.0}
"""Faults after which Telegram surely has not taken the message; the others cannot be told apart afterwards."""
TWILIO_FAULTS = {
    server_error(500): 2.0,
    server_error(503, is_taken=True): 2.0,
    too_many(1): 2.0,
    closed(): 2.0,
    closed(is_taken=True): 2.0,
}


@dataclass
class Person:
    """Somebody who writes on one channel, and what they wrote."""

    channel: Channel
    address: str
    stand_in: object
    wrote: list[str] = field(default_factory=list)

    def write(self, text: str, **options: object) -> None:
        """Send a text; it comes as a webhook."""
        self.wrote.append(text)
        send = {Channel.TELEGRAM: "writes", Channel.SMS: "texts", Channel.WHATSAPP: "whatsapps"}[self.channel]
        getattr(self.stand_in, send)(text, **options)

    @property
    def received(self) -> list[str]:
        """The texts that reached them on this channel."""
        name = {Channel.TELEGRAM: "received", Channel.SMS: "received_sms", Channel.WHATSAPP: "received_whatsapps"}[self.channel]
        return list(getattr(self.stand_in, name))


def people(channels: Channels, count: int) -> list[Person]:
    made = []
    for number in range(count):
        channel = (Channel.TELEGRAM, Channel.SMS, Channel.WHATSAPP)[number % 3]
        if channel is Channel.TELEGRAM:
            made.append(Person(channel, str(5000 + number), channels.telegram.person(5000 + number, language_code="en")))
        else:
            address = f"+21892{number:07d}"
            made.append(Person(channel, address, channels.twilio.phone(address)))
    return made


class Killer(threading.Thread):
    """Kills each process so many times, at random moments spread over a time."""

    def __init__(self, channels: Channels, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.channels, self.killed, self.missing = channels, Counter(), Counter()
        self._moments = sorted((chance.uniform(2, SECONDS), name) for name in PROCESSES for _ in range(KILLS))

    def run(self) -> None:
        """Kill."""
        started = time.monotonic()
        for moment, name in self._moments:
            time.sleep(max(0.0, started + moment - time.monotonic()))
            pid = self._find(name)
            if pid is None:
                self.missing[name] += 1
                continue
            os.kill(pid, signal.SIGKILL)
            self.killed[name] += 1

    def _find(self, name: str) -> int | None:
        until = time.monotonic() + 15
        while time.monotonic() < until:
            pid = self.channels.hotline.children().get(name)
            if pid is not None:
                return pid
            time.sleep(0.2)
        return None


def write_everything(everybody: list[Person], chance: random.Random) -> Counter[str]:
    """Send all messages over the time, thirty in a hundred of them repeated, delayed or swapped."""
    counts: Counter[str] = Counter()
    plan = sorted((chance.uniform(0, SECONDS), number) for number in range(len(everybody)) for _ in range(MESSAGES))
    started = time.monotonic()
    for moment, number in plan:
        turn = len(everybody[number].wrote)
        time.sleep(max(0.0, started + moment - time.monotonic()))
        options: dict[str, object] = {}
        if chance.random() < ODD_WEBHOOKS:
            odd = [{"repeat": chance.randint(1, 4)}, {"delay": chance.uniform(0.2, 3)}]
            # Swapped with the person's next one, so not the last.
            options = chance.choice([*odd, {"swap": True}] if turn < MESSAGES - 1 else odd)
        counts[next(iter(options), "as it is")] += 1
        everybody[number].write(f"{TEXTS[(number + turn) % len(TEXTS)]}", **options)
    return counts


def stored(channels: Channels) -> tuple[dict[tuple[str, str], list[Message]], Counter[str]]:
    """Return the messages by channel and address, in order, and how many are in which state."""
    parts = channels.hotline.parts()
    with parts.unit_of_work() as uow:
        addresses = {a.id: a for a in uow.session.execute(select(ChannelAddress)).scalars()}
        conversations = {c.id: c for c in uow.session.execute(select(Conversation)).scalars()}
        messages = list(uow.session.execute(select(Message).order_by("position")).scalars())
    parts.engine.dispose()
    found: dict[tuple[str, str], list[Message]] = {}
    for message in messages:
        address = addresses[conversations[message.conversation_id].channel_address_id]
        found.setdefault((address.channel.value, address.address), []).append(message)
    return found, Counter(f"{m.direction.value} {m.state}" for m in messages)


def is_settled(states: Counter[str], wrote: int) -> bool:
    handled = states[f"inbound {InboundState.HANDLED.value}"]
    waiting = sum(states[f"outbound {s.value}"] for s in (OutboundState.QUEUED, OutboundState.HELD, OutboundState.SENDING))
    return handled >= wrote and not waiting and not states[f"inbound {InboundState.RECEIVED.value}"]


def test_nothing_is_lost_doubled_or_out_of_order(tmp_path: Path, capsys: object) -> None:
    model = train_with_progress(home_of(read_environment()))
    chance = random.Random(SEED)
    with (
        TelegramStandIn(seed=SEED, rate_per_second=None) as telegram,
        TwilioStandIn(seed=SEED) as twilio,
        running(tmp_path, model, telegram, twilio) as channels,
    ):
        telegram.faults.switch_on(FAILING_CALLS, mix=TELEGRAM_FAULTS, only=("sendMessage",))
        twilio.faults.switch_on(FAILING_CALLS, mix=TWILIO_FAULTS)
        everybody = people(channels, CONVERSATIONS)
        killer = Killer(channels, chance)
        killer.start()
        odd = write_everything(everybody, chance)
        killer.join()
        wrote = sum(len(person.wrote) for person in everybody)
        until = time.monotonic() + DRAIN_SECONDS
        messages, states = stored(channels)
        while not is_settled(states, wrote) and time.monotonic() < until:
            time.sleep(1)
            messages, states = stored(channels)
        faults = telegram.faults.counts + twilio.faults.counts
        uncertain = [m for found in messages.values() for m in found if m.state == OutboundState.UNKNOWN.value]
        repeated = [m for found in messages.values() for m in found if m.resends and is_about_safety(m)]
        with capsys.disabled():  # type: ignore[attr-defined]
            print(  # noqa: T201 - its counts are the point of the run
                f"\nchaos: {len(everybody)} conversations, {wrote} messages, webhooks {dict(odd)}, "
                f"{sum(faults.values())} failed calls, killed {dict(killer.killed)}, states {dict(states)}, "
                f"uncertain {len(uncertain)}, repeated for safety {len(repeated)}"
            )

        # Every message was taken, once, and handled; nothing waits
        assert is_settled(states, wrote), f"not everything was dealt with in {DRAIN_SECONDS} s: {states}"
        assert states[f"inbound {InboundState.HANDLED.value}"] == wrote
        # Every process was killed as often as planned
        assert killer.killed == Counter({name: KILLS for name in PROCESSES}), killer.missing
        # What nobody can know is at most one message for each kill of the worker
        assert len(uncertain) + len(repeated) <= killer.killed["worker"]
        for person in everybody:
            check(person, messages[person.channel.value, person.address])
        assert telegram.violations == []
        assert twilio.violations == []


def check(person: Person, messages: list[Message]) -> None:
    """Check one person: each message answered once, replies in the order of the messages, nothing twice on the phone."""
    inbound = [m for m in messages if m.direction is Direction.INBOUND]
    outbound = [m for m in messages if m.direction is Direction.OUTBOUND]
    assert sorted(m.text for m in inbound) == sorted(person.wrote)
    replies = Counter(m.reply_to_id for m in outbound)
    assert replies == Counter(m.id for m in inbound), "each message has one reply"
    certain = [m for m in outbound if m.state != OutboundState.UNKNOWN.value]
    shown = [m.numbered_text if person.channel is Channel.WHATSAPP else m.text for m in certain]
    doubtful = [m.text for m in outbound if m.state == OutboundState.UNKNOWN.value]
    seen = [text for text in person.received if text not in doubtful or text in shown]
    assert seen == shown, "what arrived is what was stored, in that order, once"
