"""One key for the spellings of a person's name in Arabic and Latin script, to recognise a second request.

Common names are looked up in ``data/names.yml``; others are compared by their consonants, since Arabic writes few vowels.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.language.normalise import has_arabic_script, normalise
from bot.language.reading.spellings import load

_APOSTROPHES = re.compile(r"[’'`´ʼ‘ʿʾ]")
_ABD = frozenset(
    [
        "abd",
        "abed",
        "abdul",
        "abdoul",
        "abdel",
        "abdal",
        "abdol",
        "abdil",
        "abdur",
        "abdour",
        "abder",
        "abdar",
        "abdir",
        "abdes",
        "abdus",
        "عبد",
        "عبدال",
    ]
)
_ARTICLES = frozenset(["al", "el", "ul", "il", "ur", "er", "ar", "as", "es", "an", "en", "ad", "ed", "ال"])
_FATHER = frozenset(["abu", "abou", "abo", "ابو"])
_FAITH = frozenset(
    [
        "din",
        "dine",
        "deen",
        "eddine",
        "eddin",
        "uddin",
        "uddine",
        "aldin",
        "aldine",
        "eldin",
        "udin",
        "adin",
        "ddine",
        "الدين",
        "دين",
    ]
)
_GOD = frozenset(["allah", "ullah", "alla", "lah", "llah", "oullah", "الله", "لله"])
_JOINED_ABD = re.compile(r"^(?:abd(?:ou|[aeiou])?(?:l|(?=[rsndzt]))|عبدال)(.{3,})$")
_JOINED_FATHER = re.compile(r"^(?:abou|abu|abo|ابو)(.{3,})$")
_JOINED_FAITH = re.compile(r"^(.{2,}?)(?:(?:ou|[aeiou])?[ld]?d(?:i|ee|ii)ne?|الدين)$")
_JOINED_GOD = re.compile(r"^(.{2,}?)(?:[aeou]+ll?ah?|الله)$")
_LATIN_ARTICLE = re.compile(r"^(?:al|el|ul)(?=[^aeiou].{3})")
_ARABIC_ARTICLE = re.compile(r"^ال(?=...)")

_LATIN_SOUNDS = (
    (re.compile(r"^(?:w|ou(?=[aeiy]))"), "W"), (re.compile(r"^(?:y|i)(?=[aeou])"), "Y"),
    (re.compile(r"tch|sch|sh|ch"), "$"), (re.compile(r"kh|ck|qu|c(?![eiyh])|q"), "k"), (re.compile(r"c"), "s"),
    (re.compile(r"dj|gh|gu(?=[ei])|g"), "j"), (re.compile(r"dh"), "d"), (re.compile(r"th"), "t"), (re.compile(r"ph|v"), "f"),
    (re.compile(r"p"), "b"), (re.compile(r"x"), "ks"), (re.compile(r"n(?=b)"), "m"), (re.compile(r"(?<=.)h$"), ""),
    (re.compile(r"7"), "h"), (re.compile(r"[59]"), "k"), (re.compile(r"6"), "t"), (re.compile(r"[238]"), ""),
    (re.compile(r"(?<=.)a+$"), "A"), (re.compile(r"[aeiouyw]"), ""),
)  # fmt: skip
_ARABIC_SOUNDS = (
    (re.compile(r"^و"), "W"), (re.compile(r"^ي"), "Y"), (re.compile(r"تش"), "$"), (re.compile(r"ن(?=ب)"), "م"),
    (re.compile(r"(?<=.)[هاع]+$"), "A"), (re.compile(r"[اويعء]"), ""),
)  # fmt: skip
_ARABIC_LETTERS = str.maketrans("بتثجحخدذرزسشصضطظغفقكلمنه", "bttjhkddrzs$sdtzjfkklmnh")
_DOUBLED = re.compile(r"(.)\1+")
_LATIN = re.compile(r"[a-z]")
SHORTEST_SURE = 3
"""Consonants from which an unlisted spelling is taken for the listed name that sounds alike; "Ali" and "Ola" have one."""


def name_key(name: str) -> str:
    """Return one key for the spellings of a full name, whatever its script, case, accents, particles and order of words.

    It tells apart what writing tells apart (Hassan and Hussein, Amin and Amina), and is blind to what it does not: Salim and
    Salem share a key. It is made for comparing within other facts, such as the year of birth, and holds personal data.

    Returns:
        Words separated by single spaces; empty only for a text without letters.
    """
    words = normalise(_APOSTROPHES.sub("", name)).split()
    kept = [word for word in _joined(words) if word not in _particles()]
    keys = sorted(_word_key(word) for word in kept or words)
    return " ".join(key for key in keys if key)


def _joined(words: list[str]) -> list[str]:
    """Return the words with those that make one name put together: abd al rahman, abu bakr, nour ed din, nasr allah."""
    found: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        following = index + 1
        while word in _ABD and following < len(words) - 1 and words[following] in _ARTICLES:
            following += 1
        if word in _ABD and following < len(words):
            rest = words[following]
            found.append("abdullah" if rest in _GOD else f"abd+{_bare(rest)}")
            index = following + 1
            continue
        if word in _FATHER and following < len(words) and f"abu{words[following]}" in _listed():
            found.append(f"abu{words[following]}")
            index += 2
            continue
        if word in _FATHER and following < len(words) and f"ابو{words[following]}" in _listed():
            found.append(f"ابو{words[following]}")
            index += 2
            continue
        if found and word in _FAITH | _GOD:
            if found[-1] in _ARTICLES and len(found) > 1:
                found.pop()
            found[-1] += "+din" if word in _FAITH else "+allah"
        else:
            found.append(word)
        index += 1
    return found


def _word_key(word: str) -> str:
    """Return the key of one name: its line in the list, or its parts, or its consonants."""
    root, _, part = word.partition("+")
    if root == "abd":
        return f"abd+{_word_key(part)}"
    if part:
        return f"{_word_key(root)}+{part}"
    if word in _listed():
        return _listed()[word]
    if match := _JOINED_ABD.match(word):
        rest = _DOUBLED.sub(r"\1", match[1][:2]) + match[1][2:]
        return "abd+" + _word_key({"atif": "latif", "atef": "latif"}.get(rest, rest))
    if match := _JOINED_FATHER.match(word):
        return f"{_word_key('abu')} {_word_key(match[1])}"
    if len(word) >= 7 and (match := _JOINED_FAITH.match(word)):
        return f"{_word_key(_bare(match[1]))}+din"
    if len(word) >= 7 and (match := _JOINED_GOD.match(word)):
        return f"{_word_key(_bare(match[1]))}+allah"
    bare = _bare(word)
    if bare in _listed():
        return _listed()[bare]
    code = _sounds(bare)
    return _by_sound().get(code, code) if len(code) >= SHORTEST_SURE else code


def _bare(word: str) -> str:
    """Return a word without the article written onto it."""
    if word in _listed():
        return word
    return _ARABIC_ARTICLE.sub("", word) if has_arabic_script(word) else _LATIN_ARTICLE.sub("", word)


def _sounds(word: str) -> str:
    """Return the consonants of a word, in letters that both scripts share, with ``A`` for an open end."""
    if has_arabic_script(word):
        for pattern, sound in _ARABIC_SOUNDS:
            word = pattern.sub(sound, word)
        return _DOUBLED.sub(r"\1", word.translate(_ARABIC_LETTERS))
    if not _LATIN.search(word):
        # Ethiopic and other scripts: compared as they are written.
        return word
    sounds = word
    for pattern, sound in _LATIN_SOUNDS:
        sounds = pattern.sub(sound, sounds)
    return _DOUBLED.sub(r"\1", sounds) or word


@lru_cache(maxsize=1)
def _listed() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in load("names.yml")["same"]:
        spellings = [normalise(_APOSTROPHES.sub("", str(spelling))) for spelling in line]
        for spelling in spellings:
            found.setdefault(spelling, spellings[0])
    return found


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, str]:
    """Return the listed name of each sound that belongs to one listed name only."""
    names: dict[str, set[str]] = {}
    for spelling, name in _listed().items():
        names.setdefault(_sounds(spelling), set()).add(name)
    return {sound: next(iter(of)) for sound, of in names.items() if len(of) == 1}


@lru_cache(maxsize=1)
def _particles() -> frozenset[str]:
    return frozenset(normalise(word) for word in load("names.yml")["particles"])
