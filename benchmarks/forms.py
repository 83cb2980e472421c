"""What filling in a form costs by SMS: messages from the person, and SMS parts from the hotline, in each language.

    python -m benchmarks.forms

Plays an ordinary return request and an assistance request through the services, without Rasa: the words are the catalogue's,
the parts are counted as they are for billing. Prints a table for ``docs/benchmarks.md``.
"""

from __future__ import annotations

import secrets
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from cryptography.fernet import Fernet

from bot.domain.contacts import LANGUAGES, Channel, Provider
from bot.domain.questions import FormKind
from bot.language.catalogues import Catalogues
from bot.language.reading.reader import AnswerReader
from bot.language.sms import sms_size
from bot.services.form_context import FormRules, Talk
from bot.services.forms import answer_form, begin_form
from bot.services.messages import Incoming, receive_message
from bot.speaking.form_speaker import FormSpeaker
from bot.speaking.register import load_register
from bot.speaking.speaker import Speaker
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.migrate import migrate
from bot.storage.unit_of_work import SqlUnitOfWork
from bot.wiring import CONSENT_VERSION, LOCALES, new_id, now

WANTS = {
    "return": {"en": "I want to go home", "fr": "je veux rentrer chez moi", "ar": "أريد العودة إلى بلدي"},
    "assistance": {"en": "we need food", "fr": "on a besoin de nourriture", "ar": "نحتاج إلى طعام"},
}
RETURN_ANSWERS = {
    "en": ["1", "1", "1", "Amina Saleh", "1", "3/5/1998", "Sudan", "Sabha", "2", "son 5, daughter 3", "3", "0", "1", "1",
           "Kassala", "1"],
    "fr": ["1", "1", "1", "Amina Saleh", "1", "3/5/1998", "Soudan", "Sebha", "2", "fils 5, fille 3", "3", "0", "1", "1",
           "Kassala", "1"],
    "ar": ["1", "1", "1", "أمينة صالح", "1", "٣/٥/١٩٩٨", "السودان", "سبها", "2", "ابني ٥ وبنتي ٣", "3", "0", "1", "1",
           "كسلا", "1"],
}  # fmt: skip
ASSISTANCE_ANSWERS = {language: ["1", "1", "1", "4", "2", "1", "1", "1"] for language in LANGUAGES}


def main() -> None:
    """Play both forms in each language and print what they cost."""
    print("| form | language | messages from the person | SMS from the hotline | SMS parts from the hotline |")
    print("|---|---|---|---|---|")
    for name, kind, answers in (
        ("return", FormKind.RETURN_REQUEST, RETURN_ANSWERS),
        ("assistance", FormKind.ASSISTANCE_REQUEST, ASSISTANCE_ANSWERS),
    ):
        for language in LANGUAGES:
            written, sent, parts = play(kind, language, [WANTS[name][language], *answers[language]])
            print(f"| {name} request | {language} | {written} | {sent} | {parts} |")


def play(kind: FormKind, language: str, texts: list[str]) -> tuple[int, int, int]:
    """Fill in a form by SMS; return messages in, messages out, and parts out.

    Raises:
        AssertionError: If the form is not sent at the end: then the figures would mean nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        cipher = Cipher((Fernet.generate_key().decode(),), hash_key=secrets.token_hex(8))
        engine = make_engine(f"sqlite:///{Path(folder) / 'forms.db'}", cipher)
        migrate(engine)
        catalogues = Catalogues.load(LOCALES)
        speaker = FormSpeaker(Speaker(catalogues, load_register(), lambda _kinds: []), catalogues)
        replies = []
        for number, text in enumerate(texts):
            with SqlUnitOfWork(engine, cipher) as uow:
                talk = _talk(uow, text, language)
                reply = begin_form(kind, talk) if number == 0 else answer_form(talk)
            replies.append(speaker.say(reply, language, Channel.SMS))
        assert replies[-1].answer_id.endswith("_sent"), replies[-1]
        engine.dispose()
    return len(texts), len(replies), sum(sms_size(reply.text).parts for reply in replies)


def _talk(uow: SqlUnitOfWork, text: str, language: str) -> Talk:
    incoming = Incoming(Provider.TWILIO, Channel.SMS, "+218910000001", new_id(), text=text)
    message_id, _ = receive_message(uow, incoming, clock=now, new_id=new_id)
    return Talk(
        uow=uow,
        conversation=uow.conversations.get(uow.messages.get(message_id).conversation_id),
        language=language,
        message_id=message_id,
        text=text,
        pressed=None,
        place=None,
        reader=AnswerReader(),
        rules=FormRules(CONSENT_VERSION, months=24, draft_days=30, law={}),
        clock=lambda: datetime.now(timezone.utc),
        new_id=new_id,
    )


if __name__ == "__main__":
    main()
