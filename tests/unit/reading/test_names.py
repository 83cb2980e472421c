"""Full names as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.readings import Read, Unread
from bot.language.reading.names import name_key, read_name

AS_WRITTEN = [
    # Sudan, Egypt, Libya, Syria, in Arabic script: three and four names, with particles.
    "محمد أحمد علي", "عبد الرحمن بن عمر", "عبدالله إبراهيم", "فاطمة الزهراء", "آدم إسحاق هارون", "مُحَمَّد عَلِيّ",
    "أبو بكر الصديق", "نور الدين محمد",
    "عائشة عبد الكريم آدم", "خديجة محمد صالح", "مريم يعقوب", "حسن الطيب عثمان إدريس", "سلام إبراهيم",
    "صلاح الدين", "هالة", "منى السيد",
    "عمر المختار المنفي", "علي بن سعيد", "أم كلثوم عبدالله", "محمـــد",  # tatweel is kept as written
    # The same in Latin letters, with accents, hyphens and apostrophes.
    "Mohamed Ahmed Ali", "Abd al-Rahman Saeed", "Abdel-Aziz El-Sayed", "ABDOULAYE MAHAMAT SALEH",
    "Idriss Déby Mahamat", "Zara Mahamat Nour",
    "Hawa Abakar", "Haroun Adam Ishag", "Al-Tayeb Osman", "Mohammed bin Salem", "Umm Kulthum Abdallah", "Sa'ad Mus'ab",
    # West Africa.
    "Moussa Traoré", "Aïcha Diallo", "N'Golo Kanté", "Moussa dit Petit", "Fatoumata Binta Bah",
    "Mamadou Saïdou Barry", "Ousmane Sow",
    "Cheikh Anta Diop", "Boubacar Sidi Cissé", "Aminata N'Diaye", "M'Balla Keïta", "Amadou Mariam",
    "Koffi Jean-Baptiste Kouassi",
    "Adjoua Marie-Claire", "Ibrahima Kalil Camara", "Souleymane Ouédraogo", "Issa El Hadj",
    "Ramatoulaye Sall", "Yaya Jammeh",
    "Oumarou Ganda", "Hadiza Moussa Gros", "Zeinabou Maïga",
    # Nigeria, Ghana, Gambia, Sierra Leone: names that are also words.
    "Chukwuemeka Okafor", "Blessing Osagie", "Happy Grace", "God's Time Efe", "Sunday Friday",
    "Mercy Omoregie", "Precious", "Hope Eze",
    "Will Mensah", "May Adu", "Peace Joy Idahosa", "Goodluck Jonathan", "Ngozi Okonjo", "Olúṣẹ́gun Adébáyọ̀",
    "Kwame", "Momodou Lamin Jallow",
    "Mohamed S. Kamara", "Success Ehigie", "Patience", "Lucky Igbinedion", "Musa Ali (Small)",
    # Horn of Africa, in Ethiopic and Latin script.
    "አበበ በቀለ", "ኣበባ ተስፋይ", "ገብረመድህን ወልደ", "ሳምራዊት", "Tesfay Gebremedhin", "Selam Haile", "Abdirahman Warsame",
    "Xaawo Cali", "Faadumo Maxamed",
    # Further away.
    "মোহাম্মদ রহিম", "Md. Rahim Uddin", "محمد عمران", "Muhammad Bilal Khan", "Nguyễn Văn An", "Олена Шевченко",
    "Ram Bahadur Thapa", "María José",
    # As typed on a small phone.
    "moussa", "ali", "mohamed ali hassan omar", "AMINA", "Li",
]  # fmt: skip


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_a_name_is_kept_as_written(name):
    assert read_name(name) == Read(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my name is Moussa Traoré", "Moussa Traoré"), ("My name is: Ali", "Ali"),
        ("Name: John Bol", "John Bol"), ("i am Blessing", "Blessing"),
        ("I'm Ahmed Ali", "Ahmed Ali"), ("they call me Sunday", "Sunday"),
        ("full name Ahmed Ali Musa", "Ahmed Ali Musa"),
        ("hello my name is Grace", "Grace"), ("Ahmed Ali is my name", "Ahmed Ali"), ("Mr Ahmed Ali", "Ahmed Ali"),
        ("na me be Osas", "Osas"), ("my name na Efe", "Efe"), ("Ali please", "Ali"),
        ("je m'appelle Aïcha Diallo", "Aïcha Diallo"), ("Je m’appelle Aïcha", "Aïcha"),
        ("je mapelle Moussa", "Moussa"), ("mon nom c'est Ousmane", "Ousmane"),
        ("moi c'est Fatou", "Fatou"), ("mon nom est Ibrahima Bah svp", "Ibrahima Bah"),
        ("Bonjour je m'appelle Koffi", "Koffi"),
        ("Nom et prénom: Diallo Mamadou", "Diallo Mamadou"), ("Madame Aïssata Sow", "Aïssata Sow"),
        ("اسمي محمد علي", "محمد علي"), ("أنا إسمي فاطمة الزهراء", "فاطمة الزهراء"), ("انا احمد", "احمد"),
        ("الاسم: خالد عمر", "خالد عمر"),
        ("السلام عليكم اسمي عثمان", "عثمان"), ("اسمي الكامل هو علي حسن", "علي حسن"), ("يسموني أبكر", "أبكر"),
        ("محمد آدم شكرا", "محمد آدم"),
        ("ana ismi Ahmed", "Ahmed"), ("ismi Khadija Adam", "Khadija Adam"), ("ana Moussa", "Moussa"),
        ("ስሜ አበበ ነው", "አበበ"),
        ("😀 Ali 😀", "Ali"), ("محمد  علي🙏", "محمد علي"), (" - Ali Hassan. ", "Ali Hassan"),
        ("«Moussa»", "Moussa"), ("*Amina*", "Amina"),
        ("\u200fمحمد علي\u200f", "محمد علي"),  # marks of direction, pasted along
        ("Ali\nHassan", "Ali Hassan"),
        ("ok Ahmed Ali", "Ahmed Ali"),
        ("Salam, ana Ahmed", "Ahmed"),
        ("أنا اسمي الكامل محمد بن علي", "محمد بن علي"),
    ],
)  # fmt: skip
def test_what_is_said_around_a_name_is_left_out(text, name):
    assert read_name(text) == Read(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my name is Ahmed Ali and I am from Sudan", "Ahmed Ali"), ("Ahmed from Sudan", "Ahmed"),
        ("Moussa Traoré et je suis malade", "Moussa Traoré"),
        ("اسمي علي وعمري 30", "علي"), ("محمد علي من السودان", "محمد علي"), ("Ali but I need help", "Ali"),
        ("محمد علي، سوداني", "محمد علي"),
        ("mohamed ali hassan omar ahmed", "mohamed ali hassan omar ahmed"),  # five words in small letters
    ],
)  # fmt: skip
def test_a_name_with_a_sentence_behind_is_not_the_whole_answer(text, name):
    assert read_name(text) == Read(name, is_whole=False)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "12", "٣", "0912345678", "Ali 5", "+218 91 234 5678", "www.example.org", "https://t.me/ali",
        "ali@example.org", "@moussa",
        "what is this?", "why do you need my name", "pourquoi ?", "c'est quoi", "لماذا تسأل", "ليش",
        "where is the office",
        "yes", "no", "ok", "oui", "non", "نعم", "لا", "aywa", "skip", "back", "stop", "later", "help",
        "retour", "passer", "تخطي", "رجوع",
        "hello", "Bonjour", "salam", "السلام عليكم", "مرحبا", "thank you", "I don't know", "je ne sais pas", "لا اعرف",
        "I want to go home", "I need help please", "je veux rentrer chez moi", "j'ai besoin d'aide",
        "اريد الرجوع الى بلدي", "انا مريض",
        "I don't want to say", "my name is a secret", "A", "ا", "aaaa", "hahaha", "هههههه", "👍", "?!",
        "my name is", "اسمي", "je m'appelle",
        "Ali/Hassan", "Ali = 1",
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(text):
    assert read_name(text) == Unread("not_a_name")


@pytest.mark.parametrize(
    "text",
    [
        "Ali Omar Adam Musa Isa Harun Idris Yusuf Nuh",  # nine words
        "محمد احمد علي عمر حسن آدم موسى عيسى هارون",
        "Wolfeschlegelsteinhausenbergerdorff " * 3,  # over 80 characters
    ],
)
def test_a_name_longer_than_any_form_holds_is_refused(text):
    assert read_name(text) == Unread("name_too_long")


def test_eight_words_and_eighty_characters_are_still_a_name():
    assert read_name("Ali Omar Adam Musa Isa Harun Idris Yusuf") == Read("Ali Omar Adam Musa Isa Harun Idris Yusuf")
    assert read_name("Mo" * 40) == Read("Mo" * 40)
    assert read_name("Mo" * 40 + "m") == Unread("name_too_long")


@given(st.text(max_size=120))
def test_any_text_gives_a_name_of_allowed_length_or_a_reason(text):
    reading = read_name(text)
    if isinstance(reading, Read):
        assert 1 <= len(reading.value.split()) <= 8
        assert 1 < len(reading.value) <= 80
        assert not any(character.isdigit() for character in reading.value)
        assert name_key(reading.value)
    else:
        assert reading.code in ("not_a_name", "name_too_long")
