"""Phone numbers as gateways spell them, brought to E.164."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

REGION = "LY"
"""Where a number without a country code belongs."""

_LONGEST = 40
_SPELLING = re.compile(r"\+?[\d\s().\-/]+")
_BARE = re.compile(r"[1-9]\d{7,14}", re.ASCII)


def to_e164(text: str) -> str | None:
    """Return a number in E.164, or None if the text is not one.

    ``0912345678`` is Libyan; ``218912345678`` and ``00218912345678`` miss only their plus, and so do numbers of other
    countries. Names of senders and short codes are no numbers: nobody can be answered there.
    """
    # A plus that was not encoded arrives as a space; marks of writing direction come with pasted numbers.
    spelled = "".join(c for c in text[: _LONGEST + 1] if unicodedata.category(c) != "Cf").strip()
    if len(spelled) > _LONGEST or not _SPELLING.fullmatch(spelled):
        return None
    candidates = [number for number in (_parse(spelled), _parse_bare(spelled)) if number is not None]
    # New ranges of numbers are in use before every list of ranges knows them, so the right length is enough.
    for is_right in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in candidates:
            if is_right(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _parse(spelled: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(spelled, REGION)
    except phonenumbers.NumberParseException:
        return None


def _parse_bare(spelled: str) -> phonenumbers.PhoneNumber | None:
    digits = re.sub(r"[\s().\-/]", "", spelled)
    return _parse(f"+{digits}") if _BARE.fullmatch(digits) else None
