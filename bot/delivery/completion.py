"""Makes a turn's replies complete: a case where one is called for, something for everybody, and a form's question again."""

from __future__ import annotations

from bot.domain import topics
from bot.domain.cases import CASE_OF_TOPIC
from bot.domain.errors import HotlineError, WrongState
from bot.domain.questions import FORM_OF
from bot.logs import get_logger
from bot.services.cases import open_case
from bot.services.forms import interrupt_form
from bot.services.turns import Reply, Turn, Understood
from bot.speaking.case_words import case_answer, is_case_answer
from bot.speaking.form_speaker import FormSpeaker
from bot.speaking.speaker import Speaker
from bot.wiring import Parts, new_id, now

PATIENCE_WITH_ACTIONS = 3
"""How often a message that nothing was said to is tried again, a second apart."""


class Completion:
    """Adds to what Rasa said in a turn.

    Args:
        parts: The parts of the hotline.
        speaker: For the words.
    """

    def __init__(self, parts: Parts, speaker: Speaker) -> None:
        self._parts = parts
        self._speaker = speaker
        self._form_speaker = FormSpeaker(speaker, parts.catalogues)
        self._log = get_logger()

    def complete(self, turn: Turn, understood: Understood, replies: list[Reply]) -> list[Reply]:
        """Return the replies with what is missing: a topic that calls for a case gets it, and everybody gets a reply.

        Questions have no action of their own, and the action server may be away.

        Raises:
            WrongState: If nothing was said and another try may help.
        """
        language = understood.language or turn.language or "en"
        topic = understood.topic if understood.decision == "answer" else None
        if not replies:
            if turn.failures < PATIENCE_WITH_ACTIONS:
                # The action server is away, most likely for seconds; an answer to a form must not be lost for that.
                raise WrongState("nothing_said", turn.message_id)
            # Rasa said nothing at all. A pressed safety topic is known all the same; of other messages nobody knows what
            # they need: a person must read them.
            topic = turn.pressed if turn.pressed and topics.is_safety(turn.pressed) else "fallback"
            if turn.is_with_staff and topic == "fallback":
                # A person reads them already.
                return []
            answer_id = topic if topics.is_safety(topic) else "error_apology"
            replies = [self._speaker.say(answer_id, language, turn.channel)]
        if topic in CASE_OF_TOPIC and topic not in FORM_OF and not any(is_case_answer(reply.answer_id) for reply in replies):
            try:
                with self._parts.unit_of_work() as uow:
                    opened = open_case(
                        uow,
                        topic=topic,
                        contact_id=turn.contact_id,
                        conversation_id=turn.conversation_id,
                        message_id=turn.message_id,
                        clock=now,
                        new_id=new_id,
                    )
                answer_id = case_answer(topic, opened)
                replies = [
                    *replies,
                    self._speaker.say(answer_id, language, turn.channel, reference=opened.reference),
                ]
            except HotlineError as error:
                self._log.error("case_not_opened", message_id=turn.message_id, error_code=error.code)
        has_language = any(reply.answer_id == "language_changed" for reply in replies)
        return [*replies, *self._ask_again(turn, understood, language, topic=None if has_language else understood.topic)]

    def _ask_again(self, turn: Turn, understood: Understood, language: str, *, topic: str | None) -> list[Reply]:
        """Return the question of a form again, after a message that was for something else."""
        is_for_request = topic == "return_fear"
        if (turn.asked is None and not is_for_request) or (turn.asked is not None and turn.asked.is_done):
            return []
        with self._parts.unit_of_work() as uow:
            talk = self._parts.talk(
                uow, conversation_id=turn.conversation_id, language=language, message_id=turn.message_id, text=turn.text
            )
            reply = interrupt_form(talk, topic=topic, decision=understood.decision)
        return [self._form_speaker.say(reply, language, turn.channel)] if reply.lines or reply.asking else []
