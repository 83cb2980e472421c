"""``daleel evaluate``: how well messages with known topics are understood, by language and register, far from the training
sentences, under noise, and whether danger is seen beside another matter."""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from bot.commands.hardness import beside, thirds_of
from bot.commands.understand import Understanding
from bot.domain import topics
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import InvalidInput
from bot.settings import PROJECT
from bot.understanding.noise import noisy

WORST = 15
SEED = 7
"""Of the noise, and of what stands beside what."""


@dataclass(frozen=True)
class Judged:
    """One message of a set, and what was made of it.

    Attributes:
        third: Of all messages, by how near the nearest training sentence is; see ``bot.commands.hardness``.
        other: Topic of the message that stands beside it, if one does.
    """

    language: str
    register: str
    text: str
    topic: str
    result: dict[str, Any]
    third: str = ""
    other: str = ""

    @property
    def is_right(self) -> bool:
        """The likeliest topic is the right one."""
        return bool(self.result["topic"] == self.topic)

    @property
    def is_wrong_answer(self) -> bool:
        """It was answered, with a wrong topic."""
        return self.result["decision"] == "answer" and not self.is_right

    @property
    def is_within_one_tap(self) -> bool:
        """Answered right, or among the suggestions, or a safety topic that is asked about."""
        decision = self.result["decision"]
        if decision == "answer":
            return self.is_right
        if decision == "check_safety" and topics.is_safety(self.topic):
            return True
        return decision == "suggest" and self.topic in self.result["suggestions"]

    @property
    def has_two_questions(self) -> bool:
        """Two matters stand in it, and neither is danger or mere talk."""
        return self.topic != self.other and topics.is_matter(self.topic) and topics.is_matter(self.other)

    @property
    def are_both_found(self) -> bool:
        """One of two matters is answered and the other offered, or both are offered."""
        decision, suggestions = self.result["decision"], self.result["suggestions"]
        found = {*suggestions, self.result["topic"]} if decision == "answer" else set(suggestions)
        return decision in ("answer", "suggest") and {self.topic, self.other} <= found

    @property
    def is_safety_caught(self) -> bool:
        """It was answered as a safety topic, or asked about."""
        decision = self.result["decision"]
        return decision == "check_safety" or (decision == "answer" and topics.is_safety(self.result["topic"]))


def read_set(path: Path) -> list[dict[str, str]]:
    """Read a list of ``{topic, register, text}``.

    Raises:
        InvalidInput: If the file cannot be used; says which entry and why.
    """
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InvalidInput("set_unreadable", f"{path}: {reason}") from error
    if not isinstance(entries, list):
        raise InvalidInput("set_unreadable", f"{path}: must be a list of {{topic, register, text}}")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not {"topic", "register", "text"} <= set(entry):
            raise InvalidInput("set_entry", f"{path}: entry {number} needs topic, register and text")
        if entry["topic"] not in topics.ALL:
            raise InvalidInput("set_topic", f"{path}: entry {number}: unknown topic {entry['topic']}")
    return entries


def language_of_file(path: Path) -> str:
    """Return the language in a file's name (``dev_fr.yml``).

    Raises:
        InvalidInput: If there is none.
    """
    found = [part for part in path.stem.replace("-", "_").split("_") if part in LANGUAGES]
    if not found:
        raise InvalidInput("set_language", f"{path}: the name must hold ar, fr or en, as in dev_fr.yml")
    return found[-1]


def evaluate_files(models: Path, files: Sequence[Path]) -> dict[str, Any]:
    """Parse every message of the sets, as it is, with noise, and beside a harmless one, and return the report."""
    entries = [(language_of_file(path), entry) for path in files for entry in read_set(path)]
    thirds = thirds_of([(entry["text"], language) for language, entry in entries], PROJECT / "nlu_data")
    understanding = Understanding(models)
    judged: list[Judged] = []
    hurried: list[Judged] = []
    milliseconds: list[float] = []
    for (language, entry), third in zip(entries, thirds):
        register, text, topic = entry["register"], entry["text"], entry["topic"]
        started = time.perf_counter()
        result = understanding.parse(text)
        milliseconds.append((time.perf_counter() - started) * 1000)
        judged.append(Judged(language, register, text, topic, result, third))
        harder = noisy(text, SEED)
        hurried.append(Judged(language, register, harder, topic, understanding.parse(harder), third))
    doubled = [
        Judged(language, entry["register"], both, entry["topic"], understanding.parse(both), other=other)
        for language, entry, other, both in beside_harmless(entries)
    ]
    report = report_on(judged, milliseconds)
    asked_two = [one for one in doubled if one.has_two_questions]
    found = {name: _share(one.are_both_found for one in asked_two if one.language == name) for name in LANGUAGES}
    return {**report, "noise": by(hurried, _language), "beside": by(doubled, _language), "both_found": found}


def beside_harmless(entries: Sequence[tuple[str, dict[str, str]]]) -> Iterator[tuple[str, dict[str, str], str, str]]:
    """Yield language, entry, and topic and text of it beside another of that language, about something and not about danger."""
    harmless: dict[str, list[dict[str, str]]] = defaultdict(list)
    for language, entry in entries:
        if topics.is_matter(entry["topic"]):
            harmless[language].append(entry)
    rng = random.Random(SEED)  # noqa: S311
    for language, entry in entries:
        if harmless[language]:
            other = rng.choice(harmless[language])
            yield language, entry, other["topic"], beside(entry["text"], other["text"], SEED)


