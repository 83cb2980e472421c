"""Whole conversations through the inbox worker, Rasa and the actions, in the three languages; answer ids, not words.

What goes to the outbox is what a phone would show; the model is the trained one.
"""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np
import pytest
from sqlalchemy import delete, insert

from bot.domain import topics
from bot.domain.cases import CaseKind, Priority
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.conversations import MessageKind
from bot.domain.deliveries import OutboundState
from bot.domain.topics import SAFETY, TASK
from bot.language.gazetteer import place_name
from bot.language.sms import MAX_PARTS
from bot.storage import tables
from bot.understanding.safety_net import SafetyNet
from tests.conversation.conftest import Phone

# What people say in these scenarios. Answer ids are expected, so that one scenario runs in every language.
WORDS = {
    "en": {
        "hello": "hello",
        "cost": "Does the return cost anything? Who pays the ticket?",
        "plea": "My friend is bleeding a lot and is unconscious, we need a doctor now",
        "yes": "yes",
        "no": "no",
        "repeat": "I did not understand, repeat please",
        "gibberish": "asdfgh qwrtz",
        "stop": "stop sending me messages",
        "person": "I want to talk to a person",
    },
    "fr": {
        "hello": "bonjour",
        "cost": "Est-ce que le retour est gratuit ? Qui paie le billet ?",
        "plea": "Mon ami saigne beaucoup et il est inconscient, il faut un médecin maintenant",
        "yes": "oui",
        "no": "non",
        "repeat": "je n'ai pas compris, répétez",
        "gibberish": "asdfgh qwrtz",
        "stop": "Arrêtez de m'envoyer des messages",
        "person": "je veux parler à une personne",
    },
    "ar": {
        "hello": "السلام عليكم",
        "cost": "هل العودة مجانية؟ من يدفع ثمن التذكرة؟",
        "plea": "صاحبي ينزف كثير وفاقد الوعي نحتاج دكتور الآن",
        "yes": "نعم",
        "no": "لا",
        "repeat": "ما فهمتش، عاود",
        "gibberish": "قثفغ ضصش",
        "stop": "لا ترسلوا لي رسائل بعد الآن",
        "person": "أريد أن أتحدث مع شخص",
    },
}
PLEA = ["emergency_medical", "safety_case_off_duty"]
in_every_language = pytest.mark.parametrize("words", [WORDS[code] for code in LANGUAGES], ids=LANGUAGES)


class Doubtful(str):
    """Words in which the safety net sees danger, although their likeliest topic is none."""


SCENARIOS = {
    "greeting_then_a_language_by_number": [("hello", ["greet"]), ("2", ["language_changed"])],
    "greeting_then_menu_by_arabic_digit": [("hello", ["greet"]), ("٤", ["menu"])],
    "a_question_helped": [("cost", ["return_cost"]), ("yes", ["helped_yes"])],
    "a_question_not_helped_then_a_person": [
        ("cost", ["return_cost"]),
        ("no", ["helped_no"]),
        ("1", ["talk_to_human", "case_opened_off_duty"]),
    ],
    "a_person_asked_for_twice": [
        ("person", ["talk_to_human", "case_opened_off_duty"]),
        ("person", ["talk_to_human", "case_joined_off_duty"]),
    ],
    "a_plea_answered_yes": [("plea", PLEA), ("yes", ["noted_yes"])],
    "a_plea_answered_no": [("plea", PLEA), ("no", ["noted_no"])],
    "a_plea_in_the_middle_of_a_question": [("cost", ["return_cost"]), ("plea", PLEA), ("1", ["noted_yes"])],
    "a_doubt_about_danger_confirmed": [
        (Doubtful("cost"), ["check_safety"]),
        ("yes", ["danger_yes", "safety_case_off_duty"]),
    ],
    "a_doubt_about_a_clear_question_denied": [(Doubtful("cost"), ["check_safety"]), ("no", ["return_cost"])],
    "a_doubt_about_a_wish_denied": [(Doubtful("person"), ["check_safety"]), ("no", ["danger_no"])],
    "a_doubt_about_danger_and_a_person_by_number": [
        (Doubtful("cost"), ["check_safety"]),
        ("3", ["talk_to_human", "case_opened_off_duty"]),
    ],
    "two_misses_call_a_person": [
        ("gibberish", ["fallback"]),
        ("gibberish", ["fallback_person", "case_opened_off_duty"]),
    ],
    "an_understood_message_between_two_misses": [
        ("gibberish", ["fallback"]),
        ("hello", ["greet"]),
        ("gibberish", ["fallback"]),
    ],
    "repeat_without_an_answer_before": [("repeat", ["repeat"])],
    "stop": [("stop", ["stop_messages"])],
}


