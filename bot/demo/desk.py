"""What staff of the demo do with a case: claim, write, note, hand over, resolve. Each leaves its trace, as in the console."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.demo.talk import Talk
from bot.demo.world import Colleague
from bot.domain.audit import Act
from bot.domain.cases import URGENCY, Case, CaseEntry, EntryKind, QueueState
from bot.speaking.case_words import handover_answer
from bot.storage import tables as t

Line = Mapping[str, Any]


class Desk:
    """The staff's side of a scene.

    Attributes:
        team: The office that the person's town belongs to.
        cases: All cases of the person, in the order in which they were opened.
    """

    def __init__(self, talk: Talk, *, team: str) -> None:
        self.talk, self.world, self.team = talk, talk.world, team
        self.cases: list[Case] = []
        self._acts: list[tuple[Act, int | None, datetime, str]] = []

    def do_claim(self, line: Line) -> None:
        """Somebody follows the case."""
        case = self._case()
        self._claim(case, self.by(line, case))

    def do_staff(self, line: Line) -> None:
        """Somebody writes to the person."""
        case = self._case()
        by = self.by(line, case)
        if case.assignee_id is None:
            self._claim(case, by)
        self._write(case, by, self.talk.fill(line["staff"], staff=by.name), failure=line.get("fails"))

    def do_note(self, line: Line) -> None:
        """Somebody leaves a note for colleagues."""
        case = self._case()
        case.touched_at = self.talk.at
        self._enter(case, EntryKind.NOTE, Act.NOTE_WRITTEN, self.by(line, case), text=line["note"])

    def do_give(self, line: Line) -> None:
        """A supervisor gives the case to somebody."""
        case, by, to = self._case(), self.by(line, self._case()), self.world.named(line["give"])
        case.assign(to.id, self.talk.at, team=to.team)
        self._enter(case, EntryKind.ASSIGNED, Act.CASE_ASSIGNED, by, to=to.id, text=line.get("why", ""))

    def do_transfer(self, line: Line) -> None:
        """Somebody hands the case to another office."""
        case = self._case()
        by, was_with_staff = self.by(line, case), case.queue_state is QueueState.WITH_STAFF
        case.release(self.talk.at, team=line["transfer"])
        self._enter(case, EntryKind.TRANSFERRED, Act.CASE_TRANSFERRED, by, text=line["why"])
        self._hand_over(was_with_staff=was_with_staff)

    def do_release(self, line: Line) -> None:
        """Somebody puts the case back."""
        case = self._case()
        by, was_with_staff = self.by(line, case), case.queue_state is QueueState.WITH_STAFF
        case.release(self.talk.at, team=case.team)
        self._enter(case, EntryKind.RELEASED, Act.CASE_RELEASED, by)
        self._hand_over(was_with_staff=was_with_staff)

    def do_escalate(self, _line: Line) -> None:
        """Nobody touched the case in its time: it goes back to the queue."""
        case = self._case()
        to, was_with_staff = case.assignee_id, case.queue_state is QueueState.WITH_STAFF
        case.escalate(self.talk.at)
        self._entry(case, EntryKind.ESCALATED, to=to)
        self._hand_over(was_with_staff=was_with_staff)

    def do_priority(self, line: Line) -> None:
        """Somebody makes the case more or less urgent."""
        case = self._case()
        before, case.priority = case.priority, URGENCY[[p.value for p in URGENCY].index(line["priority"])]
        case.due_at = self.world.hours.due(case.waiting_since or self.talk.at, case.priority)
        text = f"{before.value} {case.priority.value}"
        self._enter(case, EntryKind.PRIORITY_CHANGED, Act.CASE_PRIORITY_CHANGED, self.by(line, case), text=text)

    def do_back(self, line: Line) -> None:
        """Staff let the assistant speak again."""
        case = self._case()
        case.give_back(self.talk.at)
        self._enter(case, EntryKind.GIVEN_BACK, Act.CASE_GIVEN_BACK, self.by(line, case))
        self.talk.conversation.give_back()
        self.talk.say("given_back")

    def do_resolve(self, line: Line) -> None:
        """Staff end the case."""
        case = self._case()
        self._resolve(case, self.by(line, case), line["resolve"] or "")

    def do_template(self, _line: Line) -> None:
        """Staff ask the person to write, as WhatsApp's window is shut."""
        case = self._case()
        self.talk.send_template()
        self.act(Act.TEMPLATE_SENT, self.by({}, case), case.reference)

    def _claim(self, case: Case, by: Colleague) -> None:
        self.act(Act.CONVERSATION_OPENED, by, case.reference)
        case.claim(by.id, self.talk.at, team=by.team)
        self._enter(case, EntryKind.CLAIMED, Act.CASE_CLAIMED, by)

    def _write(self, case: Case, by: Colleague, text: str, *, failure: str | None = None) -> None:
        was_with_staff = case.queue_state is QueueState.WITH_STAFF
        case.take_conversation(by.id, self.talk.at, team=by.team)
        self.talk.conversation.take(by.id, self.talk.at)
        self.talk.write(by, text, failure=failure)
        if not was_with_staff:
            self._entry(case, EntryKind.TAKEN, by=by.id)
        self.act(Act.MESSAGE_SENT, by, case.reference)

    def _resolve(self, case: Case, by: Colleague, note: str) -> None:
        was_with_staff = self.talk.is_silent
        case.resolve(by.id, self.talk.at)
        self._enter(case, EntryKind.RESOLVED, Act.CASE_RESOLVED, by, text=note)
        if was_with_staff and not any(one.queue_state is QueueState.WITH_STAFF for one in self.cases):
            self.talk.conversation.give_back()
            self.talk.say("case_resolved")

    def _hand_over(self, *, was_with_staff: bool) -> None:
        """Let the assistant speak again where staff were writing, and say so."""
        if was_with_staff and not any(one.queue_state is QueueState.WITH_STAFF for one in self.cases):
            self.talk.conversation.give_back()
            self.talk.say(handover_answer(is_staff_on_duty=True))

    def _enter(self, case: Case, kind: EntryKind, act: Act, by: Colleague, **values: Any) -> None:
        self._entry(case, kind, by=by.id, **values)
        self.act(act, by, case.reference)

    def _entry(self, case: Case, kind: EntryKind, **values: Any) -> None:
        entry = CaseEntry(case.id, case.conversation_id, kind, self.talk.at, **values)
        self.talk.batch.add(t.case_entry, **vars(entry))

    def act(self, act: Act, by: Colleague, subject: str, *, at: datetime | None = None) -> None:
        """Keep an entry for the audit log."""
        self._acts.append((act, by.id, at or self.talk.at, subject))

    def _case(self) -> Case:
        return next(case for case in reversed(self.cases) if case.is_open)

    def by(self, line: Line, case: Case) -> Colleague:
        """Return who does what a line says: who is named, else who follows the case, else somebody of the office."""
        if "by" in line:
            return self.world.named(line["by"])
        if case.assignee_id is not None:
            return next(one for one in self.world.staff if one.id == case.assignee_id)
        return self.world.colleague(case.kind, case.team or self.team)
