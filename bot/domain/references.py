"""Public references: ``R-XXXXX-C``, random, in Crockford's base 32, with a check character.

The alphabet and the check symbol modulo 37 follow https://www.crockford.com/base32.html. A reference
is never a running number, so that nobody can guess a neighbour's.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_ALPHABET = ALPHABET + "*~$=U"
LENGTH = 5
PATTERN = re.compile(r"(?<![0-9A-Za-z])[Rr][\s\-–]?([0-9A-Za-z]{5})[\s\-–]?([0-9A-Za-z*~$=])(?![0-9A-Za-z])")
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_reference(choose: Callable[[str], str] = secrets.choice) -> str:
    """Return a fresh reference such as ``R-7K3QF-W``.

    Args:
        choose: Picks one character of a string; replaced in tests.
    """
    while True:
        body = "".join(choose(ALPHABET) for _ in range(LENGTH))
        # The five signs of the check alphabet (``*~$=U``) are hard to dictate, so their references are not given out.
        if check_character(body) in ALPHABET:
            return f"R-{body}-{check_character(body)}"


def check_character(body: str) -> str:
    """Return the check character of five base 32 characters (value modulo 37)."""
    value = 0
    for character in body:
        value = value * 32 + ALPHABET.index(character)
    return CHECK_ALPHABET[value % 37]


def parse_reference(text: str) -> str | None:
    """Find a reference in a text and return it in its one written form, or None.

    Lower case, missing or odd dashes and the look-alikes O, I and L are accepted; a wrong check
    character is not.
    """
    for match in PATTERN.finditer(text):
        body = match.group(1).upper().translate(_LOOKALIKES)
        check = match.group(2).upper()
        if "U" not in body and check_character(body) in (check, check.translate(_LOOKALIKES)):
            return f"R-{body}-{check_character(body)}"
    return None
