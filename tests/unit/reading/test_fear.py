"""Signs of fear of going home are seen in any answer; ordinary answers are left in peace."""

from __future__ import annotations

import pytest

from bot.language.reading.fear import has_fear

SIGNS = {
    "killing, English and Pidgin": [
        "they will kill me if I go back", "They want to kill me", "my uncle will kill me", "dem go kill me",
        "dem wan kill me",
        "my family will kill me if I return", "i will die if i go back", "they go kill me o",
    ],
    "fear itself, English": ["I'm scared", "I am afraid to go home", "afriad to go back", "i dey fear",
        "I fear for my children", "No, I am afraid"],
    "war and armed groups": [
        "war in my village", "there is war", "I left because of the war", "boko haram burned our village", "janjaweed",
        "RSF took my town",
        "la guerre au village", "il y a la guerre chez nous", "j'ai fui la guerre", "فيه حرب في بلدي", "هربت من الحرب",
        "الجنجويد في قريتنا",
        "القصف كل يوم", "الدعم السريع دخلوا بيتنا", "fi 7arb fi bladi",
    ],
    "army and service": [
        "I ran away from the army", "I am a deserter", "national service in Eritrea", "j'ai fui l'armée", "déserteur",
        "هربت من الجيش",
        "حيجندوني لو رجعت", "hrabt men el jeish",
    ],
    "prison, threats, torture": [
        "they will arrest me at the airport", "they will put me in prison", "I was tortured there",
        "they threatened my family",
        "ils vont m'arrêter", "j'ai reçu des menaces", "حيسجنوني لو رجعت", "هددوني بالقتل", "مطلوب في بلدي", "yesjnouni",
        "يعذبوني",
    ],
    "killing and fear, French": [
        "j'ai peur de rentrer", "G peur", "il va me tuer", "mon oncle veut me tuer", "on veut me tuer au pays",
        "je crains pour ma vie",
        "ma vie est en danger", "Ils me cherchent", "ils ont tué mon frère", "mariage forcé", "l'excision de ma fille",
    ],
    "killing and fear, Arabic": [
        "خايف نرجع", "خايفة على بنتي", "اخاف من الرجوع", "يقتلوني لو رجعت", "حيكتلوني", "حياتي في خطر", "مش امان",
        "والله نخاف نرجع",
        "عندي ثأر", "اهلي يزوجوني غصب", "خطر علي لو رجعت",
    ],
    "Arabizi": ["khayef narja3", "5ayef", "nkhaf narja3 l bladi", "y9tlouni", "7ayati fi khatar", "mish aman"],
    "cannot go back": [
        "I cannot go back", "we can't return", "I no fit go back", "je ne peux pas rentrer au pays",
        "impossible de retourner",
        "ما نقدرش نرجع لبلادي", "ما بقدر ارجع", "لا استطيع العودة", "ma na9darsh narja3", "مستحيل نرجع",
    ],
    "other reasons": ["forced marriage", "I am gay", "because of my religion", "I changed my religion",
        "political problems", "je suis homosexuel"],
    "seen only after the first lists were made": [
        "if i go back they go finish me", "je risque la prison", "my brother was killed there", "they burnt our house",
        "my father wants to sell me", "I don't feel safe in Nigeria", "حيقتلني عمي",
    ],
    "denied fear beside a sign": ["I am not afraid but they will kill me", "je n'ai pas peur mais ils vont me tuer",
        "مش خايف لكن يقتلوني"],
}  # fmt: skip
NONE = {
    "denied": [
        "I am not afraid", "no fear", "not scared at all", "I don't fear anything", "je n'ai pas peur", "pas peur",
        "sans crainte", "aucune crainte",
        "مش خايف", "ما نخافش", "لا اخاف", "ماني خايف", "ما فيش خوف", "ما عنديش خوف", "لا خوف", "mani khayef",
        "I no dey fear", "mish khayef", "bala khof",
        "no one will kill me", "personne ne veut me tuer", "no war", "il n'y a pas de guerre", "مفيش حرب", "peur? non",
    ],
    "over": ["the war is over", "الحرب انتهت", "la guerre est finie"],
    "ordinary answers": [
        "no", "yes", "0", "", "skip", "passport", "0911234567", "3/5/1998", "I want to go home", "je veux rentrer",
        "نبي نرجع", "عايز ارجع بلدي",
        "me and my wife and 3 kids", "call me in the evening because my boss is here", "I am pregnant", "je suis malade",
        "من السودان", "Nigeria",
        "my father died", "I am in prison in Zawiya", "because I am sick",
    ],
    "names and towns": ["Mohamed Harb", "Salem Al-Harb", "khadija", "Fearon", "Sebha", "محمد حرب", "Warrap", "Agadez",
        "Bombali",
        "Thara"],
    "manners and God": ["I'm afraid I lost my passport", "نخاف الله", "fear God"],
    "other fears": ["afraid of flying", "peur de l'avion", "خايف من الطيارة"],
    "the form's own going back": ["I cannot go back to the previous question", "رجعني للسؤال السابق"],
}  # fmt: skip


def _cases(groups):
    return [pytest.param(text, id=f"{reason}: {text}") for reason, texts in groups.items() for text in texts]


@pytest.mark.parametrize("text", _cases(SIGNS))
def test_a_sign_of_fear_is_seen(text):
    assert has_fear(text)


@pytest.mark.parametrize("text", _cases(NONE))
def test_an_answer_without_fear_is_left_in_peace(text):
    assert not has_fear(text)