@pytest.fixture
def doubt(monkeypatch):
    """A function that makes the safety net see danger in one text, whatever it has learned."""
    learned = SafetyNet.look

    def about(text):
        sees = lambda net: np.where(net.model.is_safety, 0.99 / net.model.is_safety.sum(), 0.0)[None]  # noqa: E731
        look = lambda net, sample: sees(net) if sample[0] == text else learned(net, sample)  # noqa: E731
        monkeypatch.setattr(SafetyNet, "look", look)

    return about


@pytest.mark.parametrize("scenario", SCENARIOS)
@in_every_language
async def test_a_conversation_gets_these_answers(phone, doubt, words, scenario):
    said = []
    for step, _expected in SCENARIOS[scenario]:
        if isinstance(step, Doubtful):
            doubt(words[step])
        said.append(await phone.write(words.get(step, step)))
    assert said == [expected for _step, expected in SCENARIOS[scenario]]


BESIDE_A_QUESTION = {
    "en": [
        "Good morning, which papers must I bring on Monday? The men who hold my brother want money or they kill him. Thank you",
        "how much does the ticket cost and my friend is bleeding a lot he does not wake up we are in Sabha who pays the ticket",
    ],
    "fr": [
        "Bonjour, quels papiers apporter lundi ? Ceux qui tiennent mon frère demandent une rançon sinon ils le tuent. Merci",
        "quels papiers il faut pour le billet mon ami est inconscient il saigne beaucoup et qui paie le billet",
    ],
    "ar": [
        "صباح الخير، ما هي الأوراق المطلوبة يوم الاثنين؟ الذين خطفوا أخي يطلبون فدية وإلا قتلوه. شكرا",
        "صباح الخير بكم التذكرة إلى الخرطوم وصاحبي ينزف كثير من رأسه وفاقد الوعي من ساعة ونحن في سبها قرب السوق "
        "ومن يدفع ثمن التذكرة وكم حقيبة نأخذ",
    ],
}


@pytest.mark.parametrize("text", [text for texts in BESIDE_A_QUESTION.values() for text in texts])
async def test_danger_that_stands_between_two_everyday_sentences_is_not_missed(phone, text):
    answers = await phone.write(text)
    assert answers == ["check_safety"] or topics.is_safety(answers[0])


TWO_QUESTIONS = {
    "en": ("How much does the return cost? And where is your office in Benghazi?", "return_cost", "contact_offices"),
    "fr": ("Combien coûte le retour ? Est-ce que je peux voir un psychologue ?", "return_cost", "service_mental_health"),
    "ar": ("كم تكلفة العودة؟ أين مكتبكم في بنغازي؟", "return_cost", "contact_offices"),
}  # fmt: skip


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.SMS])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_of_two_questions_one_is_answered_and_the_other_a_number_away(assistant, language, channel):
    text, *both = TWO_QUESTIONS[language]
    phone = Phone(assistant, channel=channel)
    (first,) = await phone.write(text)
    (second,) = set(both) - {first}
    told = assistant.parts.catalogues.text(language, "second_question", "sms" if channel is Channel.SMS else "text")
    assert phone.replies[-1].choices[0].id == second
    assert told in phone.replies[-1].text
    assert (phone.replies[-1].sms_parts or 1) <= MAX_PARTS
    assert await phone.write("1") == [second]
    assert told not in phone.replies[-1].text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_conversation_goes_on_in_the_persons_language(phone, language):
    await phone.write(WORDS[language]["cost"])
    assert (phone.conversation.language, phone.conversation.language_is_chosen) == (language, False)
    assert phone.received.topic == "return_cost"


