"""Which country, as people write it: names, peoples, dialect, slips, flags; and what is asked back."""

from __future__ import annotations

import pytest

from bot.domain.readings import Read, Unclear, Unread
from bot.language.reading.countries import read_country

CLEAR = {
    # Names in our three languages, in any case, with and without accents and articles.
    "SD": ["Sudan", "SUDAN", "Soudan", "السودان", "سودان", "I am from Sudan", "je viens du Soudan",
        "انا من السودان", "بلدي السودان"],
    "TD": ["Chad", "Tchad", "TCHAD", "تشاد", "république du Tchad"],
    "EG": ["Egypt", "Égypte", "egypte", "مصر", "جمهورية مصر"],
    "NG": ["Nigeria", "Nigéria", "NIGERIA", "نيجيريا", "from Nigeria", "du Nigeria", "من نيجيريا"],
    "BD": ["Bangladesh", "بنغلاديش", "my country is Bangladesh"],
    "ER": ["Eritrea", "Érythrée", "Erythree", "إريتريا"],
    "ET": ["Ethiopia", "Éthiopie", "إثيوبيا"],
    "SO": ["Somalia", "Somalie", "الصومال"],
    "ML": ["Mali", "مالي", "du Mali"],
    "GM": ["Gambia", "The Gambia", "Gambie", "غامبيا"],
    "CI": ["Côte d'Ivoire", "cote d ivoire", "Ivory Coast", "ساحل العاج", "de Côte d’Ivoire", "RCI"],
    "BF": ["Burkina Faso", "burkina", "بوركينا فاسو"],
    "CM": ["Cameroon", "Cameroun", "الكاميرون"],
    "SY": ["Syria", "Syrie", "سوريا", "سورية"],
    "SN": ["Senegal", "Sénégal", "السنغال"],
    "GH": ["Ghana", "غانا"],
    "CF": ["Central African Republic", "République centrafricaine", "Centrafrique", "أفريقيا الوسطى", "RCA"],
    "TR": ["Turkey", "Turquie", "تركيا"],
    "JP": ["Japan", "Japon", "اليابان"],  # on no list of ours
    "PE": ["Peru", "Pérou", "بيرو"],
    # Names in other languages that people on the move write.
    "IN": ["India", "भारत", "بھارت"],
    # Peoples, men and women, singular and plural.
    "PK": ["Pakistani", "pakistanais", "باكستاني", "باكستانية", "Pakistan"],
}  # fmt: skip
PEOPLES = {
    "SD": ["Sudanese", "soudanais", "soudanaise", "سوداني", "سودانية", "سودانيين", "Ana sudani", "sodani",
        "soudani", "sudany"],
    "TD": ["Chadian", "tchadien", "tchadienne", "je suis tchadien", "تشادي", "تشادية", "ana men tchad", "tchadi"],
    "EG": ["Egyptian", "égyptien", "egyptienne", "مصري", "انا مصري", "masri", "masry", "مصرية"],
    "ER": ["Eritrean", "érythréen", "erythreenne", "ارتري", "إريترية", "ertri"],
    "ET": ["Ethiopian", "éthiopienne", "اثيوبي", "اثيوبية"],
    "SO": ["Somali", "somalien", "صومالي", "soomaali"],
    "ML": ["Malian", "malien", "malienne"],
    "CI": ["Ivorian", "ivoirien", "ivoirienne", "إيفواري"],
    "GM": ["Gambian", "gambien", "غامبي"],
    "SN": ["Senegalese", "sénégalais", "senegalaise", "سنغالي"],
    "GH": ["Ghanaian", "ghanéen", "غاني"],
    "BF": ["Burkinabe", "burkinabè", "بوركيني"],
    "CM": ["Cameroonian", "camerounais", "camerounaise", "كاميروني"],
    "TG": ["Togolese", "togolais", "توغولي"],
    "BJ": ["Beninese", "béninois", "بنيني"],
    "BD": ["Bangladeshi", "bangladais", "بنغلاديشي", "بنغالي"],
    "SY": ["Syrian", "syrien", "سوري"],
    "PS": ["Palestinian", "palestinien", "فلسطيني", "فلسطينية", "غزاوي"],
    "IQ": ["Iraqi", "irakien", "عراقي"],
    "YE": ["Yemeni", "yéménite", "يمني"],
    "TN": ["Tunisian", "tunisien", "تونسي", "tounsi"],
    "MA": ["Moroccan", "marocain", "مغربي", "maghribi"],
    "DZ": ["Algerian", "algérienne", "جزائري", "dziri"],
    "MR": ["Mauritanian", "mauritanien", "موريتاني"],
    "LY": ["Libyan", "libyen", "ليبي", "Libya", "ليبيا", "Libye"],  # the form decides what that means
    "JP": ["ياباني"], "RU": ["روسي"], "CA": ["كندي"], "AF": ["افغاني", "Afghan"],  # by rule, or on no list of ours
}  # fmt: skip
DIALECT_AND_SLIPS = {
    # Dialect, Arabizi, Pidgin.
    "SD": ["zol", "انا زول", "ana zol men sudan", "Khartoum", "من دارفور", "sudaan", "Sudam", "السودن", "soudanai"],
    "NG": ["Naija", "naija boy", "9ja", "I be Nigerian", "na Naija I come from", "Lagos", "Benin City"],
    "NE": ["النيجر", "من النيجر", "Niger Republic", "République du Niger", "جمهورية النيجر", "Niamey",
        "Niger, Niamey", "Agadez"],
    "BD": ["بنقلاديش", "بنجلاديش", "Bangladish", "bengladesh", "bangladechi", "bangla"],
    "PK": ["bakistani", "Pakisthani", "باكستنى", "pakstan"],
    "EG": ["مصراوي", "Egipt", "egypthian", "ana masri"],
    "SY": ["souria", "syrain", "شامي"],
    "KE": ["kenia", "kinya", "Kenyan"],
    "ET": ["Etiopia", "ethopian", "ኢትዮጵያ"],
    "ER": ["ኤርትራ", "eritria", "ارترية", "asmara"],
    "CI": ["cote divoire", "cote d'ivoir", "ivory cost", "Abidjan", "كوت ديفوار"],
    "SO": ["somlia", "sumali", "صومالى"],
    "CM": ["kamerun", "camer", "cameron"],
    "MA": ["maroc", "morocan", "elmaghrib", "المغرب"],
    "TN": ["tunisan", "tounes"],
    "SL": ["Salone", "sierra leon", "سيراليون"],
    "LR": ["libiria", "Liberian"],
    "ML": ["bamako", "malienn"],
    "GN": ["Guinea Conakry", "guinée conakry", "Conakry", "غينيا كوناكري"],
    "GW": ["Guinée Bissau", "Guinea-Bissau", "guinee bisau", "غينيا بيساو", "Bissau"],
    "GQ": ["Equatorial Guinea", "Guinée équatoriale", "غينيا الاستوائية"],
    "PG": ["Papua New Guinea"],
    "CD": ["RDC", "DRC", "DR Congo", "Congo Kinshasa", "Kinshasa", "Zaïre", "الكونغو الديمقراطية",
        "Democratic Republic of Congo"],
    "CG": ["Brazzaville", "Congo Brazzaville", "congo-brazza", "République du Congo"],
    "SS": ["South Sudan", "south sudanese", "Soudan du Sud", "جنوب السودان", "من جنوب السودان", "southsudan",
        "Juba", "sud-soudanais"],
    "PH": ["pinoy", "filipino", "Philippines", "phillipines"],
    "LK": ["srilanka", "Sri Lanka", "سريلانكا"],
    "NP": ["nepali", "nipal"],
    "ZM": ["zambia"],  # a letter from Gambia, and exact
    "GB": ["UK", "England"],
    "US": ["USA", "امريكا"],
    "AE": ["UAE"],
}  # fmt: skip


