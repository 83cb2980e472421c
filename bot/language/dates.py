"""Dates as people write them: orders, separators, and the month names of several calendars' traditions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from babel import Locale

from bot.domain.contacts import LANGUAGES

# Month names of the Levant and Iraq, which Sudanese and Syrian writers use beside the Roman ones.
_LEVANTINE = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
    "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
)  # fmt: skip
# Names used in Tunisia and Algeria, and Libya's own of 1986 to 2011, still in people's mouths.
_MAGHREBI = (
    "جانفي",
    "فيفري",
    "مارس",
    "أفريل",
    "ماي",
    "جوان",
    "جويلية",
    "أوت",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
)
_LIBYAN = (
    "أي النار", "النوار", "الربيع", "الطير", "الماء", "الصيف",
    "ناصر", "هانيبال", "الفاتح", "التمور", "الحرث", "الكانون",
)  # fmt: skip
# As people write them: cut short, by ear, in Arabizi, with a neighbouring key. Compared evened out: no accents, no case.
_AS_WRITTEN = (
    "janury januray janvie janvi jenvier yanayer yanair janfi janvye ينير كانون2",
    "febuary februry febrary fev fevrie fevrir febrayer fibrayer fevri فبرير فيبراير فيفرير",
    "marse marc marh maris marss مرس",
    "apirl aprl avri avrl avrile abril ebril aril ابرايل ابرل",
    "mei mayo mayou mayis مي ماية",
    "jin juine juni jwan jouin younyo yunyo younio yonyo juen جون يونيه",
    "jully juill juilet juiet juillett juli juilliet jwiliya youlyo yulyo youlio yolyo julay يوليه جولية",
    "augst agust agusto aoute aut aot oot aghostos oghostos aghustus اغسطص اغصطس اغستس اوغسطس غشت اوط",
    "septmber setember setembre septmbre septemb sebtember sibtamber سبتنبر شتنبر سبتمر سيبتمبر",
    "octber otobre octobr oktober oktobr اكتوبير اوكتوبر اكتوبار كتوبر",
    "novmber novembr novenber nofember noveber نوفنبر نوفمر نونبر نوفيمبر",
    "decmber decembr desember desembre dicember disember disamber دسمبر ديسمر ديسنبر دجنبر دجمبر",
)

_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})\s*[/\-.]\s*(\d{1,2})\s*[/\-.]\s*(\d{2,4})(?!\d)")


def month_spellings(normalise: Callable[[str], str]) -> dict[str, int]:
    """Return month numbers by evened-out name, in the three languages and Arabic's several traditions."""
    found: dict[str, int] = {}
    for code in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in Locale(code).months["format"][width].items():
                found.setdefault(normalise(name), number)
    for names in (_LEVANTINE, _MAGHREBI, _LIBYAN):
        for number, name in enumerate(names, start=1):
            found.setdefault(normalise(name), number)
    for number, spellings in enumerate(_AS_WRITTEN, start=1):
        for spelling in spellings.split():
            found.setdefault(normalise(spelling), number)
    return found


def find_numeric_date(text: str) -> tuple[date, int, int] | None:
    """Return the first date in digits with its start and end in the text; day before month, as in Libya."""
    for match in _NUMERIC.finditer(text):
        first, second, third = (int(part) for part in match.groups())
        year, month, day = (first, second, third) if first > 31 else (third, second, first)
        if year < 100:
            year += 2000 if year <= 50 else 1900
        if month > 12 >= day:
            month, day = day, month
        try:
            return date(year, month, day), match.start(), match.end()
        except ValueError:
            continue
    return None