def _language(one: Judged) -> str:
    return one.language


def report_on(judged: Sequence[Judged], milliseconds: Sequence[float]) -> dict[str, Any]:
    """Return the figures: in all, by language, by register in each language, and the worst confusions."""
    confusions = Counter((i.topic, i.result["topic"]) for i in judged if not i.is_right)
    ordered = sorted(milliseconds)
    return {
        "all": figures(judged),
        "languages": by(judged, _language),
        "registers": by(judged, lambda one: f"{one.language}/{one.register}"),
        "thirds": by(judged, lambda one: one.third),
        "topics": by(judged, lambda one: one.topic),
        "confusions": [{"topic": a, "taken_for": b, "count": n} for (a, b), n in confusions.most_common(WORST)],
        "missed_safety": [i.text for i in judged if topics.is_safety(i.topic) and not i.is_safety_caught],
        "parse_ms": {"median": statistics.median(ordered), "p95": ordered[int(len(ordered) * 0.95)]} if ordered else {},
    }


def by(judged: Sequence[Judged], key: Callable[[Judged], str]) -> dict[str, dict[str, float]]:
    """Return the figures of the messages that have something in common, by what that is."""
    found: dict[str, list[Judged]] = defaultdict(list)
    for item in judged:
        found[key(item)].append(item)
    return {name: figures(items) for name, items in sorted(found.items()) if name}


def figures(items: Sequence[Judged]) -> dict[str, float]:
    """Return shares (0 to 1) over some messages, and their number ``n``."""
    safety = [i for i in items if topics.is_safety(i.topic)]
    caught = [i for i in items if i.is_safety_caught]
    return {
        "n": len(items),
        "top1": _share(i.is_right for i in items),
        "within_one_tap": _share(i.is_within_one_tap for i in items),
        "answered_right": _share(i.result["decision"] == "answer" and i.is_right for i in items),
        "wrong_answers": _share(i.is_wrong_answer for i in items),
        "macro_f1": macro_f1([(i.topic, i.result["topic"]) for i in items]),
        "safety_recall": _share(i.is_safety_caught for i in safety),
        "safety_precision": _share(topics.is_safety(i.topic) for i in caught),
        "false_alarms": _share(i.is_safety_caught for i in items if not topics.is_safety(i.topic)),
        "language_right": _share(i.result["language"] == i.language for i in items),
    }


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean F1 over the topics that occur, from pairs of true and predicted topic."""
    scores = []
    for topic in {true for true, _ in pairs}:
        hits = sum(t == topic == p for t, p in pairs)
        asked = sum(t == topic for t, _ in pairs)
        given = sum(p == topic for _, p in pairs)
        scores.append(2 * hits / (asked + given) if asked + given else 0.0)
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _share(claims: Iterable[bool]) -> float:
    values = list(claims)
    return round(sum(values) / len(values), 4) if values else 0.0


COLUMNS = (
    ("top1", "top-1"),
    ("within_one_tap", "one tap"),
    ("answered_right", "right at once"),
    ("wrong_answers", "wrong"),
    ("macro_f1", "macro-F1"),
    ("safety_recall", "safety recall"),
    ("safety_precision", "precision"),
    ("false_alarms", "false alarms"),
    ("language_right", "language"),
)


def print_report(report: dict[str, Any], out: Console) -> None:
    """Print the report as tables, in per cent."""
    table = Table("set", "n", *(title for _, title in COLUMNS))
    noise = {f"{name}, noisy": row for name, row in report["noise"].items()}
    parts = (report["languages"], report["registers"], report["thirds"], noise)
    for name, row in [("all", report["all"]), *(line for part in parts for line in part.items())]:
        table.add_row(name, str(row["n"]), *(f"{100 * row[key]:.1f}" for key, _ in COLUMNS))
    out.print(table)
    danger = Table("beside a harmless message", "n", "safety recall", "false alarms", "both questions found")
    for name, row in report["beside"].items():
        shares = (row["safety_recall"], row["false_alarms"], report["both_found"][name])
        danger.add_row(name, str(row["n"]), *(f"{100 * share:.1f}" for share in shares))
    out.print(danger)
    worst = Table("topic", "taken for", "times")
    for entry in report["confusions"]:
        worst.add_row(entry["topic"], entry["taken_for"], str(entry["count"]))
    out.print(worst)
    weakest = Table("topic", "n", *(title for _, title in COLUMNS))
    for name, row in sorted(report["topics"].items(), key=lambda one: one[1]["within_one_tap"])[:WORST]:
        weakest.add_row(name, str(row["n"]), *(f"{100 * row[key]:.1f}" for key, _ in COLUMNS))
    out.print(weakest)
    for text in report["missed_safety"]:
        out.print(f"missed: {text}", markup=False)
    if report["parse_ms"]:
        out.print(f"parse: {report['parse_ms']['median']:.1f} ms median, {report['parse_ms']['p95']:.1f} ms 95th percentile")
