"""Our stack beside stock Rasa with its own Telegram and Twilio connectors: one run, one model, the same stand-ins.

    .venv/bin/python -m benchmarks.delivery [--json FILE] [--quick] [--stack sqlite,postgresql,stock]

Measured for each stack: until a webhook is acknowledged and until the reply has reached the provider, at a steady rate;
messages a second when all come at once; the turns of one long conversation; and how many SMS parts the replies take. The
providers are stand-ins in threads of this process, which shares the machine with the stack. They add no delay. Twilio's
status calls come to our stack, as in reality; Rasa's connector asks for none. Rasa's connector has no WhatsApp number
beside its SMS number, so its Twilio messages are all SMS.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import load
from benchmarks.stock_rasa import stock
from bot.commands import training
from bot.settings import home_of, read_environment
from tests.e2e.providers import running, wait_until
from tests.integration import database
from tests.standins import TelegramStandIn, TwilioStandIn

STACKS = ("sqlite", "postgresql", "stock", "stock-sqlite", "stock-postgresql")
KNOWN_PEOPLE = 40
BURST_PEOPLE = 100
EARLY, LATE = (5, 15), 11
BURST_SECONDS, TURNS_SECONDS = 180.0, 900.0


@dataclass(frozen=True)
class Stack:
    """A hotline that runs: its channels, the ids of its processes by name, and people who write to it."""

    name: str
    channels: tuple[str, ...]
    processes: Mapping[str, int]
    crowd: load.Crowd
    providers: tuple[TelegramStandIn, TwilioStandIn]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stack", default=",".join(STACKS), help="some of them, with commas")
    parser.add_argument("--seconds", type=float, default=60, help="of messages at a steady rate")
    parser.add_argument("--rate", type=float, default=10, help="messages a second")
    parser.add_argument("--burst", type=int, default=300, help="messages that come all at once")
    parser.add_argument("--turns", type=int, default=500, help="of one conversation")
    parser.add_argument("--model", type=Path, help="a trained model; else the one in DALEEL_HOME")
    parser.add_argument("--quick", action="store_true", help="two short stacks, to see that it works")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds, arguments.burst, arguments.turns = 6, 40, 27
        arguments.stack = "sqlite,stock" if arguments.stack == ",".join(STACKS) else arguments.stack
    model = arguments.model or training.find_model(home_of(read_environment()) / "models")
    # Killed from outside, the benchmark still ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = {name: getattr(arguments, name) for name in ("seconds", "rate", "burst", "turns")}
    report: dict = {"options": options, "load_average": os.getloadavg(), "processors": os.cpu_count(), "stacks": {}}
    for name in arguments.stack.split(","):
        with start(name, model) as stack:
            report["stacks"][name] = measure(stack, arguments)
    if "stock" in report["stacks"]:
        report["stock_telegram_unpatched"] = unpatched_telegram(model)
    print_tables(report)
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


# The stacks.


@contextlib.contextmanager
def start(name: str, model: Path) -> Iterator[Stack]:
    """Run a stack between its stand-ins, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="daleel-benchmark-") as folder, stand_ins() as (telegram, twilio):
        say(f"{name}: starting")
        with durable_postgres() if name.endswith("postgresql") else contextlib.nullcontext() as url:
            if name.startswith("stock"):
                store = tracker_store(name, folder, url)
                channels = ("telegram", "sms")
                with stock(Path(folder), model, telegram, twilio, tracker_store=store) as rasa:
                    yield Stack(name, channels, rasa.processes(), load.Crowd(telegram, twilio, channels), (telegram, twilio))
                return
            settings = {"SMS_PARTS_PER_MINUTE": "1000000", "DALEEL_SIMULATOR": "0"}
            channels = ("telegram", "sms", "telegram", "whatsapp")
            if url:
                settings["DATABASE_URL"] = url
            with running(Path(folder), model, telegram, twilio, settings) as there:
                crowd = load.Crowd(telegram, twilio, channels)
                yield Stack(name, channels, there.hotline.children(), crowd, (telegram, twilio))


def tracker_store(name: str, folder: str, url: str | None) -> dict | None:
    """Return the entry for Rasa's own SQL tracker store over a stack's database; None for the default, in memory."""
    if name == "stock":
        return None
    # Rasa takes a whole address in place of the host.
    place = {"dialect": "sqlite", "db": f"{folder}/rasa.db"} if url is None else {"dialect": "postgresql", "url": url}
    return {"type": "SQL", **place}


@contextlib.contextmanager
def stand_ins() -> Iterator[tuple[TelegramStandIn, TwilioStandIn]]:
    with TelegramStandIn(rate_per_second=None) as telegram, TwilioStandIn() as twilio:
        yield telegram, twilio