@in_every_language
async def test_a_plea_opens_a_critical_case_in_the_protection_queue(phone, words):
    await phone.write(words["plea"])
    (case,) = phone.cases
    assert (case.kind, case.priority, case.topic) == (CaseKind.PROTECTION, Priority.CRITICAL, "emergency_medical")
    assert case.reference in phone.replies[1].text


FIRST_QUESTION_OF = {
    "request_return": "ask_fear",
    "request_assistance": "ask_assistance_consent",
    "report_missing_person": "ask_missing_consent",
    "book_counselling": "ask_counselling_consent",
    # Nothing is known of this number, so that the reference is asked for.
    "check_status": "ask_reference",
    "update_request": "ask_reference",
    "withdraw_request": "ask_reference",
    "show_my_data": "ask_my_data",
    "delete_my_data": "ask_erasure",
}


@pytest.mark.parametrize("topic", FIRST_QUESTION_OF)
async def test_every_other_task_begins_its_form_and_opens_no_case_yet(phone, topic):
    assert await phone.write(pressed=topic) == [FIRST_QUESTION_OF[topic]]
    assert phone.cases == []
    assert set(FIRST_QUESTION_OF) == set(TASK) - {"talk_to_human", "stop_messages"}


@pytest.mark.parametrize("topic", [*SAFETY, "talk_to_human"])
async def test_every_safety_topic_gives_its_answer_then_a_case(phone, topic):
    answers = await phone.write(pressed=topic)
    assert answers == [topic, "safety_case_off_duty" if topic in SAFETY else "case_opened_off_duty"]
    assert [case.topic for case in phone.cases] == [topic]


async def test_a_pressed_question_gives_its_answer_and_fear_of_return_opens_counselling(phone):
    assert await phone.write(pressed="return_family") == ["return_family"]
    assert await phone.write(pressed="return_fear") == ["return_fear", "case_opened_off_duty"]
    assert [case.kind for case in phone.cases] == [CaseKind.COUNSELLING]


async def test_a_second_matter_of_the_same_kind_joins_the_open_case(phone):
    await phone.write(pressed="talk_to_human")
    await phone.write(pressed="frustration")
    assert phone.answers == ["frustration", "case_joined_off_duty"]
    assert len(phone.cases) == 1


# Languages


@pytest.mark.parametrize(
    ("first", "request_", "language", "then"),
    [
        ("en", "can we speak in French please", "fr", "en"),
        ("fr", "on peut parler en anglais ?", "en", "fr"),
        ("ar", "ممكن نتكلم بالفرنسي", "fr", "ar"),
    ],
)
async def test_a_language_asked_for_in_words_is_kept_from_then_on(phone, first, request_, language, then):
    await phone.write(WORDS[first]["cost"])
    assert await phone.write(request_) == ["language_changed"]
    assert (phone.conversation.language, phone.conversation.language_is_chosen) == (language, True)
    # What comes next is answered in the chosen language, whatever it is written in.
    await phone.write(WORDS[then]["cost"])
    assert phone.conversation.language == language
    other = Phone(phone.assistant)
    await other.write(WORDS[language]["cost"])
    assert phone.replies[0].text == other.replies[0].text


# Saying it again


@in_every_language
async def test_repeat_says_the_same_answer_in_other_words(phone, words):
    await phone.write(words["cost"])
    first = phone.replies[0].text
    assert await phone.write(words["repeat"]) == ["return_cost"]
    assert phone.replies[0].text.splitlines()[0] != first.splitlines()[0]
    assert phone.choices[:2] == ["helped_yes", "helped_no"]


