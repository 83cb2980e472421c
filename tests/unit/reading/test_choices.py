"""The choices of closed questions are read by number and by the words of three languages and their dialects."""

from __future__ import annotations

import pytest

from bot.domain.readings import Read, Unclear, Unread
from bot.language.reading.choices import read_choice, read_choices, relation_words

VALUES = {
    "yes_no": ("yes", "no"),
    "yes_no_unsure": ("yes", "no", "unsure"),
    "sex": ("female", "male", "other", "undisclosed"),
    "travel_document": ("passport", "expired", "none", "other"),
    "needs": ("medical", "pregnant", "disability", "older_person", "child_alone"),
    "need": ("food", "shelter", "items", "medical", "cash", "protection", "other"),
    "group": ("migrant", "displaced", "returnee", "host"),
    "safe_way": ("message", "call", "both"),
    "day_part": ("morning", "afternoon", "any"),
    "relation": ("spouse", "child", "parent", "sibling", "grandparent", "other_relative", "not_family"),
}
ONE = {
    # English, Pidgin; French and its text spelling; Arabic, its dialects, Arabizi; then numbers and politeness.
    ("yes_no", "yes"): [
        "yes", "Yes!", "yeah", "yep", "y", "ok", "sure", "na so", "I agree", "no problem", "why not", "👍", "oui", "Ouais",
        "wi", "o", "d'accord", "je suis d'accord", "bien sûr", "pas de problème",
        "نعم", "ايوه", "أيوة", "اه", "إي", "اكيد", "موافق", "باهي", "تمام", "ان شاء الله", "ما عنديش مانع", "aywa",
        "na3am", "ah", "1", "١", "1️⃣", "one", "un", "واحد", "yes please", "oui merci", "ok merci",
    ],
    ("yes_no", "no"): [
        "no", "No.", "nope", "nah", "n", "not at all", "I don't want", "no be so", "i no gree", "👎", "non", "nn",
        "pas du tout", "pas d'accord", "je ne veux pas", "لا", "لأ", "لالا", "مش", "كلا", "مش موافق",
        "ما نبيش", "ما عايز", "ما داير", "la", "la2", "mish mwafe2", "2", "٢", "two", "deux", "اثنين", "زوز", "no thanks",
        "non merci", "لا شكرا", "of course not", "bien sûr que non",
    ],
    ("yes_no_unsure", "unsure"): ["maybe", "I don't know", "i no sabi", "not sure", "je ne sais pas", "jsp", "peut-être",
        "ça dépend", "لا اعرف", "ما نعرفش", "معرفش", "ما عارف", "يمكن", "الله اعلم", "yemken", "3", "٣"],
    ("yes_no_unsure", "yes"): ["yes", "نعم", "1"],
    ("yes_no_unsure", "no"): ["no", "لا", "2"],
    ("sex", "female"): ["female", "woman", "F", "I am a woman", "femme", "une femme", "fille", "انثى", "أنثى", "امرأة",
        "مرا", "بنت", "mra", "1"],
    ("sex", "male"): ["male", "man", "M", "I am a man", "boy", "homme", "H", "garçon", "ذكر", "راجل", "رجل", "ولد",
        "انا راجل", "rajel", "2"],
    ("sex", "other"): ["other", "trans", "autre", "اخرى", "3"],
    ("sex", "undisclosed"): ["prefer not to say", "I don't want to say", "i no wan talk", "je préfère ne pas dire",
        "ما نبيش نقول", "افضل عدم القول", "4", "أربعة"],
    ("travel_document", "passport"): [
        "passport", "I have a passport", "pasport", "valid passport", "not expired", "passport but not expired",
        "passeport", "j'ai un passeport", "passeport valide", "جواز", "جواز سفر", "عندي جواز", "باسبور",
        "الجواز ساري", "jawaz", "basbor", "1", "passport and id card",
    ],
    ("travel_document", "expired"): ["expired", "passport expired", "my passport is expired", "expird", "don expire",
        "expiré", "passeport périmé", "منتهي", "جواز منتهي", "الجواز منتهي الصلاحية", "خلصت مدته", "montahi", "2"],
    ("travel_document", "none"): [
        "none", "no passport", "I have no passport", "I don't have any document", "without passport", "passport no dey",
        "lost", "I lost my passport", "they took my passport", "stolen", "nothing", "no",
        "rien", "sans papiers", "mon passeport est perdu", "je n'ai pas de passeport", "on m'a volé mon passeport",
        "confisqué", "ماعنديش جواز", "ما عنديش جواز", "بدون جواز", "ضاع", "الجواز ضاع", "سرقوا جوازي",
        "عند الكفيل", "لا شيء", "ma3andish jawaz", "ma3andish", "3",
    ],
    ("travel_document", "other"): ["other", "ID card", "laissez-passer", "birth certificate", "carte d'identité",
        "acte de naissance", "بطاقة شخصية", "وثيقة سفر", "كتيب العائلة", "no passport but I have ID card", "4"],
    ("need", "food"): ["food", "no food", "hungry", "hunger dey catch me", "chop", "nourriture", "manger", "j'ai faim",
        "اكل", "ماكلة", "جعان", "موية", "akl", "1"],
    ("need", "shelter"): ["shelter", "place to sleep", "no house", "rent", "logement", "je dors dehors", "سكن", "مأوى",
        "ايجار", "وين نرقد", "sakan", "2"],
    ("need", "items"): ["blankets", "clothes", "diapers", "couvertures", "بطانية", "ملابس", "حفاضات", "فراش", "3"],
    ("need", "medical"): ["medicine", "I need a doctor", "sick", "médicaments", "malade", "دكتور", "علاج", "دواء", "مريض",
        "dawa", "4"],
    ("need", "cash"): ["money", "cash", "I have no money", "argent", "pas d'argent", "فلوس", "ما عنديش فلوس", "قروش",
        "flous", "5"],
    ("need", "protection"): ["protection", "I am not safe", "danger", "en danger", "حماية", "انا في خطر", "7imaya", "6"],
    ("need", "other"): ["other", "autre chose", "حاجة تانية", "7"],
    ("group", "migrant"): ["migrant", "refugee", "I am not Libyan", "foreigner", "réfugié", "je ne suis pas libyen",
        "مهاجر", "لاجئ", "اجنبي", "مش ليبي", "mohajer", "1"],
    ("group", "displaced"): ["displaced", "IDP", "displaced libyan", "déplacée", "نازح", "نازحين", "مهجر", "nazeh", "2"],
    ("group", "returnee"): ["returnee", "I returned", "retourné", "عائد", "رجعنا لبيوتنا", "3"],
    ("group", "host"): ["host", "Libyan", "i am from here", "communauté d'accueil", "je suis libyen", "ليبي", "مواطن",
        "من هنا", "libi", "4"],
    ("safe_way", "message"): ["message", "massage", "sms", "text me", "don't call me", "no calls please",
        "by whatsapp message", "texto", "n'appelez pas", "رسالة", "مسج", "ما تتصلوش", "واتساب", "risala",
        "not call, message", "1"],
    ("safe_way", "call"): ["call", "phone call", "call me", "I can't read", "no message", "appel", "appelez-moi",
        "je ne sais pas lire", "اتصال", "كلموني", "ما نعرفش نقرا", "مكالمة", "ittisal", "2"],
    ("safe_way", "both"): ["both", "message and call", "call or message", "les deux", "peu importe", "الاثنين", "الزوز",
        "كلهم", "رسالة واتصال", "3"],
    ("day_part", "morning"): ["morning", "in the morning please", "early", "matin", "le matin", "الصبح", "صباحا", "بدري",
        "sba7", "not in the evening", "1"],
    ("day_part", "afternoon"): ["afternoon", "evening", "at night", "not in the morning", "après-midi", "aprem",
        "le soir", "العشية", "بعد الظهر", "بعد العصر", "المساء", "بالليل", "3shiya", "2"],
    ("day_part", "any"): ["anytime", "any time wey you want", "morning and afternoon", "n'importe quand",
        "toute la journée", "أي وقت", "في اي وقت", "كل الوقت", "ay wa9t", "3"],
    ("relation", "spouse"): ["wife", "my husband", "ma femme", "mon mari", "زوجتي", "مرتي", "راجلي", "مراتي", "جوزي",
        "marti", "1"],
    ("relation", "child"): ["son", "my daughter", "2 kids", "baby", "pikin", "mon fils", "bébé", "ولدي", "بنتي", "عيالي",
        "ابني", "weldi", "2"],
    ("relation", "parent"): ["mother", "my dad", "ma mère", "papa", "أمي", "الوالدة", "بويا", "ابوي", "ommi", "3"],
    ("relation", "sibling"): ["brother", "my sister", "mon frère", "ma sœur", "ma soeur", "خوي", "اختي", "اخوي", "khouya",
        "4"],
    ("relation", "grandparent"): ["grandmother", "grand-père", "جدتي", "حبوبتي", "jaddati", "5"],
    ("relation", "other_relative"): ["cousin", "uncle", "my brother's son", "sister in law", "belle-sœur", "neveu",
        "ابن عمي", "ولد خوي", "خالتي", "weld 3ami", "6"],
    ("relation", "not_family"): ["friend", "neighbour", "not my family", "un ami", "voisin", "صاحبي", "جاري",
        "مش من العيلة", "sa7bi", "7"],
}  # fmt: skip
SEVERAL = [
    ("1 and 4", ("medical", "older_person")),
    ("1,4", ("medical", "older_person")),
    ("4 1", ("medical", "older_person")),
    ("١ و ٤", ("medical", "older_person")),
    ("١،٤", ("medical", "older_person")),
    ("1+4", ("medical", "older_person")),
    ("14", ("medical", "older_person")),  # two numbers without a sign between them
    ("un et quatre", ("medical", "older_person")),
    ("واحد وأربعة", ("medical", "older_person")),
    ("2", ("pregnant",)),
    ("1-2", ("medical", "pregnant")),
    ("pregnant", ("pregnant",)),
    ("I am pregnant", ("pregnant",)),
    ("my wife is pregnant", ("pregnant",)),
    ("get belle", ("pregnant",)),
    ("enceinte et malade", ("medical", "pregnant")),
    ("حامل", ("pregnant",)),
    ("مريض وعندي إعاقة", ("medical", "disability")),
    ("diabetes and wheelchair", ("medical", "disability")),
    ("i no fit waka", ("disability",)),
    ("ما نقدرش نمشي", ("disability",)),
    ("كبير في السن", ("older_person",)),
    ("personne âgée", ("older_person",)),
    ("mineur non accompagné", ("child_alone",)),
    ("قاصر", ("child_alone",)),
    ("7amel", ("pregnant",)),
    ("sick but not pregnant", ("medical",)),
    ("malade mais pas enceinte", ("medical",)),
    ("مريض ومش حامل", ("medical",)),
    ("all", ("medical", "pregnant", "disability", "older_person", "child_alone")),
    ("none", ()),
    ("None of these", ()),
    ("0", ()),
    ("no", ()),
    ("I am fine", ()),
    ("rien", ()),
    ("aucun", ()),
    ("لا شيء", ()),
    ("لا", ()),
    ("ولا حاجة", ()),
    ("ما عنديش", ()),
    ("الحمد لله", ()),
    ("walo", ()),
    ("not pregnant", ()),
    ("je ne suis pas enceinte", ()),
    ("مش حامل", ()),
    ("I have no disability", ()),
]