@contextlib.contextmanager
def durable_postgres() -> Iterator[str]:
    """Run the PostgreSQL of the tests, but with writes that survive a power cut, as on a real server."""
    binaries = database.find_postgres()
    if binaries is None:
        raise SystemExit("no PostgreSQL on this machine: leave it out with --stack")
    with database.Postgres(binaries, is_durable=True) as server:
        yield server.address.format(name="postgres")


def unpatched_telegram(model: Path) -> dict:
    """Let stock Rasa call ``set_webhook`` as it does, write five messages, and see what becomes of them in five seconds."""
    say("stock: Telegram as it is")
    with tempfile.TemporaryDirectory(prefix="daleel-benchmark-") as folder, stand_ins() as providers:
        telegram, twilio = providers
        with stock(Path(folder), model, telegram, twilio, sets_webhook=True):
            people = [telegram.person(6_000_000 + number) for number in range(5)]
            for person in people:
                person.writes("hello")
            with contextlib.suppress(AssertionError):
                wait_until(lambda: all(person.received for person in people), seconds=5)
            last = telegram.sender.last_attempt
            return {
                "written": len(people),
                "answered": sum(bool(person.received) for person in people),
                "last_status": last.status if last else None,
            }


# What is measured.


def measure(stack: Stack, arguments: argparse.Namespace) -> dict:
    """Put a stack through all of it."""
    crowd = stack.crowd
    known = [crowd.newcomer() for _ in range(KNOWN_PEOPLE)]
    say(f"{stack.name}: warming up")
    for person, text in zip(known, load.texts()):
        crowd.turn(person, text)
    say(f"{stack.name}: {arguments.rate:g} messages a second for {arguments.seconds:g} s")
    before, began, own = processor_seconds(stack), time.monotonic(), time.process_time()
    written = load.steadily(crowd, rate=arguments.rate, seconds=arguments.seconds, known=known)
    spent = processor_ms_per_message(stack, before, len(written))
    wall, own = time.monotonic() - began, time.process_time() - own
    result = {
        "steady": load.summary(crowd.outcomes(written)),
        "steady_processor_ms_per_message": spent,
        "steady_own_processor_share": round(own / wall, 2),
    }
    for name, channel in (("burst", None), ("burst_telegram", "telegram")):
        say(f"{stack.name}: {name}, {arguments.burst} messages")
        people = [crowd.newcomer(channel) for _ in range(min(BURST_PEOPLE, arguments.burst))]
        before = processor_seconds(stack)
        written, seconds, calls = load.burst(crowd, count=arguments.burst, people=people, seconds=BURST_SECONDS)
        spent = processor_ms_per_message(stack, before, len(written))
        answered = sum(outcome.replied is not None for outcome in crowd.outcomes(written))
        result[name] = {
            "messages": len(written), "answered": answered, "calls": calls, "seconds": round(seconds, 1),
            "messages_per_second": round(answered / seconds, 1) if seconds else 0, "processor_ms_per_message": spent,
        }  # fmt: skip
    say(f"{stack.name}: SMS parts")
    result["sms"] = sms_parts(stack)
    say(f"{stack.name}: {arguments.turns} turns")
    result["turns"] = long_conversation(stack, arguments.turns)
    # Calls that break the providers' rules would mean that something else was measured than the providers would take.
    result["violations"] = sorted({f"{v.operation}: {v.problem}" for p in stack.providers for v in p.violations})
    return result


def sms_parts(stack: Stack) -> dict:
    """Ask by SMS, each question from another phone; count the messages and parts of the replies."""
    people = []
    for language, questions in load.QUESTIONS.items():
        for question in questions:
            people.append((language, stack.crowd.newcomer("sms")))
            stack.crowd.turn(people[-1][1], question)
    stack.crowd.wait_for_quiet(10)
    counts = {"questions": len(people), "messages": 0, "parts": 0, "parts_by_language": dict.fromkeys(load.QUESTIONS, 0)}
    for language, person in people:
        sent = stack.providers[1].outbound(person.address)
        parts = sum(message.num_segments for message in sent)
        counts["messages"] += len(sent)
        counts["parts"] += parts
        counts["parts_by_language"][language] += parts
    return counts


