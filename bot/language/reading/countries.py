"""Reads which country a person is from: its name, its people's name, dialect, slips of the pen, or its flag."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale

from bot.domain.readings import Read, Reading, Unclear, Unread
from bot.language.gazetteer import nationality_spellings
from bot.language.normalise import has_arabic_script, normalise, without_clitics
from bot.language.reading.phrases import is_question, nearest_spelling, phrases, trimmed, words_of
from bot.language.reading.spellings import load

LONGEST_NAME = 5
WHOLE_LIKENESS = 0.8
"""One slip in five letters, where the answer is nothing else: "kenia", "sudam"."""
PART_LIKENESS = 0.84
"""One slip in seven letters inside a longer text, where "samia" could be anybody."""
NIGERS = frozenset({"NE", "NG"})
HOME = "LY"
# Someone of Libya's people, beside someone who is in Libya.
_LIBYAN = ("libyan", "libyen", "lybian", "ليبيه", "ليبيين")
# Babel also names regions and reserved codes, which ISO 3166-1 does not assign.
_NOT_ISO = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"])
# Languages of people on the move beside our three, whose own names for countries people also write.
_MORE_LANGUAGES = ("am", "ti", "bn", "ur", "hi", "so", "ha", "tr", "pt", "es", "it")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_SIGNS_TO_LETTERS = {0x1F1E6 + index: chr(ord("A") + index) for index in range(26)}


@lru_cache(maxsize=1)
def _spellings() -> dict[str, tuple[str, ...]]:
    """Return the countries that a spelling may mean, the likeliest first, by evened-out spelling."""
    words = load("countries.yml")
    found: dict[str, tuple[str, ...]] = {}
    for group in words["unclear"]:
        for word in group["words"]:
            found.setdefault(normalise(word), tuple(group["countries"]))
    for country, spellings in words["spellings"].items():
        for spelling in spellings:
            found.setdefault(normalise(spelling), (country,))
    for spelling, country in nationality_spellings(normalise).items():
        if country not in _NOT_ISO:
            found.setdefault(spelling, (country,))
    for country, name in Locale("ar").territories.items():
        if country in _iso_codes():
            for spelling in _arabic_demonyms(normalise(name)):
                found.setdefault(spelling, (country,))
    for language in _MORE_LANGUAGES:
        for country, name in Locale(language).territories.items():
            if country in _iso_codes():
                found.setdefault(normalise(name), (country,))
    return found


@lru_cache(maxsize=1)
def _iso_codes() -> frozenset[str]:
    return frozenset(str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code))) - _NOT_ISO


@lru_cache(maxsize=1)
def _only_whole() -> frozenset[str]:
    return frozenset(normalise(word) for word in load("countries.yml")["only_whole"])


def _arabic_demonyms(name: str) -> tuple[str, ...]:
    """Return what Arabic calls a country's people by rule: اليابان, ياباني; روسيا, روسي; كندا, كندي."""
    if " " in name:
        return ()
    bare = name.removeprefix("ال")
    stem = bare[:-2] if bare.endswith("يا") else bare[:-1] if bare.endswith(("ا", "ه")) else bare
    return (bare, stem + "ي", stem + "يه", stem + "يين") if len(stem) > 2 else (bare,)


def read_country(text: str) -> Reading:
    """Read a country of origin as an ISO 3166-1 alpha-2 code.

    Niger and Nigeria are asked back unless one is named exactly ("Nigeria", "النيجر", "Naija", a town of it): the names of
    the two peoples differ by a letter, and by language. So are the Guineas and the Congos. Libya is read like any other.

    Returns:
        ``Read`` with a code, ``Unclear`` with codes, or ``Unread("not_a_country")``.
    """
    flags = [flag.translate(_SIGNS_TO_LETTERS) for flag in _FLAG.findall(text)]
    words = normalise(_FLAG.sub(" ", text)).split()
    fillers = words_of("country")
    core = trimmed(words, fillers)
    whole = _look_up(" ".join(words)) or _look_up(" ".join(core))
    meant: list[tuple[str, ...]] = [(code,) for code in flags if code in _iso_codes()]
    negated: set[str] = set()
    rest: list[str] = []
    if whole:
        meant.append(_as_pidgin(words, whole))
    else:
        found, negated, rest = _scan(words, fillers)
        meant.extend(_as_pidgin(words, countries) for countries in found)
    if not meant:
        near = _near(" ".join(core), WHOLE_LIKENESS) if len(core) <= LONGEST_NAME else ()
        rest = [] if near else [word for word in words if word not in fillers]
        inside = [word for word in rest if len(word) > 5 and word not in _only_whole()]
        near = near or next((near for word in inside if (near := _near(word, PART_LIKENESS))), ())
        meant = [near] if near else []
    options = _joined(meant, negated, is_libyan=any(without_clitics(word).startswith(_LIBYAN) for word in words))
    if not options:
        return Unread("not_a_country")
    return Read(options[0], is_whole=not rest and not is_question(text)) if len(options) == 1 else Unclear(options)


