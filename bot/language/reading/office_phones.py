"""Phone numbers of offices, as staff write them into the directory: whole numbers, and the short codes of hotlines."""

from __future__ import annotations

import re

from bot.domain.readings import Read
from bot.language.normalise import to_ascii_digits
from bot.language.reading.phones import read_phone

# Whoever is told of an entry hears no remark: "0910000000 (in the morning)" is no number for the directory.
_WORD = re.compile(r"[^\W\d_]{2}")
_SHORT_CODE = re.compile(r"[1-9]\d{2,4}", re.ASCII)


def read_office_phone(text: str) -> str | None:
    """Return one number in E.164 or as a short code; None if the text is not one number and nothing else.

    A number without a country's code is one of Libya.
    """
    plain = to_ascii_digits(text).strip()
    if _SHORT_CODE.fullmatch(plain):
        return plain
    if _WORD.search(plain):
        return None
    found = read_phone(plain)
    return str(found.value) if isinstance(found, Read) and found.is_whole else None
