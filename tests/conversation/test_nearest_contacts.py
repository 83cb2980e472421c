"""Verified contacts under an answer: those of the place that the person named come first."""

from __future__ import annotations

import pytest
import pytest_asyncio
from sqlalchemy import delete

from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.conversations import MessageKind
from bot.storage import tables
from bot.wiring import now
from tests.builders import make_entry
from tests.conversation.phones import Phone

OFFICES = {"Office of the capital": "tripoli", "Office of the east": "benghazi", "Office of the south": "sabha"}
IN_BENGHAZI = {
    "en": "I live in Benghazi, where is your office and which number can I call?",
    "fr": "J'habite à Benghazi, où est votre bureau et quel numéro appeler ?",
    "ar": "أنا ساكن في بنغازي، وين مكتبكم وما هو رقم الهاتف؟",
}
WHERE = {
    "en": "What is the phone number of your office?",
    "fr": "Quel est le numéro de téléphone de votre bureau ?",
    "ar": "ما هو رقم هاتف مكتبكم؟",
}
in_every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest_asyncio.fixture(autouse=True)
async def offices(assistant):
    """Three verified offices, gone again afterwards."""
    with assistant.parts.unit_of_work() as uow:
        for number, (name, place) in enumerate(OFFICES.items()):
            entry = make_entry(f"office{number}", organisation=name, places=(place,), valid_for=None)
            entry.verified_at = now()
            uow.directory.add(entry)
        uow.commit()
    yield
    with assistant.parts.engine.begin() as connection:
        connection.execute(delete(tables.directory_entry).where(tables.directory_entry.c.id.like("office%")))


def told(phone):
    """Return the offices in the last answer, in their order."""
    text = phone.replies[0].text
    return sorted((name for name in OFFICES if name in text), key=text.index)


@in_every_language
async def test_the_office_of_the_place_in_the_question_is_told_first(phone, language):
    assert await phone.write(IN_BENGHAZI[language]) == ["contact_offices"]
    assert told(phone)[0] == "Office of the east"


@in_every_language
async def test_a_place_that_was_told_before_is_remembered(phone, language):
    await phone.write(IN_BENGHAZI[language])
    assert await phone.write(WHERE[language]) == ["contact_offices"]
    assert told(phone)[0] == "Office of the east"


async def test_the_last_place_counts(phone):
    await phone.write(IN_BENGHAZI["en"])
    await phone.write("I left Tripoli, I am in Sabha now. What is the phone number of your office?")
    assert told(phone)[0] == "Office of the south"


async def test_a_pin_on_the_map_tells_where_somebody_is(phone):
    await phone.write("27.04,14.43", kind=MessageKind.LOCATION)
    await phone.write(WHERE["en"])
    assert told(phone)[0] == "Office of the south"


async def test_by_sms_only_the_nearest_is_told(assistant):
    phone = Phone(assistant, channel=Channel.SMS)
    assert await phone.write(IN_BENGHAZI["en"]) == ["contact_offices"]
    assert told(phone) == ["Office of the east"]


async def test_without_a_place_some_office_is_told(phone):
    assert await phone.write(WHERE["en"]) == ["contact_offices"]
    assert len(told(phone)) == 2
