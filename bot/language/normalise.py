"""One spelling for many: what the classifiers read instead of what was typed. The original text is kept elsewhere.

Unicode forms, case, accents, Arabic letter forms, vowel marks and tatweel, digits of every script, stretched
letters, zero-width and direction marks, and punctuation are evened out; emoji stay, as words of their own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ARABIC_FORMS = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه",
        "ی": "ي", "ې": "ي", "ک": "ك", "گ": "ك", "ڤ": "ف", "ڨ": "ق", "پ": "ب", "چ": "ج", "ھ": "ه", "ہ": "ه",
        "ـ": None, "ء": None,
    }
)  # fmt: skip
_APOSTROPHES = re.compile(r"[’'`´ʼ‘]")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return the evened-out spelling of a text: lower case, single spaces, no punctuation."""
    characters: list[str] = []
    # Letters in disguise (𝐇𝐄𝐋𝐏, ᴴ) have no lower case until they are taken apart.
    for character in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()):
        category = unicodedata.category(character)
        if category in ("Mn", "Cf", "Me"):
            continue
        if category == "Nd":
            characters.append(str(unicodedata.digit(character)))
        elif category in ("So", "Sk", "Cs"):
            characters.append(f" {character} ")
        elif category[0] in "LN":
            characters.append(character)
        else:
            characters.append(" " if not _APOSTROPHES.match(character) else "'")
    joined = "".join(characters).translate(_ARABIC_FORMS).replace("'", " ")
    return _SPACES.sub(" ", _STRETCHED.sub(r"\1", joined)).strip()


def to_ascii_digits(text: str) -> str:
    """Return the text with the digits of every script written 0-9, all else untouched."""
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


_ARABIC = re.compile(r"[\u0621-\u064a]")


def has_arabic_script(text: str) -> bool:
    """Say whether a text holds Arabic letters."""
    return _ARABIC.search(text) is not None


_PREFIXES = re.compile(r"^(?:و|ف)?(?:بال|كال|لل|ال|ب|ل|ه?ال)(?=..)|^(?:و|ف)(?=....)")


def without_clitics(word: str) -> str:
    """Return a normalised Arabic word without all that may be conjunction, preposition or article at its front.

    For looking a name up beside the word as it stands: what is taken may be a part of the word (``بيت``).
    """
    return _PREFIXES.sub("", word, count=1)


_SURE_PREFIXES = re.compile(r"^[وف]?(?:ال|بال|كال|فال|لل|هال|عال)(?=..)|^و(?=....)|^[بل](?=.....)")


def light_stem(word: str) -> str:
    """Return a normalised Arabic word without article, and without a conjunction or preposition where enough letters stay.

    After the light stemmers of Larkey, Ballesteros and Connell (2002): a single letter at the front of a short word is
    mostly its own (``بلدي``, ``فلوس``), and is kept.
    """
    return _SURE_PREFIXES.sub("", word, count=1)


_SKELETON_ARABIC = str.maketrans(
    {
        "ب": "b", "ت": "t", "ث": "t", "ج": "j", "ح": "h", "خ": "x", "د": "d", "ذ": "d", "ر": "r", "ز": "z",
        "س": "s", "ش": "$", "ص": "s", "ض": "d", "ط": "t", "ظ": "d", "ع": "3", "غ": "g", "ف": "f", "ق": "q",
        "ك": "k", "ل": "l", "م": "m", "ن": "n", "ه": "h", "ا": "", "و": "", "ي": "",
    }
)  # fmt: skip
_SKELETON_LATIN = (
    ("kh", "x"), ("gh", "g"), ("sh", "$"), ("ch", "$"), ("th", "t"), ("dh", "d"), ("ph", "f"), ("ou", ""),
    ("7", "h"), ("5", "x"), ("9", "q"), ("2", ""), ("6", "t"), ("8", "q"), ("4", "d"), ("c", "k"), ("p", "b"), ("v", "f"),
)  # fmt: skip
_LATIN_ARTICLES = re.compile(r"^(?:[wfbl]?[eai]l|3[ae]l)(?=...)")
_VOWELS = re.compile(r"[aeiouyw]")
_DOUBLED = re.compile(r"(.)\1+")


def skeleton(word: str) -> str:
    """Return the consonants that Arabic script and Arabizi share: ``7oush`` and ``الحوش`` give ``h$``.

    Numbers and words without consonants give an empty string.
    """
    if word.isdigit():
        return ""
    if has_arabic_script(word):
        bones = light_stem(word).removesuffix("ه").translate(_SKELETON_ARABIC)
    else:
        bones = _LATIN_ARTICLES.sub("", word, count=1)
        for written, meant in _SKELETON_LATIN:
            bones = bones.replace(written, meant)
        bones = _VOWELS.sub("", bones)
    return _DOUBLED.sub(r"\1", bones)
