"""Phone numbers are read as people write them, and what is none says why."""

from __future__ import annotations

import pytest

from bot.domain.readings import Read, Unclear, Unread
from bot.language.reading.phones import read_phone

LIBYAN = {
    "local": ["0911234567", "091-123-4567", "091 1234567", "091 123 45 67", "091.123.4567", "(091) 1234567",
        "09 11 23 45 67", "0 9 1 1 2 3 4 5 6 7", "091/1234567"],
    "without the zero": ["911234567", "91 1234567"],
    "international": ["+218911234567", "+218 91 123 4567", "+218-91-1234567", "00218911234567", "00 218 91 123 4567",
        "218911234567", "218 91 1234567", "+21891 1234567"],
    "code and zero together": ["+218 (0)91 123 4567", "+2180911234567", "002180911234567", "0218911234567"],
    "plus in the wrong place": ["218911234567+", "+0911234567", "+00218911234567", "＋218911234567", "+ 218911234567"],
    "digits of other scripts": ["٠٩١١٢٣٤٥٦٧", "۰۹۱۱۲۳۴۵۶۷", "０９１１２３４５６７", "+٢١٨٩١١٢٣٤٥٦٧", "٠٩١-١٢٣٤٥٦٧"],
    "groups turned around by right-to-left text": ["1234567-091", "1234567 / 091"],
    "unseen and odd signs": ["0911\u200b234567", "\u202a+218911234567\u202c", "091\u00a0123\u00a04567", "091–123–4567",
        "091‑1234567", "\u200f0911234567", "091•1234567"],
    "letters for digits": ["O911234567", "09l1234567"],
    "with words around": [
        "my number is 0911234567", "tel: 0911234567", "call me on 0911234567 please", "WhatsApp 0911234567",
        "0911234567 whatsapp", "na my number 0911234567", "Mon numéro est le 0911234567",
        "c'est 0911234567 merci", "رقمي 0911234567", "رقم هاتفي ٠٩١١٢٣٤٥٦٧", "ra9mi 0911234567",
        "السلام عليكم 0911234567", "wa.me/218911234567", "https://wa.me/218911234567",
    ],
    "in words": ["zero nine one one two three four five six seven", "صفر تسعة واحد واحد اثنين ثلاثة اربعة خمسة ستة سبعة"],
    "twice": ["0911234567 0911234567", "0911234567 / +218911234567"],
}  # fmt: skip
OTHERS = [
    ("0921234567", "+218921234567"),  # the other Libyan operators
    ("0941234567", "+218941234567"),
    ("0213400000", "+218213400000"),  # a landline in Tripoli
    ("+249912345678", "+249912345678"),  # Sudan
    ("00249912345678", "+249912345678"),
    ("249912345678", "+249912345678"),
    ("0912345678", "+218912345678"),  # Libyan and Sudanese: here it is Libyan
    ("+227 90 12 34 56", "+22790123456"),  # Niger
    ("22790123456", "+22790123456"),
    ("+235 66 12 34 56", "+23566123456"),  # Chad
    ("0023566123456", "+23566123456"),
    ("+201012345678", "+201012345678"),  # Egypt
    ("201012345678", "+201012345678"),
    ("٠٠٢٠١٠١٢٣٤٥٦٧٨", "+201012345678"),
    ("+234 803 123 4567", "+2348031234567"),  # Nigeria
    ("2348031234567", "+2348031234567"),
    ("+251 91 123 4567", "+251911234567"),  # Ethiopia
    ("+8801712345678", "+8801712345678"),  # Bangladesh
    ("+33 6 12 34 56 78", "+33612345678"),  # a relative in France
]
PROBLEMS = {
    "not_a_phone": ["", "hello", "no phone", "ما عنديش تلفون", "1515", "25", "one two", "📞"],
    "phone_too_short": ["12345", "091123", "091123456", "+21891123456", "00218911234", "٠٩١١٢٣٤"],
    "phone_too_long": ["09112345678", "091123456789012345", "+2189112345678"],
    "phone_unknown": ["+999123456789", "+210911234567"],
}  # fmt: skip


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=f"{reason}: {text!a}") for reason, texts in LIBYAN.items() for text in texts]
)
def test_a_libyan_number_is_read_in_every_spelling(text):
    assert read_phone(text) == Read("+218911234567")


@pytest.mark.parametrize(("text", "number"), OTHERS)
def test_numbers_of_other_operators_and_countries_are_read(text, number):
    assert read_phone(text) == Read(number)


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in PROBLEMS.items() for text in texts])
def test_what_is_no_number_says_why(code, text):
    assert read_phone(text) == Unread(code)


@pytest.mark.parametrize(
    "text",
    ["0911234567 call me after five", "0911234567 but my boss has it", "0911234567 متى ارجع", "0911234567 quand je pars ?"],
)
def test_a_number_in_a_longer_text_is_not_the_whole_of_it(text):
    assert read_phone(text) == Read("+218911234567", is_whole=False)


@pytest.mark.parametrize(
    "text", ["0911234567 / 0921234567", "0911234567 or 0921234567", "0911234567 0921234567", "٠٩١١٢٣٤٥٦٧ و ٠٩٢١٢٣٤٥٦٧"]
)
def test_of_two_numbers_one_is_asked_for(text):
    assert read_phone(text) == Unclear(("+218911234567", "+218921234567"))


def test_a_local_number_belongs_to_the_region_only():
    assert read_phone("66123456", region="TD") == Read("+23566123456")
    assert not isinstance(read_phone("66123456"), Read)
