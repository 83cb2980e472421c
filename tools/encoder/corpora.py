"""The parallel text that the encoder learns from: a text in one of our languages, and what it says in English."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.language.normalise import has_arabic_script
from bot.understanding.features import Sample
from tools.encoder.arabizi import to_arabizi

MAX_LENGTH = 400
FOREIGN = {"ar": "ar", "fr": "fr", "pcm": "en"}
"""Language of the hotline by the key of a corpus; Pidgin is English to the hotline."""

REPEATED = {"refugee_phrasebook": 3, "tico19": 2, "ours": 2}
"""Corpora that are close to what people write to us are read more than once."""


WORD_LISTS = frozenset({"lexicon_bilingual", "lexicon_wordnet"})


@dataclass(frozen=True)
class Pair:
    """A text and its English.

    Attributes:
        english: Several sentences where the text is known only to mean something like them.
        source: Name of the corpus.
    """

    sample: Sample
    english: tuple[str, ...]
    source: str


def read_pairs(folder: Path, ours: Path | None) -> list[Pair]:
    """Return all pairs of the corpora and of our own file; an English text is paired with itself once.

    Args:
        folder: Of the corpora, ``*.jsonl.gz``.
        ours: Our own sentences, ``language<TAB>text<TAB>English`` on each line; None to leave them out.
    """
    found = [pair for path in sorted(folder.glob("*.jsonl.gz")) for pair in _read(path)]
    if ours is not None:
        found += _read_ours(ours)
    found += [Pair((to_arabizi(pair.sample[0], seed), "ar"), pair.english, "arabizi") for pair, seed in _to_spell(found)]
    texts = dict.fromkeys(text for pair in found if len(pair.english) == 1 for text in pair.english)
    found += [Pair((text, "en"), (text,), "english") for text in texts]
    return [pair for pair in found for _ in range(REPEATED.get(pair.source, 1))]


def _to_spell(pairs: list[Pair]) -> Iterator[tuple[Pair, int]]:
    """Yield sentences in Arabic script, and a seed for each spelling of them in Latin letters."""
    for pair in pairs:
        if pair.sample[1] == "ar" and has_arabic_script(pair.sample[0]) and pair.source not in WORD_LISTS:
            for seed in range(2 if pair.source in REPEATED else 1):
                yield pair, seed


def _read(path: Path) -> Iterator[Pair]:
    name = path.name.partition(".")[0]
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    if name == "banking77_en_ar":
        yield from _by_intent(rows, name)
        return
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        english = _cut(row.get("en", ""))
        for key, language in FOREIGN.items():
            text = _cut(row.get(key, ""))
            if english and text and (key, text, english) not in seen:
                seen.add((key, text, english))
                yield Pair((text, language), (english,), name)


def _by_intent(rows: list[Mapping[str, str]], name: str) -> Iterator[Pair]:
    """Pair Arabic with what English speakers say for the same purpose: the rows are not translations of each other."""
    english: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if "en" in row:
            english[row["intent"]].append(_cut(row["en"]))
    for number, row in enumerate(rows):
        # A few of each: it is one narrow field, and not ours.
        if "ar" in row and english[row["intent"]] and number % 5 == 0:
            yield Pair((_cut(row["ar"]), "ar"), tuple(english[row["intent"]][:12]), name)


def _read_ours(path: Path) -> Iterator[Pair]:
    with path.open(encoding="utf-8", newline="") as lines:
        for language, text, english in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield Pair((text, language), (english,), "ours")


def _cut(text: str) -> str:
    return text.strip()[:MAX_LENGTH]
