"""Which of the choices offered last a message picks: pressed, by number, by number word, or by its own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.language.normalise import normalise

_NUMBER_WORDS = (
    ("1", "one", "un", "une", "واحد", "wahed", "wa7ed", "first", "premier", "الاول", "اول"),
    ("2", "two", "deux", "اثنين", "اثنان", "اتنين", "ثنين", "etnin", "second", "الثاني", "ثاني"),
    ("3", "three", "trois", "ثلاثه", "تلاته", "tlata", "third", "troisieme", "الثالث"),
    ("4", "four", "quatre", "اربعه", "arba3a", "fourth", "الرابع"),
    ("5", "five", "cinq", "خمسه", "5amsa", "fifth", "الخامس"),
    ("6", "six", "سته", "setta", "sixth", "السادس"),
    ("7", "seven", "sept", "سبعه", "sab3a", "seventh", "السابع"),
    ("8", "eight", "huit", "ثمانيه", "تمانيه", "eighth", "الثامن"),
    ("9", "nine", "neuf", "تسعه", "tes3a", "ninth", "التاسع"),
)
_NUMBER_OF = {word: number for number, forms in enumerate(_NUMBER_WORDS, start=1) for word in forms}
_FILLER = re.compile(r"^(?:number|numero|num|no|n|choice|choix|option|رقم|نمره|الرقم|خيار|the|le|la|num)\s+")
_KEYCAP = re.compile(r"[\ufe0f\u20e3]")


def match_choice(text: str, offered: Sequence[tuple[str, Sequence[str]]]) -> str | None:
    """Return the id of the offered choice that a text picks, or None.

    Args:
        text: What the person wrote.
        offered: Ids with the titles that they were shown under, in the order of the numbers.
    """
    evened = _FILLER.sub("", normalise(_KEYCAP.sub("", text)))
    number = _NUMBER_OF.get(evened.lstrip("0") if evened.isdigit() else evened)
    if number is not None and number <= len(offered):
        return offered[number - 1][0]
    return pick_by_words(evened, offered)


def pick_by_words(text: str, offered: Sequence[tuple[str, Sequence[str]]]) -> str | None:
    """Return the id of the offered choice whose very words a text is, or None."""
    evened = normalise(text)
    for choice_id, titles in offered:
        if any(evened and evened == normalise(title) for title in titles):
            return choice_id
    return None