def long_conversation(stack: Stack, turns: int) -> dict:
    """Let one person write again and again, each time after the reply; compare early turns with the last ones."""
    person, waits, processor = stack.crowd.newcomer("telegram"), [], [processor_seconds(stack)]
    end = time.monotonic() + TURNS_SECONDS
    while len(waits) < turns and time.monotonic() < end:
        waits.append(stack.crowd.turn(person, load.ROUND[len(waits) % len(load.ROUND)]))
        processor.append(processor_seconds(stack))
    done = len(waits)

    def window(first: int, last: int) -> dict:
        came = [wait for wait in waits[first - 1 : last] if wait is not None]
        spent = {n: (s - processor[first - 1].get(n, s)) * 1000 / (last - first + 1) for n, s in processor[last].items()}
        return {
            "turns": [first, last],
            "reply_ms": round(statistics.median(came) * 1000, 1) if came else None,
            "rasa_processor_ms": round(spent.get("rasa", 0.0), 1),
            "processor_ms": round(sum(spent.values()), 1),
        }

    early, late = window(*EARLY), window(done - LATE + 1, done)
    measures = ("reply_ms", "rasa_processor_ms", "processor_ms")
    ratio = {name: round(late[name] / early[name], 2) for name in measures if late[name] and early[name]}
    first = round(waits[0] * 1000, 1) if waits[0] is not None else None
    return {"asked": turns, "done": done, "first_reply_ms": first, "early": early, "late": late, "ratio": ratio}


def processor_seconds(stack: Stack) -> dict[str, float]:
    """Return what each process of the stack has used so far, in user and system mode."""
    found = {}
    for name, pid in stack.processes.items():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        found[name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def processor_ms_per_message(stack: Stack, before: Mapping[str, float], count: int) -> dict[str, float]:
    """Return what each process has used since then, for each of so many messages."""
    return {n: round((s - before.get(n, 0.0)) * 1000 / count, 1) for n, s in processor_seconds(stack).items()}


# The report.


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def print_tables(report: Mapping) -> None:
    stacks = report["stacks"]
    rows: list[tuple[str, Callable[[Mapping], object]]] = []
    for group in ("all", "telegram", "sms", "whatsapp", "new", "known"):
        for words, name in (("acknowledged", "acknowledged_ms"), ("reply at the provider", "reply_ms")):
            rows.append(
                (f"{words}, {group}: median / p95 ms", lambda s, g=group, n=name: waiting(s["steady"].get(g, {}).get(n)))
            )
    for name in ("burst", "burst_telegram"):
        rows.append((f"{name}: messages a second", lambda s, n=name: s[n]["messages_per_second"]))
        rows.append((f"{name}: answered of sent", lambda s, n=name: f"{s[n]['answered']} of {s[n]['messages']}"))
    for window in ("early", "late"):
        rows.append((f"turns, {window}: reply ms", lambda s, w=window: s["turns"][w]["reply_ms"]))
        rows.append((f"turns, {window}: Rasa's processor ms", lambda s, w=window: s["turns"][w]["rasa_processor_ms"]))
    rows += [
        ("turns: first reply ms", lambda s: s["turns"]["first_reply_ms"]),
        ("turns: ratio wall / Rasa's processor", lambda s: ratios(s["turns"]["ratio"])),
        ("turns done", lambda s: f"{s['turns']['done']} of {s['turns']['asked']}"),
        ("SMS: messages / parts", lambda s: f"{s['sms']['messages']} / {s['sms']['parts']} for {s['sms']['questions']}"),
        ("calls against the providers' rules", lambda s: len(s["violations"])),
        ("processor ms a message, steadily", lambda s: by_process(s["steady_processor_ms_per_message"])),
        ("processor ms a message, burst", lambda s: by_process(s["burst"]["processor_ms_per_message"])),
        ("this process's share of a processor", lambda s: s["steady_own_processor_share"]),
    ]
    print("| what | " + " | ".join(stacks) + " |\n|---" * (1) + "|---" * len(stacks) + "|")
    for words, cell in rows:
        print(f"| {words} | " + " | ".join(str(cell(stack)) for stack in stacks.values()) + " |")
    if "stock_telegram_unpatched" in report:
        seen = report["stock_telegram_unpatched"]
        print(
            f"\nStock Telegram as it is: {seen['answered']} of {seen['written']} answered, last status {seen['last_status']}."
        )


def waiting(measured: Mapping | None) -> str:
    if not measured or "median" not in measured:
        return "–"
    lost = f" ({measured['missing']} never)" if measured["missing"] else ""
    return f"{measured['median']} / {measured['p95']}{lost}"


def by_process(measured: Mapping[str, float]) -> str:
    parts = ", ".join(f"{name} {spent:g}" for name, spent in measured.items())
    return f"{sum(measured.values()):.1f} ({parts})"


def ratios(measured: Mapping[str, float]) -> str:
    return f"{measured.get('reply_ms', '–')} / {measured.get('rasa_processor_ms', '–')}"


if __name__ == "__main__":
    main()