def _look_up(spelling: str) -> tuple[str, ...]:
    """Return the countries of a spelling as written, without what Arabic writes onto a word, or without a plural's end."""
    known = _spellings()
    forms = [spelling]
    if has_arabic_script(spelling):
        bare = without_clitics(spelling)
        forms += [bare, *(form[:-2] for form in (spelling, bare) if form.endswith(("ين", "ون", "ات")) and len(form) > 5)]
    elif len(spelling) > 5 and spelling.endswith("s"):
        forms.append(spelling[:-1])
    return next((known[form] for form in forms if form in known), ())


def _scan(words: list[str], fillers: frozenset[str]) -> tuple[list[tuple[str, ...]], set[str], list[str]]:
    """Return the countries named in a longer text, those denied in it, and the words that are neither country nor filler."""
    found: list[tuple[str, ...]] = []
    negated: set[str] = set()
    rest: list[str] = []
    is_denied = False
    index = 0
    while index < len(words):
        for length in range(min(LONGEST_NAME, len(words) - index), 0, -1):
            spelling = " ".join(words[index : index + length])
            countries = () if spelling in _only_whole() or spelling in fillers else _look_up(spelling)
            if countries:
                if is_denied:
                    negated.update(countries)
                else:
                    found.append(countries)
                is_denied = False
                index += length
                break
        else:
            if words[index] in words_of("negations"):
                is_denied = True
            elif words[index] not in fillers:
                is_denied = False
            if words[index] not in fillers:
                rest.append(words[index])
            index += 1
    return found, negated, rest


def _as_pidgin(words: list[str], countries: tuple[str, ...]) -> tuple[str, ...]:
    opening = " ".join(words)
    if countries == ("NG", "NE") and any(opening.startswith(f"{start} ") for start in load("countries.yml")["pidgin"]):
        return ("NG",)
    return countries


def _near(spelling: str, likeness: float) -> tuple[str, ...]:
    """Return the countries whose spellings are nearest; a slip near Niger or Nigeria may mean either."""
    if spelling in phrases("form_words"):
        return ()
    known = _spellings()
    if len(spelling) == 5:
        # One slip in five letters reaches far: "Samia" is no Samoa. Only countries that people come from are near enough.
        likely = load("countries.yml")["spellings"]
        known = {name: countries for name, countries in known.items() if countries[0] in likely}
    options = dict.fromkeys(code for near in nearest_spelling(spelling, known, cutoff=likeness) for code in known[near])
    if NIGERS & options.keys():
        options = dict.fromkeys([*options, "NE", "NG"])
    return tuple(options)


def _joined(meant: list[tuple[str, ...]], negated: set[str], *, is_libyan: bool) -> tuple[str, ...]:
    """Return the countries left when all that a text says is taken together, in its order."""
    clear = {countries[0] for countries in meant if len(countries) == 1}
    options: dict[str, None] = {}
    for countries in meant:
        # "Niger, Niamey": the town settles which of the two.
        settled = [code for code in countries if code in clear] or countries
        options.update(dict.fromkeys(code for code in settled if code not in negated))
    # "Sudanese, in Libya": everyone who writes to us is there, so another country named beside it is the answer.
    if len(options) > 1 and not is_libyan:
        options.pop(HOME, None)
    return tuple(options)
