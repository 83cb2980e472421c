"""Where a person is, and which town they go home to, as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.readings import Read, Unclear, Unread
from bot.language.gazetteer import place_name
from bot.language.reading.places import read_place, read_town_abroad
from bot.language.reading.spellings import load

KNOWN = {
    "tripoli": [
        "Tripoli", "TRIPOLI", "طرابلس", "Trablos", "tarabulus", "ana f trablos", "I am in Tripoli",
        "je suis à Tripoli", "بطرابلس",
        "انا في طرابلس", "طرابلس ليبيا", "في العاصمة طرابلس", "tripolis", "Tripolie", "we dey for Tripoli",
        "Tripoli centre", "trabls",
        "طرابليس", "in tripoli street 15 house 3",  # the street is not kept
        "Fashloum",  # a quarter that we have no place for
    ],
    "gargaresh": [
        "Gargaresh", "طرابلس حي قرقارش", "Tripoli, Gargaresh", "gargarech à Tripoli", "قرقارش", "Gergarish",
        "gargarich", "جرجارش",
    ],  # the quarter, not its town
    "hay_andalus": ["Hay Al-Andalus", "hay andalous", "حي الاندلس", "طرابلس حي الاندلس"],
    "abu_salim": ["Abu Salim", "Abou Slim", "بوسليم", "ابو سليم طرابلس", "abusalim"],
    "ain_zara": ["Ain Zara", "عين زارة", "Aïn Zara"],
    "suq_jumaa": ["Suq al-Jumaa", "سوق الجمعة", "souk jomaa"],
    "tajoura": ["Tajoura", "tajura", "تاجوراء", "Tadjourah"],
    "janzour": ["Janzour", "جنزور", "janzur"],
    "tariq_sikka": ["Triq al Sekka", "طريق السكة"],
    "zawiya": ["Zawiya", "Zawia", "الزاوية", "zaouia", "Az Zawiyah", "zawyia", "I live in Zawya", "في الزاوية"],
    "sabratha": ["Sabratha", "sabrata", "صبراتة", "à Sabratha"],
    "zwara": ["Zuwara", "Zwara", "j'habite à Zouara", "زوارة", "من زوارة", "zuara"],
    "khums": ["Khoms", "Al Khums", "الخمس", "in Khoms"],
    "garabulli": ["Garabulli", "القره بوللي", "garabolli", "القربولي"],
    "zliten": ["Zliten", "zlitan", "زليتن", "zlitn"],
    "misrata": ["Misrata", "Misurata", "مصراتة", "مسراتة", "misratah", "Mosrata", "وصلت مصراتة"],
    "bani_walid": ["Bani Walid", "Beni Oualid", "بني وليد", "bani waleed", "bnwalid", "انا في بني وليد"],
    "sirte": ["Sirte", "Syrte", "سرت", "Sert"],
    "gharyan": ["Gharyan", "garian", "غريان"],
    "zintan": ["Zintan", "الزنتان", "Zenten"],
    "nalut": ["Nalut", "Nalout", "نالوت"],
    "ghadames": ["Ghadames", "Ghadamès", "غدامس", "ghadamess"],
    "benghazi": ["Benghazi", "بنغازي", "Bengahzi", "bengazi", "من بنغازي", "ben ghazi", "بنقازي",
        "à Benghazi", "Benghazzi"],
    "ganfouda": ["Ganfouda", "بنغازي قنفودة"],
    "ajdabiya": ["Ajdabiya", "Agedabia", "اجدابيا", "أجدابيا", "Ijdabiya", "Ajdabia"],
    "bayda": ["Al Bayda", "البيضاء", "El Beida", "beida"],
    "derna": ["Derna", "درنة", "Darnah"],
    "tobruk": ["Tobruk", "Tobrouk", "طبرق", "tubruq", "Tobrok"],
    "musaid": ["Musaid", "امساعد"],
    "kufra": ["Kufra", "الكفرة", "Koufra", "al kufra", "ana fil kufra", "في الكفرة"],
    "sabha": [
        "Sabha", "Sebha", "سبها", "ana fi sabha", "je suis à Sebha", "sebah", "في سبها", "بسبها",
        "I dey Sabha", "sabhaa",
        "مدينة سبها", "saba",  # the last only as the whole answer
    ],
    "murzuq": ["Murzuq", "Mourzouk", "مرزق", "murzouk"],
    "qatrun": ["Qatrun", "Gatroun", "القطرون", "في القطرون", "el gatroun", "القطرونن"],
    "umm_aranib": ["Umm al-Aranib", "أم الأرانب", "Oum Aranib"],
    "ubari": ["Ubari", "Awbari", "أوباري", "Oubari"],
    "ghat": ["Ghat", "غات"],
    "brak": ["Brak", "Brak al Shati", "براك الشاطئ"],
    "jufra": ["Jufra", "الجفرة", "Hun", "في هون", "مدينة هون"],
    "maya": ["maya", "Al-Maya"],
    "zahra": ["Zahra"],
}  # fmt: skip


@pytest.mark.parametrize(("text", "place"), [(text, place) for place, texts in KNOWN.items() for text in texts])
def test_a_place_we_know_is_read_misspelt_or_in_a_phrase(text, place):
    assert read_place(text) == Read({"id": place}, is_whole=text not in ("في العاصمة طرابلس", "وصلت مصراتة"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("je suis à Sebha quartier Mahdia", "sabha"),
        ("سبها حي المهدية", "sabha"),
        ("Sirte, near the port", "sirte"),
        ("I am in the prison of Zawiya", "zawiya"),
        ("Sabha?", "sabha"),  # unsure, and still an answer
        ("I am sick in Kufra", "kufra"),
        ("stuck near Bengahzi since May", "benghazi"),
        ("we sleep in Tarhunnah tonight", "tarhuna"),  # slips on no list
        ("stuck near Ajdabbiya since May", "ajdabiya"),
    ],
)
def test_a_place_in_a_longer_text_is_not_the_whole_answer(text, place):
    assert read_place(text) == Read({"id": place}, is_whole=False)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Kufra now Tripoli", ("kufra", "tripoli")),
        ("entre Sabha et Murzuq", ("sabha", "murzuq")),
        ("من سبها الى طرابلس", ("sabha", "tripoli")),
    ],
)
def test_several_places_are_asked_back(text, places):
    assert read_place(text) == Unclear(tuple({"id": place} for place in places))


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("Al Wigh", "Al Wigh"), ("Ras Lanuf", "Ras Lanuf"), ("Harawa", "Harawa"), ("Tmassah", "Tmassah"),
        ("Bir al Ghanam", "Bir al Ghanam"),
        ("سوق الخميس", "سوق الخميس"), ("انا في منطقة القريات", "القريات"), ("I am in Tmassah", "Tmassah"),
        ("je suis à Wadi Zamzam", "Wadi Zamzam"),
        ("Omar Mukhtar street 12, Wadi Zamzam", "Wadi Zamzam"),  # no street
        ("شارع 5، الجغبوب", "الجغبوب"),
        ("Jaghbub 12", "Jaghbub"),  # no number
        ("ana fi Wanzrik", "Wanzrik"), ("Zella, Libya", "Zella"), ("Es Sider 👍", "Es Sider"),
    ],
)  # fmt: skip
def test_a_town_on_no_list_is_kept_as_written(text, town):
    assert read_place(text).value == {"text": town}


NOT_A_PLACE = [
    "", "12", "٣", "0912345678", "www.example.org", "https://t.me/x", "?", "👍", "what do you mean?",
    "where is the office", "لماذا",
    "yes", "no", "oui", "لا", "skip", "back", "hello", "I don't know", "je ne sais pas", "لا اعرف", "here",
    "ici", "هنا",
    "at home", "à la maison", "in my country", "I need help", "je veux rentrer", "اريد المساعدة", "my house",
    "street 12", "rue 5",
    "somewhere very far behind the great big desert and the sea", "x" * 61,
]  # fmt: skip


@pytest.mark.parametrize(
    "text", [*NOT_A_PLACE, "where is sabha", "is Tripoli safe?", "هون", "libya", "في ليبيا", "I am in a detention centre"]
)
def test_what_tells_no_place_is_refused(text):
    # "هون" alone is "here" to a Syrian.
    assert read_place(text) == Unread("not_a_place")


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("Kano", "Kano"), ("I want to go back to Kano", "Kano"), ("Agadez, Niger", "Agadez, Niger"),
        ("retour à N'Djamena", "N'Djamena"),
        ("نرجع الى الخرطوم", "الخرطوم"), ("El Geneina", "El Geneina"), ("La Marsa", "La Marsa"),
        ("Port-Soudan", "Port-Soudan"),
        ("Rue 12, Bamako", "Bamako"), ("أديس أبابا", "أديس أبابا"), ("አዲስ አበባ", "አዲስ አበባ"), ("my village Kita", "Kita"),
        ("Benin City, Edo State", "Benin City, Edo State"), ("cairo", "cairo"),
        ("Bobo-Dioulasso", "Bobo-Dioulasso"), ("nyala", "nyala"),
        ("je veux rentrer à Conakry", "Conakry"), ("to Niamey please", "Niamey"), ("مدينة كسلا", "كسلا"),
        ("Abéché.", "Abéché"),
        ("Sylhet 3100", "Sylhet"), ("go Lagos", "Lagos"), ("Nyala شارع المطار", "Nyala"),
    ],
)  # fmt: skip
def test_a_town_abroad_is_kept_as_written(text, town):
    reading = read_town_abroad(text)
    assert isinstance(reading, Read), reading
    assert reading.value == town


@pytest.mark.parametrize("text", [*NOT_A_PLACE, "home", "I want to go home", "my village", "بلادي"])
def test_what_tells_no_town_abroad_is_refused(text):
    assert read_town_abroad(text) == Unread("not_a_place")


def test_more_spellings_and_quarters_belong_to_places_we_have():
    words = load("towns.yml")
    for place in [*words["spellings"], *words["within"], *words["within"].values()]:
        assert place_name(place, "en")


@given(st.text(max_size=90))
def test_any_text_gives_a_town_of_allowed_length_without_digits_or_a_reason(text):
    reading = read_town_abroad(text)
    if isinstance(reading, Read):
        assert len(reading.value) <= 60
        assert not any(character.isdigit() for character in reading.value)
    else:
        assert reading == Unread("not_a_place")
    assert isinstance(read_place(text), Read | Unclear | Unread)