def _cases(lists):
    return [(text, country) for country, texts in lists.items() for text in texts]


@pytest.mark.parametrize(("text", "country"), _cases(CLEAR) + _cases(PEOPLES) + _cases(DIALECT_AND_SLIPS))
def test_a_country_is_read_from_what_people_write(text, country):
    assert read_country(text) == Read(country)


@pytest.mark.parametrize(
    ("text", "country"),
    [("🇳🇬", "NG"), ("🇳🇪", "NE"), ("🇸🇩🇸🇩", "SD"), ("🇸🇩 sudani", "SD"), ("I'm from 🇪🇷", "ER"), ("🇬🇳", "GN"), ("Niger 🇳🇪", "NE")],
)
def test_a_flag_names_a_country(text, country):
    assert read_country(text) == Read(country)


@pytest.mark.parametrize(
    "text",
    [
        "Niger", "niger", "du Niger", "I am from Niger", "نيجر",  # the bare name: many write it for Nigeria
        "Nigerien", "Nigérien", "nigerienne", "نيجري", "نيجرية", "nijer", "nigerein", "hausa", "هوسا",
    ],
)  # fmt: skip
def test_what_is_rather_niger_is_asked_back(text):
    assert read_country(text) == Unclear(("NE", "NG"))


@pytest.mark.parametrize(
    "text",
    [
        "Nigerian", "I am Nigerian", "je suis nigérian", "nigérian", "نيجيري", "نيجيرية", "nijeri", "nigirian",
        "nigera", "nigeriia",  # a slip in the name itself, so no exact name
    ],
)  # fmt: skip
def test_what_is_rather_nigeria_is_asked_back(text):
    assert read_country(text) == Unclear(("NG", "NE"))