# What is no text


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind is not MessageKind.TEXT], ids=lambda k: k.value)
async def test_what_cannot_be_read_is_named_truthfully(phone, kind):
    assert await phone.write(kind=kind) == [f"received_{kind.value}"]


async def test_a_photo_with_words_is_answered_by_its_words(phone):
    assert await phone.write(WORDS["en"]["cost"], kind=MessageKind.PHOTO) == ["return_cost"]


@pytest.mark.parametrize("text", ["", "   ", "...", "؟؟؟"])
async def test_an_empty_message_is_asked_about(phone, text):
    assert await phone.write(text) == ["received_empty"]


# Text is only text


async def test_a_typed_restart_is_only_a_word(phone):
    await phone.write(WORDS["en"]["cost"])
    answers = await phone.write("/restart")
    assert answers != []
    assert "error_apology" not in answers
    assert phone.received.text == "/restart"
    # The conversation was not wiped: the earlier answer can be said again.
    assert await phone.write(WORDS["en"]["repeat"]) == ["return_cost"]


async def test_a_typed_intent_is_read_as_words(phone):
    await phone.write('/withdraw_request{"x":1}')
    assert phone.received.text == '/withdraw_request{"x":1}'
    # A command to Rasa would be certain; what is understood from words is not.
    assert phone.received.confidence < 1.0


@pytest.mark.parametrize("text", ["/danger_yes", "/choose_language_ar", "  /helped_no", "//session_start", "/back"])
async def test_no_typed_command_reaches_rasa(phone, text):
    await phone.write(text)
    assert phone.received.topic not in ("danger_yes", "choose_language_ar", "helped_no", "session_start")
    assert "error_apology" not in phone.answers


@pytest.mark.parametrize("pressed", ["check_safety", "restart", "faq", "action_open_case", "x" * 60])
async def test_a_pressed_choice_that_is_none_of_ours_is_not_obeyed(phone, pressed):
    assert await phone.write(pressed=pressed) == ["received_empty"]


# Stop


@in_every_language
async def test_stop_marks_the_address_and_writing_again_lifts_it(phone, words):
    await phone.write(words["stop"])
    assert phone.channel_address.stopped_at is not None
    assert phone.cases == []
    await phone.write(words["hello"])
    assert phone.channel_address.stopped_at is None


# The words that are always obeyed

STOP = {"en": "STOP", "fr": "Arrêt !", "ar": "توقف"}
START = {"en": "/start", "fr": "Démarrer", "ar": "ابدأ"}
HELP = {"en": "/help", "fr": "AIDE", "ar": "مساعدة"}
ERASE = {"en": "/erase", "fr": "Effacer.", "ar": "امسح المحادثة"}


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.WHATSAPP])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_stop_gets_a_goodbye_and_then_silence(assistant, language, channel):
    phone = Phone(assistant, channel=channel)
    await phone.write(WORDS[language]["cost"])
    earlier = phone.replies[0].id
    assert await phone.write(STOP[language]) == ["stop_messages"]
    assert (phone.channel_address.stop_reason, phone.conversation.language) == ("opted_out", language)
    # What was not sent before is taken back.
    states = {message.id: message.state for message in phone.messages}
    assert states[earlier] == OutboundState.WITHDRAWN.value
    assert states[phone.replies[0].id] == OutboundState.QUEUED.value


