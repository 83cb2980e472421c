"""What persons write in the tests of the forms, in each language. Names and numbers are invented."""

from __future__ import annotations

import pytest

from bot.domain.contacts import LANGUAGES

ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

IN_WORDS = {
    "en": {
        "fear": "no", "understood": "yes", "return_consent": "I agree", "full_name": "Amina Haddad", "sex": "woman",
        # Born, month by name, the day with its ending.
        "birth": "3rd of August 1998",
        # Pidgin.
        "nationality": "i be from Sudan",
        # A slip of the pen.
        "current_place": "Sebba", "in_detention": "no", "household": "me and my husband and two kids 3 and 5",
        "travel_document": "I lost my passport", "needs": "i am pregnant", "contact_phone": "091 766 55 44",
        "safe_contact": "only write to me",
        # Arabic in an English conversation.
        "destination": "كسلا",
        "confirm": "send it",
    },
    "fr": {
        "fear": "non", "understood": "oui", "return_consent": "je suis d'accord", "full_name": "Amina Haddad", "sex": "femme",
        "birth": "3 août 1998", "nationality": "je suis soudanaise",
        # Arabic in a French conversation.
        "current_place": "سبها",
        "in_detention": "non", "household": "moi, mon mari et nos deux enfants 3 et 5 ans",
        "travel_document": "passeport perdu",
        "needs": "je suis enceinte", "contact_phone": "+218 91 766 55 44", "safe_contact": "juste message",
        "destination": "كسلا", "confirm": "envoyer",
    },
    "ar": {
        # Libyan: "no", "woman", "I have no passport", "send it".
        "fear": "لا", "understood": "ايه", "return_consent": "موافق", "full_name": "أمينة حداد", "sex": "مرا",
        # August as the Maghreb says it, with digits of its own script.
        "birth": "٣ أوت ١٩٩٨",
        "nationality": "سوداني", "current_place": "سبها",
        # French in an Arabic conversation.
        "in_detention": "non",
        "household": "انا وراجلي وزوز صغار ٣ و ٥", "travel_document": "ما عنديش جواز", "needs": "حامل",
        "contact_phone": "٠٩١٧٦٦٥٥٤٤", "safe_contact": "رسائل فقط", "destination": "كسلا", "confirm": "ابعت",
    },
}  # fmt: skip
"""The same person's answers, as one would write them."""

WORD_FIELDS = {
    "full_name": "Amina Haddad", "sex": "female", "birth_date": "1998-08-03", "nationality": "SD", "current_place": "sabha",
    "in_detention": False,
    "household": [
        {"relation": "spouse", "age": None}, {"relation": "child", "age": 3}, {"relation": "child", "age": 5},
    ],
    "travel_document": "none", "needs": ["pregnant"], "contact_phone": "+218917665544", "safe_contact": "message",
    "destination": "كسلا",
}  # fmt: skip

SAID = {
    "en": {
        "hello": "hello", "begin": "I want to go home", "cost": "Does the return cost anything? Who pays the ticket?",
        "plea": "My friend is bleeding a lot and is unconscious, we need a doctor now",
        "continue": "continue", "back": "back", "later": "later", "leave": "leave", "start_again": "start again", "why": "why",
        "skip": "skip", "afraid": "I am afraid they will kill me if I go back", "town": "Bir Lahlu", "yes": "yes", "no": "no",
        "six": "wife 34, son 12, daughter 9, son 4, mother 61, brother 20",
        "niger": "nigerien", "guinea": "Guinea", "congo": "Congo", "gibberish": "asdfgh qwrtz",
        "status": "Where is my request?", "withdraw": "I want to withdraw my request",
        "update": "I have a new phone number, change it in my request", "my_data": "What do you know about me?",
        "erase": "erase my data", "assistance": "Help my family please, we sleep outside and have no food",
        "missing": "I am looking for my missing brother",
        "counselling": "I want an appointment with a counsellor", "last_contact": "in March by phone",
        "name": "Omar Khalil Bashir",
    },
    "fr": {
        "hello": "bonjour", "begin": "je veux rentrer chez moi",
        "cost": "Est-ce que le retour est gratuit ? Qui paie le billet ?",
        "plea": "Mon ami saigne beaucoup et il est inconscient, il faut un médecin maintenant",
        "continue": "continuer", "back": "précédent", "later": "plus tard", "leave": "quitter", "start_again": "recommencer",
        "why": "pourquoi", "skip": "passer", "afraid": "j'ai peur qu'ils me tuent si je rentre", "town": "Bir Lahlou",
        "yes": "oui", "no": "non", "six": "femme 34, fils 12, fille 9, fils 4, mère 61, frère 20",
        "niger": "nigérienne", "guinea": "Guinée", "congo": "congolais", "gibberish": "asdfgh qwrtz",
        "status": "Où en est ma demande ?", "withdraw": "je veux retirer ma demande",
        "update": "j'ai changé de numéro, changez-le dans ma demande", "my_data": "Que savez-vous de moi ?",
        "erase": "effacez mes données", "assistance": "nous avons besoin de nourriture et de couvertures",
        "missing": "je cherche mon frère disparu", "counselling": "je veux un rendez-vous avec un conseiller",
        "last_contact": "en mars par téléphone", "name": "Omar Khalil Bashir",
    },
    "ar": {
        "hello": "السلام عليكم", "begin": "نبي نروح لبلادي", "cost": "هل العودة مجانية؟ من يدفع ثمن التذكرة؟",
        "plea": "صاحبي ينزف كثير وفاقد الوعي نحتاج دكتور الآن",
        "continue": "كمل", "back": "السابق", "later": "لاحقا", "leave": "خروج", "start_again": "من جديد", "why": "علاش",
        "skip": "تخطي", "afraid": "خايف يقتلوني لو رجعت", "town": "بئر لحلو", "yes": "نعم", "no": "لا",
        "six": "زوجتي ٣٤ وابني ١٢ وبنتي ٩ وابني ٤ وأمي ٦١ وأخي ٢٠",
        "niger": "نيجري", "guinea": "غينيا", "congo": "الكونغو", "gibberish": "قثفغ ضصش",
        "status": "وين وصل طلبي؟", "withdraw": "نبي نسحب طلبي", "update": "بدلت رقم تليفوني، غيروه في طلبي",
        "my_data": "شن تعرفوا عليا؟", "erase": "امسحوا بياناتي", "assistance": "نحتاجوا ماكلة وبطاطين",
        "missing": "ندور على خوي المفقود", "counselling": "نبي موعد مع مستشار", "last_contact": "في مارس بالتليفون",
        "name": "عمر خليل بشير",
    },
}  # fmt: skip
"""What is said besides answers."""

PLEA = ["emergency_medical", "safety_case_off_duty"]

in_every_language = pytest.mark.parametrize("language", LANGUAGES)


def digits(language, answers):
    """Return answers in digits as somebody of a language types them."""
    return {name: text.translate(ARABIC_DIGITS) for name, text in answers.items()} if language == "ar" else dict(answers)
