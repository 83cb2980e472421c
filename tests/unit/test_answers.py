"""Which answers may be withdrawn, when a review is overdue, and how long the assistant remembers what is withdrawn."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain import topics
from bot.domain.answers import is_due_soon, is_for_staff, is_overdue, may_be_withdrawn
from bot.domain.contacts import LANGUAGES, Channel
from bot.language.catalogues import Catalogues
from bot.language.sms import MAX_PARTS
from bot.speaking.register import load_register
from bot.speaking.speaker import Speaker
from bot.speaking.withdrawn import WithdrawnAnswers
from bot.wiring import LOCALES


def test_only_answers_to_questions_may_be_withdrawn():
    free = {one for one in load_register() if may_be_withdrawn(one)}
    assert free == set(topics.FAQ)
    for needed in ("safety_case_on_duty", "emergency_sea", "check_safety", "talk_to_human", "stop_messages", "ask_fear",
                   "answer_missing", "directory_line", "helped_yes", "nothing"):  # fmt: skip
        assert not may_be_withdrawn(needed)


def test_staff_send_answers_to_questions_and_first_steps_and_no_sentence_of_the_machine():
    assert {one for one in load_register() if is_for_staff(one)} == {*topics.FAQ, *topics.SAFETY}


@pytest.mark.parametrize(
    ("due", "overdue", "soon"),
    [(None, False, False), ("2026-11-25", True, False), ("2026-11-26", False, True), ("2026-12-26", False, True),
     ("2026-12-27", False, False)],
)  # fmt: skip
def test_a_review_is_overdue_the_day_after_its_last(due, overdue, soon):
    day, today = date.fromisoformat(due) if due else None, date(2026, 11, 26)
    assert (is_overdue(day, today), is_due_soon(day, today)) == (overdue, soon)


def test_what_is_withdrawn_is_known_within_a_second_and_read_no_oftener():
    at, reads, withdrawn = [0.0], [], set()

    def read():
        reads.append(at[0])
        at[0] += 0.3
        return frozenset(withdrawn)

    is_withdrawn = WithdrawnAnswers(read, clock=lambda: at[0])
    assert not is_withdrawn("return_cost", "ar")
    withdrawn |= {("return_cost", "ar"), ("return_again", None)}
    assert [is_withdrawn("return_cost", "ar") for _ in range(9)] == [False] * 9
    assert reads == [0.0]
    # The second runs from before the reading: what was withdrawn while it read is not known any longer than that.
    at[0] = 1.0
    assert is_withdrawn("return_cost", "ar") and not is_withdrawn("return_cost", "fr")
    assert is_withdrawn("return_again", "fr") and len(reads) == 2


@pytest.fixture(scope="module")
def speaker():
    return Speaker(Catalogues.load(LOCALES), load_register(), lambda _kinds, _place: ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_question_is_offered_by_sms_where_it_costs_no_part_too_many(speaker, language):
    told = speaker._catalogues.text(language, "second_question", "sms")
    pairs = [
        (one, two)
        for one in topics.ALL
        for two in filter(topics.is_matter, topics.ALL)
        if topics.leaves_room(one) and one != two
    ]
    replies = [(two, speaker.say(one, language, Channel.SMS, also=two)) for one, two in pairs]
    assert max(reply.sms_parts for _, reply in replies) <= MAX_PARTS
    # Its line and its choice come together, or not at all; nearly all pairs have room for them.
    with_it = [two == reply.choices[0].id for two, reply in replies]
    assert with_it == [told in reply.text for _, reply in replies]
    assert sum(with_it) >= 0.97 * len(pairs)
