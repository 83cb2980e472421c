"""Signs that someone may fear going home, in any answer of a form.

Sensitive rather than specific: a sign opens counselling and holds a return request until a protection officer has looked; it
decides nothing else. Danger where the person is now is the business of the safety topics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.language.normalise import normalise
from bot.language.reading.spellings import load, words_of

REACH = 3
"""How many words after "not" a word of fear is still denied ("I am not so afraid")."""
GAP = 3
"""How many words may stand where a phrase leaves room."""

_SPEAKERS = (["i"], ["im"], ["we"], ["je"], ["j"], ["انا"], ["ana"], ["my"])


@dataclass(frozen=True)
class _Pattern:
    """The words of a sign, "*" at a word's end for any ending, "_" alone for a few words between."""

    words: tuple[str, ...]

    def end_at(self, words: Sequence[str], start: int) -> int | None:
        """Return the index after the pattern's last word if it stands at a word of a text, else None."""
        return _end(self.words, words, start)


def has_fear(text: str) -> bool:
    """Say whether a typed text may mean that its writer fears to go home."""
    words = words_of(text)
    hidden = {index for start, end in _places(_patterns("harmless"), words) for index in range(start, end)}
    signs = [place for place in _places(_patterns("signs"), words) if not hidden & set(range(*place))]
    fears = [place for place in _places(_patterns("fear"), words) if not hidden & set(range(*place))]
    # "No, I am afraid" answers a question first; its "no" denies nothing.
    denials = [(start, end) for start, end in _places(_patterns("not"), words) if words[end : end + 1] not in _SPEAKERS]
    turns = [start for start, _ in _places(_patterns("turns"), words)]
    overs = _places(_patterns("over"), words)
    # "I cannot go back" holds a "not" of its own, which is no denial.
    return any(
        not _is_denied(place, denials=denials, turns=turns) and not any(0 <= start - place[1] <= 1 for start, _ in overs)
        for place in [*fears, *signs]
    )


def _is_denied(place: tuple[int, int], *, denials: Iterable[tuple[int, int]], turns: Sequence[int]) -> bool:
    near = [end for _, end in denials if end <= place[0] and place[0] - end < REACH]
    # "Not afraid, but ..." denies nothing after the "but".
    return any(not any(end <= turn < place[0] for turn in turns) for end in near)


def _places(patterns: Mapping[str, Sequence[_Pattern]], words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where patterns stand; they are looked up by their first two letters, so that a long text costs little."""
    places: list[tuple[int, int]] = []
    for start, word in enumerate(words):
        for opening in {word[:2], word[1:3]}:
            ends = (pattern.end_at(words, start) for pattern in patterns.get(opening, ()))
            places += [(start, end) for end in ends if end is not None]
    return places


def _end(pattern: Sequence[str], words: Sequence[str], start: int) -> int | None:
    if not pattern:
        return start
    if pattern[0] == "_":
        ends = (_end(pattern[1:], words, start + skipped) for skipped in range(GAP + 1))
        return next((end for end in ends if end is not None), None)
    if start >= len(words) or not _fits(pattern[0], words[start]):
        return None
    return _end(pattern[1:], words, start + 1)


def _fits(written: str, word: str) -> bool:
    """Say whether a word is a pattern's word; Arabic "and" and "so" may stand before it."""
    if written.endswith("*"):
        return word.startswith(written[:-1])
    return word == written or (word[0] in "وف" and word[1:] == written)


@lru_cache(maxsize=6)
def _patterns(kind: str) -> dict[str, list[_Pattern]]:
    found: dict[str, list[_Pattern]] = {}
    for phrase in load("fear.yml")[kind]:
        pattern = _pattern(phrase)
        found.setdefault(pattern.words[0][:2], []).append(pattern)
    return found


def _pattern(phrase: str) -> _Pattern:
    words: list[str] = []
    for word in phrase.split():
        words += ["_"] if word == "_" else [normalise(word) + "*"] if word.endswith("*") else normalise(word).split()
    return _Pattern(tuple(words))