@pytest.mark.parametrize(("field", "value", "text"), [(*key, text) for key, texts in ONE.items() for text in texts])
def test_a_choice_is_read_by_number_and_by_words(field, value, text):
    assert read_choice(text, field=field, values=VALUES[field]) == Read(value)


@pytest.mark.parametrize(("text", "values"), SEVERAL)
def test_several_choices_or_none_are_read(text, values):
    assert read_choices(text, field="needs", values=VALUES["needs"]) == Read(values)


@pytest.mark.parametrize(
    ("field", "text", "options"),
    [
        ("yes_no", "yes no", ("yes", "no")),
        ("sex", "man or woman", ("male", "female")),
        ("safe_way", "my husband reads my messages so call", ("message", "call")),  # not both: it matters which
        ("need", "food and shelter", ("food", "shelter")),
        ("need", "1 and 5", ("food", "cash")),
        ("need", "اكل وفلوس", ("food", "cash")),
        ("travel_document", "I lost my passport, I have ID card", ("none", "other")),
    ],
)
def test_of_two_choices_one_is_asked_for(field, text, options):
    assert read_choice(text, field=field, values=VALUES[field]) == Unclear(options)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("yes_no", ""),
        ("yes_no", "3"),
        ("yes_no", "0"),
        ("yes_no", "I don't know"),  # unsure is no choice here
        ("yes_no", "la maison"),  # a French article, not an Arabic no
        ("yes_no", "Mohamed"),
        ("sex", "5"),
        ("need", "I don't need food"),
        ("group", "hello"),
        ("day_part", "good morning"),
        ("relation", "wifi"),
        ("travel_document", "bonjour"),
    ],
)
def test_what_picks_nothing_is_no_choice(field, text):
    assert read_choice(text, field=field, values=VALUES[field]) == Unread("not_a_choice")


@pytest.mark.parametrize("text", ["", "9", "1 and 9", "hello", "yes"])
def test_what_picks_none_of_several_is_no_choice(text):
    assert read_choices(text, field="needs", values=VALUES["needs"]) == Unread("not_a_choice")


def test_a_span_of_numbers_is_asked_back():
    expected = Unclear((("medical", "disability"), ("medical", "pregnant", "disability")))
    assert read_choices("1-3", field="needs", values=VALUES["needs"]) == expected


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("yes_no", "no I was in Sebha", "no"),
        ("yes_no", "oui mais combien de temps", "yes"),
        ("need", "food for the children in Sabha", "food"),
        ("travel_document", "passport but when do I travel", "passport"),
    ],
)
def test_a_choice_in_a_longer_text_is_not_the_whole_of_it(field, text, value):
    reading = read_choice(text, field=field, values=VALUES[field])
    assert (reading.value, reading.is_whole) == (value, False)


def test_relations_are_exported_for_households():
    words = relation_words()
    assert words["مرتي"] == "spouse"
    assert words["belle soeur"] == "other_relative"
    assert set(words.values()) == set(VALUES["relation"])
