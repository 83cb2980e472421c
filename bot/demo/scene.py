"""Plays a story: the person writes, the assistant answers, cases are opened, staff work on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from bot.demo.desk import Desk, Line
from bot.demo.form_scene import FormScene
from bot.demo.rows import plain
from bot.demo.stories import length_of, read
from bot.demo.talk import Talk
from bot.demo.world import TEAM_OF_PLACE
from bot.domain import topics
from bot.domain.cases import CASE_OF_TOPIC, Case, CaseKind, Priority, QueueState
from bot.domain.contacts import Channel
from bot.domain.conversations import MessageKind
from bot.services.cases import OpenedCase
from bot.speaking.case_words import case_answer
from bot.storage import tables as t

_CASE = tuple(field.name for field in fields(Case))
_CONFIDENT, _UNSURE, _LOST = (0.82, 0.99), (0.38, 0.62), (0.08, 0.3)


class Scene(Desk):
    """What one person lives through with the hotline, told in one or more scripts, the oldest first.

    Args:
        place: Id of the town that they are in.
        is_first_wording: Whether texts are taken as they stand first, not in one of their other wordings.
    """

    def __init__(self, talk: Talk, *, place: str, team: str | None, is_first_wording: bool) -> None:
        super().__init__(talk, team=team or TEAM_OF_PLACE.get(place, "tripoli"))
        self.place, self._is_first_wording = place, is_first_wording
        self.forms = FormScene(self)
        self._began: datetime | None = None
        self._misses = 0

    # The story.

    def play(self, script: Sequence[Line], *, end: datetime) -> None:
        """Play a script, so that its last line is said at a given moment."""
        waits = [self._wait(line, is_first=number == 0) for number, line in enumerate(script)]
        self.talk.at = end - sum(waits, timedelta())
        self._began = self._began or self.talk.at
        for line, wait in zip(script, waits):
            until = self.talk.at + wait
            if "form" in line:
                self.forms.fill(line, until=until)
            else:
                self.talk.at = until
                getattr(self, f"do_{next(iter(line))}")(line)

    def finish(self) -> None:
        """Bring what is still open to its end, as happens to old matters: staff write, and resolve."""
        words = read("closings.yml")[self.talk.language]
        for case in [one for one in self.cases if one.is_open]:
            by = self.by({}, case)
            delay = timedelta(minutes=self.world.rng.choice((3, 11, 25, 70, 190, 500, 1300)))
            self.talk.at = max(self.talk.at, case.opened_at) + delay
            if case.assignee_id is None:
                self._claim(case, by)
            if case.first_reply_at is None:
                self.talk.at += timedelta(minutes=2)
                self._write(case, by, self.talk.fill(self.world.rng.choice(words)))
            self.talk.at += timedelta(minutes=self.world.rng.choice((5, 30, 180)))
            self._resolve(case, by, "")
            if self.world.rng.random() < 0.4:
                self.talk.at += timedelta(minutes=4)
                self.do_helped({"helped": self.world.rng.random() < 0.8})

    def close(self) -> None:
        """Keep all rows. What would lie ahead of now did not happen yet."""
        batch = self.talk.batch
        for case in self.cases:
            batch.add(t.case, **plain(case, _CASE))
        self.forms.close()
        self.talk.close(self._began or self.talk.at)
        batch.acts.extend(self._acts)

    # What the person does.

    def do_them(self, line: Line) -> None:
        """The person writes, and the assistant answers, unless staff are writing to them."""
        kind = MessageKind(line.get("kind", "text"))
        topic = line.get("topic")
        decision = line.get("decision") or ("answer" if topic else "fallback" if kind is MessageKind.TEXT else None)
        if self.talk.is_silent and not (topic and topics.is_safety(topic)):
            decision = None
        span = {"answer": _CONFIDENT, "suggest": _UNSURE, "check_safety": _UNSURE, "fallback": _LOST}.get(decision or "")
        confidence = round(self.world.rng.uniform(*span), 3) if span else None
        pressed = line.get("press")
        text = self.talk.fill(self._wording(line["them"])) if not pressed else self.world.title(pressed, self.talk.language)
        self.talk.hear(text, kind=kind, pressed=pressed, topic=topic, decision=decision, confidence=confidence)
        if decision is None and kind is MessageKind.TEXT:
            return self._waits_again()
        self._misses = self._misses + 1 if decision == "fallback" else 0
        self._answer(line, kind, topic, decision)

    def _answer(self, line: Line, kind: MessageKind, topic: str | None, decision: str | None) -> None:
        if self.talk.is_silent and decision is None:
            return self._waits_again()
        if kind is not MessageKind.TEXT:
            return self.talk.say(f"received_{kind.value}")
        if decision == "fallback" and self._misses > 1:
            self.talk.say("fallback_person")
            return self.open_case("fallback")
        if decision == "suggest":
            return self.talk.say("suggest", choices=(*line["suggestions"], "talk_to_human"))
        if decision != "answer":
            return self.talk.say(decision or "fallback")
        self.talk.say(topic or "menu")
        if topic in CASE_OF_TOPIC:
            self.open_case(topic)
        return None

    def do_helped(self, line: Line) -> None:
        """The person says whether it helped."""
        answer = "helped_yes" if line["helped"] else "helped_no"
        words = self.world.title(answer, self.talk.language)
        self.talk.hear(words, pressed=answer, topic=answer, decision="answer", confidence=1.0)
        resolved = [case for case in self.cases if case.resolved_at is not None]
        if resolved:
            resolved[-1].helped = bool(line["helped"])
        self.talk.say(answer)

    def do_stop(self, line: Line) -> None:
        """The person wants no more messages."""
        self.talk.hear(line["stop"], topic="stop_messages", decision="answer", confidence=1.0)
        if self.talk.channel is not Channel.SMS:
            self.talk.say("stop_messages")
        self.talk.address.stop(self.talk.at)

    def _waits_again(self) -> None:
        for case in self.cases:
            if case.queue_state is QueueState.WITH_STAFF and case.waiting_since is None:
                case.waiting_since = self.talk.at
                case.due_at = max(case.due_at, self.world.hours.due(self.talk.at, case.priority))

    # Cases.

    def open_case(self, topic: str) -> None:
        """Open the case that a topic calls for, or join the one that is open, and tell the person."""
        kind, priority = CASE_OF_TOPIC[topic]
        at = self.talk.at
        same = [case for case in self.cases if case.kind is kind and case.is_open]
        if same:
            same[0].raise_priority(priority, self.world.hours.due(at, priority))
            opened = OpenedCase(same[0].reference, kind, False, True)
        else:
            opened = self.add_case(kind, priority, topic, self.world.reference())
        self.talk.say(case_answer(topic, opened), reference=opened.reference)

    def add_case(self, kind: CaseKind, priority: Priority, topic: str, reference: str) -> OpenedCase:
        """Keep a case that waits from now on."""
        at = self.talk.at
        case = Case(
            id=self.world.new_id(), reference=reference, kind=kind, priority=priority, queue_state=QueueState.WAITING,
            contact_id=self.talk.contact_id, conversation_id=self.talk.conversation.id, topic=topic,
            opened_by_message_id=self.talk.last_inbound_id, opened_at=at, due_at=self.world.hours.due(at, priority),
            place=self.place, waiting_since=at,
        )  # fmt: skip
        self.cases.append(case)
        return OpenedCase(reference, kind, True, True)

    # What becomes of a request.

    def do_move(self, line: Line) -> None:
        """Staff move the request on."""
        self.forms.move(line)

    def do_dates(self, line: Line) -> None:
        """Staff note until when papers and checks hold."""
        self.forms.set_dates(line["dates"])

    def _wording(self, words: str | Sequence[str]) -> str:
        if isinstance(words, str):
            return words
        return words[0] if self._is_first_wording else self.world.rng.choice(words)

    def _wait(self, line: Line, *, is_first: bool) -> timedelta:
        if "wait" in line:
            return length_of(line["wait"])
        if "form" in line:
            return timedelta(minutes=self.world.rng.randint(9, 22))
        if "move" in line:
            return timedelta(days=line.get("days", 0), minutes=self.world.rng.randint(3, 50))
        if is_first:
            return timedelta()
        return timedelta(seconds=self.world.rng.randint(25, 170) if "them" in line else self.world.rng.randint(60, 420))