@pytest.mark.parametrize("language", LANGUAGES)
async def test_stop_by_sms_is_answered_by_silence(assistant, language):
    phone = Phone(assistant, channel=Channel.SMS)
    await phone.write(WORDS[language]["cost"])
    assert await phone.write(STOP[language]) == []
    assert phone.channel_address.stopped_at is not None
    assert (phone.received.decision, phone.received.topic) == ("command", None)
    await phone.write(WORDS[language]["hello"])
    assert phone.channel_address.stopped_at is None
    assert phone.answers == ["greet"]


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("words", "answer"), [(START, "greet"), (HELP, "help")], ids=["start", "help"])
async def test_start_and_help_are_answered_whatever_was_talked_about(assistant, language, channel, words, answer):
    phone = Phone(assistant, channel=channel)
    await phone.write(WORDS[language]["plea"])
    assert await phone.write(words[language]) == [answer]
    assert phone.conversation.language == language
    # A doubt about danger or a choice is not lost: the words before are still those of the conversation.
    assert len(phone.cases) == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_erase_on_telegram_asks_for_every_message_that_the_provider_knows(phone, language):
    await phone.write(WORDS[language]["cost"], message_ref="1")
    assert await phone.write(ERASE[language], message_ref="2") == ["erase_telegram"]
    assert sorted(m.provider_id for m in phone.messages if m.erase_asked_at is not None) == ["1", "2"]


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_erase_elsewhere_says_how_to_do_it_and_asks_for_nothing(assistant, language, channel):
    phone = Phone(assistant, channel=channel)
    await phone.write(WORDS[language]["cost"])
    assert await phone.write(ERASE[language]) == [f"erase_{channel.value}"]
    assert [m.id for m in phone.messages if m.erase_asked_at is not None] == []


@pytest.mark.parametrize(("word", "language"), [("/start", "fr"), ("Aide", "fr"), ("توقف", "ar"), ("/help", "en")])
async def test_a_first_word_is_answered_in_its_language_or_the_apps(assistant, word, language):
    phone = Phone(assistant)
    await phone.write(word, language_hint=None if word != "/start" else language)
    other = Phone(assistant)
    await other.write(word, language_hint=language)
    assert phone.replies[0].text == other.replies[0].text
    assert phone.conversation.language in (language, None)


async def test_open_with_nothing_that_waits_is_understood_as_words(phone):
    assert await phone.write("open") != []
    assert phone.received.decision != "command"


# Places, captions, what the app says of its language


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_location_near_a_town_is_named_in_the_persons_language(phone, language):
    await phone.write(WORDS[language]["hello"])
    assert await phone.write("27.04,14.43", kind=MessageKind.LOCATION) == ["received_location_near"]
    assert place_name("sabha", language) in phone.replies[0].text
    assert phone.conversation.language == language


@pytest.mark.parametrize("text", ["0.0,0.0", "91,200", "somewhere", "", "nan,nan"])
async def test_a_location_near_no_town_is_still_acknowledged(phone, text):
    assert await phone.write(text, kind=MessageKind.LOCATION) == ["received_location"]


@pytest.mark.parametrize("kind", [MessageKind.PHOTO, MessageKind.VIDEO, MessageKind.FILE], ids=lambda k: k.value)
@in_every_language
async def test_what_comes_with_a_caption_is_understood_by_its_words(phone, words, kind):
    assert await phone.write(words["plea"], kind=kind) == PLEA


@pytest.mark.parametrize("hint", LANGUAGES)
@pytest.mark.parametrize("first", [{"text": "1"}, {"kind": MessageKind.PHOTO}], ids=["number", "photo"])
async def test_before_anything_is_understood_the_apps_language_decides(assistant, hint, first):
    phone, other = Phone(assistant), Phone(assistant)
    assert await phone.write(language_hint=f"{hint}-XX", **first) != []
    assert phone.conversation.language in (hint, None)
    # What follows is in the words that somebody gets who wrote in that language.
    await phone.write(pressed="return_cost")
    await other.write(WORDS[hint]["cost"])
    assert phone.replies[0].text == other.replies[0].text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_first_photo_is_acknowledged_in_the_apps_language(assistant, language):
    phone, other = Phone(assistant), Phone(assistant)
    await phone.write(kind=MessageKind.PHOTO, language_hint=language)
    await other.write(WORDS[language]["hello"])
    await other.write(kind=MessageKind.PHOTO)
    assert phone.answers == other.answers == ["received_photo"]
    assert phone.replies[0].text == other.replies[0].text


