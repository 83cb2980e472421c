"""The words that steer a form are known in three languages, and no answer is taken for one."""

from __future__ import annotations

import pytest

from bot.domain.commands import TWILIO_OPT_OUT
from bot.language.reading.form_words import FormWord, read_form_word

WORDS = {
    FormWord.BACK: [
        "back", "Back!", "back please", "previous", "previous question", "i made a mistake", "carry me back", "précédent",
        "question précédente", "en arrière",
        "je me suis trompé", "السابق", "السؤال السابق", "رجعني للسؤال", "اللي قبله", "غلطت", "raja3ni", "🔙",
    ],
    FormWord.SKIP: [
        "0", "٠", "skip", "Skip it", "SKIP!!", "pass", "next", "i don't want to answer", "i no wan answer", "passer",
        "je passe", "suivant", "sauter", "j ve pa repondre",
        "تخطي", "تخطى", "بعده", "التالي", "فوتها", "ما نبيش نجاوب", "مش عايز اجاوب", "ta5atti",
    ],
    FormWord.LATER: [
        "later", "not now", "no be now", "wait small", "I am busy", "tomorrow", "plus tard", "+ tard", "pas maintenant",
        "pas mtn", "plus tard svp", "demain", "لاحقا", "بعدين", "مش توا",
        "مش دلوقتي", "نكمل بعدين", "انا مشغول", "ba3din", "mesh tawa",
    ],
    FormWord.START_AGAIN: [
        "start again", "Start over", "restart", "from the beginning", "start am again", "recommencer", "depuis le début",
        "recommancer", "من جديد", "من الأول", "ابدأ من جديد", "نعاود من الاول",
        "mel lawel", "men jdid",
    ],
    FormWord.LEAVE: [
        "leave", "exit", "exit the form", "quit", "cancel", "forget it", "I changed my mind", "i no want again",
        "quitter", "laisse tomber", "annuler", "j'abandonne", "خروج", "خلاص ما نبيش",
        "ما نبيش نكمل", "الغاء", "مش عايز اكمل", "khalas ma nebish",
    ],
    FormWord.SEND: [
        "send", "send it", "Send please", "submit", "ok send", "yes send it", "envoyer", "envoie", "envoyez ma demande",
        "valider", "أرسل", "ارسال", "ابعث", "ابعته", "نعم ارسل", "eb3ath", "arsel",
    ],
    FormWord.WHY: [
        "why", "why?", "Why do you ask?", "why you dey ask", "what for", "pourquoi", "pk", "pourkoi", "c'est pour quoi ?",
        "ليش", "ليش؟", "علاش", "لماذا", "ليه", "لشنو", "وعلاش", "3lash", "leish",
    ],
    FormWord.CONTINUE: [
        "continue", "go on", "go ahead", "please continue", "make we continue", "continuer", "je continue", "on continue",
        "vas-y", "كمل", "نكمل", "خلينا نكمل", "داير اكمل", "استمر", "يلا",
        "yalla", "nkammel", "▶️",
    ],
}  # fmt: skip
ANSWERS = {
    "the journey home": ["retour", "return", "رجوع", "الرجوع", "العودة", "go back", "I want to return", "revenir", "ارجع",
        "نبي نرجع"],
    "yes, no, don't know": ["yes", "no", "oui", "non", "نعم", "لا", "ok", "I don't know", "je ne sais pas", "ما نعرفش",
        "none", "لا شيء", "rien"],
    "numbers": ["1", "2", "٣", "10", "00218911234567"],
    "commands": ["stop", "STOP", "STOPALL", "unsubscribe", "start", "help", "aide", "commencer", "توقف", "arrêter", "end",
        "revoke", "optout"],
    "documents and illness": ["passport", "passeport", "سكر", "message"],
    "names": ["Kamel", "عدي", "زيد", "هيا", "واصل", "Samir"],
    "leaving somewhere, not the form": ["نبي نخرج", "get me out", "je veux sortir", "i wan comot"],
    "inside an answer": ["call me later in the evening", "I want to go back to my village",
        "why did they arrest my brother", "je veux continuer mes études en Libye"],
    "nothing": ["", "   ", "?", "x" * 500],
}  # fmt: skip


@pytest.mark.parametrize(("word", "text"), [(word, text) for word, texts in WORDS.items() for text in texts])
def test_a_form_word_is_known(word, text):
    assert read_form_word(text) is word


@pytest.mark.parametrize(
    "text", [pytest.param(text, id=f"{reason}: {text[:40]}") for reason, texts in ANSWERS.items() for text in texts]
)
def test_an_answer_or_a_command_is_no_form_word(text):
    assert read_form_word(text) is None


@pytest.mark.parametrize("word", sorted(TWILIO_OPT_OUT))
def test_an_opt_out_word_is_at_most_leaving(word):
    assert read_form_word(word) in (None, FormWord.LEAVE)
