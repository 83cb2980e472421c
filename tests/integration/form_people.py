"""People who fill in forms for the property tests: what they mean, and the many ways in which they say it.

All of it is invented. Each way of saying is there because people write so: by number in either digits, by a word in one of
three languages, whatever the language of the conversation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.domain.questions import FormKind
from tests.integration.form_steps import PHONE


@dataclass(frozen=True)
class Meaning:
    """One thing that may be meant by an answer.

    Attributes:
        value: As the form keeps it.
        texts: Ways to say it.
        picked: The choice that says it, where there is one: its number says it too, and its button.
    """

    value: Any
    texts: tuple[str, ...] = ()
    picked: str | None = None


def _choices(**texts: tuple[str, ...]) -> tuple[Meaning, ...]:
    return tuple(Meaning(value, said, value) for value, said in texts.items())


YES = ("yes", "oui", "نعم")
NO = ("no", "non", "لا")
WAYS_TO_SKIP = ("skip", "0", "passer", "تخطي")
SKIP = Meaning(None, WAYS_TO_SKIP)
WIFE_AND_SON = [{"relation": "spouse", "age": 30}, {"relation": "child", "age": 5}]
MEMBER_TEXTS = (("wife 30", "1 30", "ma femme 30", "زوجتي 30"), ("son 5", "2 5", "fils 5 ans", "ابني ٥ سنوات"))
PLACES = (
    Meaning({"id": "sabha"}, ("Sabha", "Sebha", "سبها", "sebhaa"), "sabha"),
    Meaning({"id": "tripoli"}, ("Tripoli", "طرابلس"), "tripoli"),
    Meaning({"id": "bani_walid"}, ("Bani Walid",)),
)
SAFE_CONTACT = (
    Meaning("message", ("message", "رسالة"), "message"),
    Meaning("call_evening", ("le soir", "في المساء"), "call_evening"),
    Meaning("only on Fridays, not my brother", ("only on Fridays, not my brother",)),
    SKIP,
)
PHONES = (
    Meaning(PHONE, ("this number", "ce numéro", "هذا الرقم"), "this"),
    Meaning("+218912345678", ("0912345678", "+218 91 234 5678", "٠٩١٢٣٤٥٦٧٨")),
    SKIP,
)
MEANINGS: dict[str, tuple[Meaning, ...]] = {
    "fear": _choices(no=NO, yes=YES),
    "understood": (Meaning("yes", YES, "yes"),),
    "return_consent": (Meaning("yes", YES, "yes"),),
    "assistance_consent": (Meaning("yes", YES, "yes"),),
    "full_name": (
        Meaning("Amina Saleh", ("Amina Saleh", "my name is Amina Saleh", "je m'appelle Amina Saleh")),
        Meaning("أمينة صالح", ("أمينة صالح", "اسمي أمينة صالح")),
        SKIP,
    ),
    "sex": _choices(female=("woman", "femme", "امرأة"), male=("man", "homme", "رجل")),
    "birth": (
        Meaning({"birth_date": "1998-05-03"}, ("3/5/1998", "٣/٥/١٩٩٨", "3 May 1998", "3 mai 1998", "3 مايو 1998")),
        Meaning({"birth_year": 1990}, ("1990", "born in 1990", "né en 1990", "مواليد 1990")),
        Meaning({"birth_year": 2012}, ("2012", "born 2012")),
    ),
    "accompanied": (Meaning("yes", YES, "yes"),),
    "nationality": (
        Meaning("SD", ("Sudanese", "soudanais", "سوداني"), "SD"),
        # Asked back: which of the two, which of the three.
        Meaning("NE", ("Niger",), "NE"),
        Meaning("GN", ("Guinea", "Guinée", "غينيا")),
    ),
    "current_place": PLACES,
    "in_detention": _choices(no=NO, yes=YES),
    "household": (
        Meaning([], ("alone", "seul", "وحدي"), "alone"),
        # "2" makes the form ask for each of the two.
        Meaning(
            WIFE_AND_SON,
            ("wife 30, son 5", "ma femme 30 ans et mon fils 5 ans", "زوجتي ٣٠ وابني ٥", "2", "two"),
        ),
    ),
    "travel_document": _choices(passport=("passport", "passeport", "جواز"), none=("none", "pas de passeport", "ما عنديش جواز")),
    "needs": (
        Meaning([], ("none", "rien", "لا شيء", "0")),
        Meaning(["medical"], ("medical",), "medical"),
        Meaning(["medical", "pregnant"], ("1 2", "1,2", "medical, pregnant")),
    ),
    "contact_phone": PHONES,
    "safe_contact": SAFE_CONTACT,
    "destination": (Meaning("Kassala", ("Kassala",)), Meaning("كسلا", ("كسلا",)), SKIP),
    "need": _choices(food=("food", "nourriture", "طعام"), shelter=("shelter", "abri", "مأوى")),
    "people": (Meaning(4, ("4", "four", "quatre", "أربعة", "٤")), Meaning(1, ("1", "one"))),
    "group": _choices(migrant=("migrant", "مهاجر"), displaced=("displaced", "déplacés", "نازحين")),
}  # fmt: skip

WRONG = {
    "choice": ("99", "???", "😀", "kjhg qwrt"),
    "choices": ("???", "😀", "kjhg qwrt"),
    "name": ("12345", "???", "😀"),
    "birth": ("31/2/1998", "1/1/2150", "???", "kjhg qwrt", "between 30 and 35"),
    "country": ("12345", "???", "😀"),
    "place": ("12345", "???", "😀"),
    "household": ("99", "???", "kjhg qwrt", "my kids"),
    "member": ("???", "kjhg qwrt"),
    "phone": ("12345", "???", "kjhg qwrt", "0912345678 or 0923456789"),
    "text": ("x" * 300,),
    "town": ("12345", "???", "😀"),
    "number": ("12345", "???", "kjhg qwrt", "3 or 4"),
    "field": ("99", "???"),
}
"""Texts that are no answer, by the reader of the question."""

BEGINNINGS = {
    FormKind.RETURN_REQUEST: ("I want to go home", "je veux rentrer chez moi", "أريد العودة إلى بلدي"),
    FormKind.ASSISTANCE_REQUEST: ("we need help", "on a besoin d'aide", "نحتاج إلى مساعدة"),
}
BEFORE_THE_FIELDS = frozenset({"fear", "understood", "return_consent", "assistance_consent", "accompanied"})
CORRECTABLE = frozenset(MEANINGS) - BEFORE_THE_FIELDS
"""Questions to which a slip can be put right at the end, by the summary's numbers."""


def fields_of(meant: dict[str, Meaning]) -> dict[str, Any]:
    """Return the request's fields that should come of what somebody means, as docs/forms.md and the domain name them."""
    fields: dict[str, Any] = {}
    for question_id, meaning in meant.items():
        value = meaning.value
        if question_id == "birth":
            fields |= value
        elif question_id == "current_place":
            fields[question_id] = value["id"]
        elif question_id == "in_detention":
            fields[question_id] = value == "yes"
        elif question_id in CORRECTABLE:
            fields[question_id] = value
    return fields