async def test_what_is_written_counts_more_than_the_apps_language(phone):
    await phone.write(WORDS["ar"]["cost"], language_hint="fr")
    assert phone.conversation.language == "ar"


# When something is broken


@pytest.fixture
def actions_away(assistant):
    """The action server does not answer."""
    assistant.actions.is_away = True
    yield
    assistant.actions.is_away = False


@in_every_language
async def test_a_plea_gets_safe_steps_and_a_case_while_the_actions_are_away(actions_away, phone, words):
    assert await phone.write(words["plea"]) == PLEA
    assert [case.priority for case in phone.cases] == [Priority.CRITICAL]


async def test_a_confirmed_danger_gets_a_case_while_the_actions_are_away(actions_away, phone, doubt):
    doubt(WORDS["en"]["cost"])
    assert await phone.write(WORDS["en"]["cost"]) == ["check_safety"]
    assert await phone.write("yes") == ["danger_yes", "safety_case_off_duty"]


async def test_everybody_gets_a_reply_while_the_actions_are_away(actions_away, phone):
    assert await phone.write(WORDS["en"]["gibberish"]) != []


async def test_when_rasa_itself_fails_the_person_is_told_and_a_person_called(assistant, phone, monkeypatch):
    async def fails(message):
        raise RuntimeError(message.text)

    monkeypatch.setattr(assistant.agent, "handle_message", fails)
    assert await phone.write("hello") == ["error_apology", "case_opened_off_duty"]


async def test_when_rasa_itself_fails_a_pressed_plea_still_gets_its_safe_steps_and_a_case(assistant, phone, monkeypatch):
    async def fails(message):
        raise RuntimeError(message.text)

    monkeypatch.setattr(assistant.agent, "handle_message", fails)
    assert await phone.write(pressed="emergency_sea") == ["emergency_sea", "safety_case_off_duty"]
    assert [case.topic for case in phone.cases] == ["emergency_sea"]


# Staff on duty


@pytest.fixture
def somebody_on_duty(assistant):
    """One staff member is on duty."""
    row = {
        "id": 1000, "email": "amal@example.org", "name": "Amal", "active": True, "fs_uniquifier": "x", "is_on_duty": True,
        "created_at": datetime.now(timezone.utc),
    }  # fmt: skip
    with assistant.parts.engine.begin() as connection:
        connection.execute(insert(tables.staff).values(**row))
    yield
    with assistant.parts.engine.begin() as connection:
        connection.execute(delete(tables.staff).where(tables.staff.c.id == row["id"]))


@in_every_language
async def test_while_somebody_is_on_duty_the_words_say_so(somebody_on_duty, phone, words):
    assert await phone.write(words["plea"]) == ["emergency_medical", "safety_case_on_duty"]
    assert await phone.write(words["person"]) == ["talk_to_human", "case_opened_on_duty"]


# What is stored and shown


@in_every_language
async def test_replies_wait_in_the_outbox_and_nothing_said_is_in_the_log(phone, words, process_log, capsys):
    await phone.write(words["plea"])
    assert [reply.state for reply in phone.replies] == [OutboundState.QUEUED.value] * 2
    output = capsys.readouterr()
    log = process_log.getvalue()
    assert "turn_done" in log
    for secret in (words["plea"], phone.address, "emergency_medical", phone.replies[0].text):
        assert secret not in log + output.out + output.err


@in_every_language
async def test_an_sms_has_numbered_choices_and_its_size(assistant, words):
    phone = Phone(assistant, channel=Channel.SMS)
    await phone.write(words["cost"])
    (reply,) = phone.replies
    assert 1 <= reply.sms_parts <= 3
    assert all(f"{number} {choice.title}" in reply.text for number, choice in enumerate(reply.choices, start=1))
    # The shorter list of the SMS is what a number picks from.
    assert await phone.write("2") == ["helped_no"]
