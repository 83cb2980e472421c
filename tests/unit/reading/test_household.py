"""Who travels along, as people write it: relations, ages, counts, and nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.readings import Read, Unread
from bot.language.reading.household import read_household, read_member

SHORT = {
    "w": "spouse", "c": "child", "p": "parent", "s": "sibling", "g": "grandparent", "r": "other_relative",
    "f": "not_family",
    "?": None,
}  # fmt: skip


def _members(short):
    """Return members from a short form: "w30 c5 c" is a spouse of 30, a child of 5 and a child of unknown age."""
    return tuple({"relation": SHORT[part[0]], "age": int(part[1:]) if part[1:] else None} for part in short.split())


ENGLISH = [
    ("me and my wife and two kids 3 and 5", "w c3 c5"),  # the example of the task
    ("my wife (30), son 5, baby 8 months", "w30 c5 c0"),  # months make no year
    ("wife 30 son 5 daughter 3", "w30 c5 c3"),  # no separators at all
    ("wife 30, son 5, daughter 3", "w30 c5 c3"),
    ("30 wife, 5 son", "w30 c5"),  # each age first
    ("1 wife 1 son 2 daughters", "w c c c"),  # each count first
    ("wife 3 kids", "w c c c"),  # three is no wife's age
    ("wife and 3 kids", "w c c c"),
    ("Wife + 2 children", "w c c"),
    ("wife & son", "w c"),
    ("my husband and my son 4", "w c4"),
    ("husband 41, daughter 12", "w41 c12"),
    ("two kids, boy 3 and girl 5", "c3 c5"),  # the same two, not four
    ("2 kids: a boy of 3 and a girl of 5", "c3 c5"),
    ("my brother", "s"),
    ("1 brother", "s"),
    ("my two brothers", "s s"),
    ("my sister 17", "s17"),  # alone she would be a child to protect
    ("3 brothers and sisters", "s s s"),  # three together
    ("we are three brothers", "s s"),  # the writer is one of them
    ("my parents", "p p"),
    ("my mother and father", "p p"),
    ("my mum 60 and dad 65", "p60 p65"),
    ("my grandmother 80", "g80"),
    ("my cousin and a friend", "r f"),
    ("my uncle", "r"),
    ("nephew 9 years", "r9"),
    ("mother in law", "r"),  # not a mother
    ("girlfriend", "f"),
    ("my wife 30 and her mother 60", "w30 p60"),
    ("twins", "c c"),
    ("twins 3 years and my wife", "c3 c3 w"),  # both are three
    ("my wife and newborn", "w c0"),
    ("my wife and 5 year old son", "w c5"),  # the age belongs to the son
    ("a 5 year old boy and a 3 year old girl", "c5 c3"),
    ("wife, 4 children aged 2, 4, 6 and 9", "w c2 c4 c6 c9"),
    ("kids 3 and 5", "c3 c5"),  # two numbers are ages
    ("kids: 3", "c c c"),  # one number is a count
    ("children 4", "c c c c"),
    ("kids aged 7", "c7"),  # unless it is said to be an age
    ("one child", "c"),
    ("three kids and my mother", "c c c p"),
    ("I am alone with my son", "c"),  # so not alone
    ("just me and my daughter 6", "c6"),
    ("no wife, 2 kids", "c c"),
    ("wife, no kids", "w"),
    ("my husband died, 2 kids 4 and 6", "c4 c6"),  # the dead do not travel
    ("my son 5 and my daughter 8 and me 34", "c5 c8"),  # the writer's own age
    ("me 34 my wife 30", "w30"),
    ("we are 4: wife and 3 children", "w c c c"),
    ("we are 4 with my wife and kids", "w c c"),  # four with the writer
    ("my wife is pregnant", "w"),
    ("my son is 1 year 6 months", "c1"),
    ("baby 18 months", "c1"),
    ("baby 3 weeks", "c0"),
    ("dauhter 5", "c5"),  # a slip
    ("wfie and 2 kid", "w c c"),
    ("brothr", "s"),
    ("my best friend", "f"),
    ("my sister and her son 2", "s c2"),
    ("wife ٣٠", "w30"),  # Arabic digits beside English
    ("my partner", "w"),
    ("grandparents", "g g"),
    ("I travel with my wife and my 3 children (2, 4, 6)", "w c2 c4 c6"),
    ("son(10) son(12) wife(35)", "c10 c12 w35"),
    ("husband, kids 12/9/4", "w c12 c9 c4"),
    ("my twin daughters 5", "c5 c5"),
    ("my brother's wife", "r"),  # neither a brother nor a wife
    ("my elder brother and his wife", "s r"),
    ("my son 12 and 8", "c12 c8"),  # two sons
    ("2 adults 3 children", "? ? c c c"),  # the relation of two is asked for
    ("my wife and 2 others", "w ? ?"),
    ("my wife, 2", "w ? ?"),
    ("pregnant wife and a 2 year old", "w ?2"),  # nobody said gets lost
]
PIDGIN = [
    ("my pikin dem two", "c c"),  # the count comes after
    ("me and my madam and two pikin", "w c c"),
    ("2 pikin", "c c"),
    ("my pikin 4 years", "c4"),
    ("me and my broda", "s"),
    ("my mama", "p"),
    ("my fren", "f"),
    ("me plus my husband plus one pikin", "w c"),
]
FRENCH = [
    ("ma femme 28 ans et mes enfants 2, 4 et 7 ans", "w28 c2 c4 c7"),
    ("mon mari et deux enfants", "w c c"),
    ("mon fils de 5 ans et ma fille qui a 3 ans", "c5 c3"),
    ("5 ans, mon fils", "c5"),
    ("deux enfants", "c c"),
    ("ma mère et mes deux frères", "p s s"),
    ("bebe 3 mois", "c0"),
    ("un bébé de 14 mois", "c1"),
    ("enfant 1 an et demi", "c1"),
    ("ma femme, pas d'enfants", "w"),
    ("son fils 4 ans", "c4"),  # his son, no English son beside a French one
    ("mon petit frère 15 ans", "s15"),
    ("ma grande soeur", "s"),
    ("ma grand-mère 75 ans", "g75"),
    ("mon cousin", "r"),
    ("ma tante et mon oncle", "r r"),
    ("mon beau-frère", "r"),  # no brother
    ("un ami", "f"),
    ("trois amis", "f f f"),
    ("ma copine", "f"),
    ("jumeaux 2 ans", "c2 c2"),
    ("épouse 33 ans, 2 filles 6 et 9 ans", "w33 c6 c9"),
    ("mes parents", "p p"),
    ("moi et ma femme", "w"),
    ("nous sommes trois frères", "s s"),
    ("mes frères et soeurs, 4", "s s s s"),
    ("ma femme 28ans", "w28"),  # no space before the unit
    ("2 garçons et 1 fille", "c c c"),
    ("papa et maman", "p p"),
    ("nouveau-né et ma femme", "c0 w"),
    ("la femme de mon frère", "r"),
    ("On est 3: moi, ma femme et mon bébé", "w c"),
    ("ma fille 6ans et mon fils 8ans", "c6 c8"),
    ("2 garçons 7 et 9, 1 fille 3", "c7 c9 c3"),
]
ARABIC = [
    ("زوجتي وثلاثة اطفال ٣ و٥ و٧", "w c3 c5 c7"),
    ("زوجتي وطفلين", "w c c"),  # the dual counts
    ("زوجتي ٣٠ وابني ٥", "w30 c5"),
    ("انا ومرتي وولدي عمره 5 سنوات", "w c5"),
    ("مع امي واخوي", "p s"),
    ("بنتي ٣ سنين وولدي سنتين", "c3 c2"),  # two years in one word
    ("زوجي و٤ اطفال", "w c c c c"),
    ("أم العيال وخمسة صغار", "w c c c c c"),  # Libyan and Sudanese for my wife
    ("ولد ٧ وبنت ٤", "c7 c4"),
    ("ابن عمي", "r"),  # no son
    ("عندي زوجة وثلاث بنات", "w c c c"),
    ("مراتي وعيالي 3", "w c c c"),  # Egyptian
    ("جوزي وبنتي", "w c"),
    ("راجلي وولدين", "w c c"),
    ("اخوي الصغير 14 سنة", "s14"),
    ("اختي", "s"),
    ("اخوين", "s s"),
    ("والدتي 70 سنة", "p70"),
    ("ابوي وامي", "p p"),
    ("حبوبتي", "g"),  # Sudanese grandmother
    ("جدتي ٨٠", "g80"),
    ("خالي", "r"),
    ("بنت خالتي", "r"),
    ("صاحبي", "f"),
    ("اصحابي 3", "f f f"),
    ("زوجتي حامل", "w"),
    ("رضيع عمره ٨ شهور", "c0"),
    ("توأم عمرهم 4 سنوات", "c4 c4"),
    ("زوجتي خمسة وعشرين سنة", "w25"),  # one number of two words
    ("معي طفلان", "c c"),
    ("زوجتي بدون اطفال", "w"),
    ("ولدي الكبير 12 والصغير 8", "c12 c8"),
    ("نسيبي", "r"),
    ("خويا وصاحبي", "s f"),
    ("زوجتي و ٣ ابناء اعمارهم ٥ ٧ ٩", "w c5 c7 c9"),
    ("انا وزوجتي وابنتي عمرها ٤ سنوات وابني عمره سنتين", "w c4 c2"),
    ("ابني عمره شهرين", "c0"),
    ("امي ٦٥ وابي ٧٠", "p65 p70"),
    ("معي زوجتي فقط", "w"),
]
ARABIZI = [
    ("ana w marti w 2 awlad", "w c c"),
    ("ana w khoya", "s"),
    ("marti 25 w benti 3 w weldi 6 chhour", "w25 c3 c0"),
    ("zawjti w 3 atfal", "w c c c"),
    ("m3a ommi", "p"),
    ("rajli w bnti", "w c"),
    ("5oya w o5ti", "s s"),
    ("weld 3ammi", "r"),
    ("sahbi", "f"),
]


@pytest.mark.parametrize(("text", "members"), ENGLISH + PIDGIN + FRENCH + ARABIC + ARABIZI)
def test_each_member_is_read_with_relation_and_age(text, members):
    reading = read_household(text)
    assert isinstance(reading, Read), reading
    assert reading.value == _members(members)


@pytest.mark.parametrize(
    "text",
    [
        "alone", "just me", "only me", "nobody", "no one", "none", "0", "zero", "٠", "me alone", "I am alone",
        "no", "myself",
        "na only me", "personne", "seul", "seule", "tout seul", "moi seul", "aucun", "non", "je suis seul",
        "وحدي", "لوحدي", "بروحي", "براي", "لا احد", "مافي زول", "مفيش حد", "بس انا", "صفر", "انا وحدي", "لا",
        "wahdi", "wa7di", "bara7i", "la7ali", "ana wahdi",
    ],
)  # fmt: skip
def test_someone_alone_has_no_members(text):
    assert read_household(text) == Read(())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3", 3), ("٣", 3), ("four", 4), ("cinq", 5), ("خمسة", 5), ("15", 15), ("3 people", 3),
        ("3 personnes", 3), ("ثلاثة انفار", 3),
        ("me and 3", 3), ("2 others", 2), ("شخصين", 2),
        ("we are 4", 3), ("nous sommes 5", 4), ("احنا اربعة", 3), ("family of 5", 4), ("famille de 6", 5),
        ("we are 1", 0),  # with the writer
    ],
)  # fmt: skip
def test_a_bare_number_gives_members_to_be_asked_about(text, count):
    assert read_household(text).value == ({"relation": None, "age": None},) * count


@pytest.mark.parametrize("text", ["16", "20 people", "wife and 15 kids", "١٨", "wife, 9 children, 7 brothers"])
def test_more_people_than_a_household_are_too_many(text):
    assert read_household(text) == Unread("household_too_many")


@pytest.mark.parametrize("text", ["my wife 140", "ابني ١٥٠", "ma fille 111 ans", "son 2019"])
def test_an_age_nobody_has_is_refused(text):
    assert read_household(text) == Unread("age_too_high")


@pytest.mark.parametrize("text", ["my kids", "wife and children", "mes enfants", "عيالي", "my family", "عائلتي", "my brothers"])
def test_people_without_their_number_are_asked_how_many(text):
    assert read_household(text) == Unread("household_count")


@pytest.mark.parametrize(
    "text",
    [
        "hello", "I need help", "je veux partir", "اريد المساعدة", "0912345678", "3 and 5", "www.example.org",
        "", "?", "👍", "skip",
        "alone, my wife is in Sudan",  # may mean both, so it is asked again
        "no wife", "pas d'enfants",  # tells who does not travel
    ],
)  # fmt: skip
def test_what_names_nobody_is_no_household(text):
    assert read_household(text) == Unread("not_a_household")


@pytest.mark.parametrize("text", ["my wife Fatima 30", "can my brother come too?", "wife and son we are hungry"])
def test_a_longer_text_is_not_the_whole_answer(text):
    reading = read_household(text)
    assert isinstance(reading, Read)
    assert not reading.is_whole


@pytest.mark.parametrize(
    "text", ["me and my wife and two kids 3 and 5", "ma femme 28 ans et mes enfants 2, 4 et 7 ans", "وحدي", "4"]
)
def test_a_plain_answer_is_the_whole_answer(text):
    assert read_household(text).is_whole


WORDS = [
    "wife",
    "3",
    "kids",
    "and",
    ",",
    "5",
    "ans",
    "ابني",
    "و",
    "٣",
    "no",
    "alone",
    "twins",
    "we are",
    "200",
    "me",
    "died",
    "both",
    "بنت",
    "months",
]


@given(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join) | st.text(max_size=40))
def test_any_text_gives_a_household_of_allowed_size_or_a_reason(text):
    reading = read_household(text)
    if isinstance(reading, Read):
        assert len(reading.value) <= 15
        assert all(set(member) == {"relation", "age"} and (member["age"] or 0) <= 110 for member in reading.value)
    else:
        assert isinstance(reading, Unread)
    assert isinstance(read_member(text), Read | Unread)