@pytest.mark.parametrize(
    "text", ["Guinea", "Guinée", "guinee", "guinéen", "guinean", "غينيا", "غيني", "guiné", "gini", "je suis guinéenne"]
)
def test_the_guineas_are_asked_back(text):
    assert read_country(text) == Unclear(("GN", "GQ", "GW"))


@pytest.mark.parametrize(
    "text", ["Congo", "congolais", "Congolese", "الكونغو", "كونغولي", "je suis congolaise", "kongo", "du Congo"]
)
def test_the_congos_are_asked_back(text):
    assert read_country(text) == Unclear(("CD", "CG"))


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("habesha", ("ER", "ET")), ("حبشي", ("ER", "ET")), ("ሓበሻ", ("ER", "ET")),  # both peoples' name for themselves
        ("Korea", ("KR", "KP")),
        ("عمان", ("OM", "JO")),  # Oman, or Amman
        ("kambia", ("GM", "ZM")),  # a slip from either
        ("I am from Chad but my wife is Sudanese", ("TD", "SD")),  # two people's countries
        ("Mali and Niger", ("ML", "NE", "NG")),
        ("🇸🇩🇹🇩", ("SD", "TD")),
        ("Libyan and Sudanese", ("LY", "SD")),  # of Libya's people, not in Libya
    ],
)  # fmt: skip
def test_what_may_mean_several_is_asked_back(text, countries):
    reading = read_country(text)
    assert isinstance(reading, Unclear)
    assert set(reading.options) == set(countries)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("not Nigeria, Niger", "NE"),  # what is denied is out
        ("Niger not Nigeria", "NE"),
        ("je suis du Tchad pas du Soudan", "TD"),
        ("مش سوداني انا تشادي", "TD"),
        ("I am Sudanese living in Libya", "SD"),  # everyone is in Libya
        ("انا من السودان في ليبيا", "SD"),
    ],
)
def test_another_country_beside_it_does_not_confuse(text, country):
    assert read_country(text).value == country


@pytest.mark.parametrize(
    "text",
    [
        "", "12", "0912345678", "2024-01-02", "👍", "yes", "no", "oui", "نعم", "skip", "back", "hello",
        "bonjour", "مرحبا", "salam",
        "merci", "I don't know", "je ne sais pas", "لا اعرف", "african", "arab", "africain", "عربي", "Africa", "muslim",
        "Ahmed", "malik", "Maria", "Samia", "Mohamed", "Aisha", "Fatima", "Ibrahim", "Moussa", "عائشة",
        "يوسف",  # names, near no country
        "Tripoli", "Sabha", "طرابلس", "I came by car", "why do you ask", "what is this?", "I need help",
        "saloon", "I speak french",
        "je suis pas tchadien", "not from Sudan",  # only what it is not
    ],
)  # fmt: skip
def test_what_names_no_country_is_refused(text):
    assert read_country(text) == Unread("not_a_country")


@pytest.mark.parametrize("text", ["is the embassy of Sudan open?", "I am Sudanese and I am sick", "Sudan?", "انا سوداني ومريض"])
def test_a_longer_text_is_not_the_whole_answer(text):
    assert read_country(text) == Read("SD", is_whole=False)
