"""What the page of a case shows, put together for one reader: the whole page, or what is new since it last asked."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from flask import json
from flask_babel import get_locale, to_user_timezone
from flask_security import current_user

from bot.console.case_gate import Gate, gate_of
from bot.console.outside import now, staff_names
from bot.console.permissions import may
from bot.console.queue import alarms_json, colleagues, teams
from bot.domain.cases import Case, Priority
from bot.domain.contacts import Channel
from bot.domain.conversations import Conversation, Message, MessageKind
from bot.services.cases import visible_kinds
from bot.services.media import MediaItem, list_media, may_see_media
from bot.services.people import person_of
from bot.services.ports import UnitOfWork
from bot.services.presence import Colleague, look
from bot.services.queue import alarms
from bot.services.requests import request_of_case
from bot.services.thread import Item, Scope, Thread, mark_of, marks_in, read_thread, scope_of

REGIONS = ("whole", "head", "gate", "watchers", "alarms")
"""Parts of the page that change by themselves, in the order of their marks after those of the thread."""


@dataclass(frozen=True)
class CasePage:
    """The page of a case as one reader sees it.

    Attributes:
        gate: Whether one may write to the person now.
        watchers: Who else has it open.
        is_new: Whether the reader had it not open before.
        files: Of the messages in it, the newest first; none where the reader may not see them.
        before: The position that earlier messages were asked for by; None on the newest page.
    """

    case: Case
    scope: Scope
    thread: Thread
    gate: Gate
    watchers: Sequence[Colleague]
    is_new: bool
    files: Sequence[MediaItem]
    alarms: Mapping[str, Any]
    before: int | None
    as_of: datetime

    @property
    def conversation(self) -> Conversation:
        """The one that the case belongs to."""
        return self.scope.conversations[self.case.conversation_id]

    @property
    def assignee(self) -> str:
        """The name of the one who follows the case; empty where nobody does."""
        return staff_names().get(self.case.assignee_id or 0, "")

    @property
    def is_mine(self) -> bool:
        """Whether the reader follows it."""
        return bool(self.case.assignee_id == current_user.id)

    @property
    def is_ours(self) -> bool:
        """Whether the reader may act on it: nobody follows it, or they do, or they answer for the office."""
        return self.case.assignee_id is None or self.is_mine or may("assign_cases")

    @property
    def alarms_json(self) -> str:
        """The alarms as ``static/alarm.js`` takes them."""
        return str(json.dumps(self.alarms))

    @cached_property
    def state(self) -> str:
        """A word that changes whenever something on the page does; what asks again hands it back."""
        return ".".join([self.thread.marks, *self._marks().values()])

    def _marks(self) -> Mapping[str, str]:
        case, conversation = self.case, self.conversation
        head = (case.queue_state, case.assignee_id, case.priority, case.team, conversation.is_with_staff, conversation.language)
        told = {key: value for key, value in self.alarms.items() if key != "as_of"}
        language = get_locale()
        return {
            # What was hidden or shown meanwhile is not told apart: then the page is loaded anew.
            "whole": mark_of(self.scope.spans, list(self.scope.conversations), language),
            "head": mark_of(head, language),
            "gate": mark_of(self.gate),
            "watchers": mark_of(self.watchers),
            "alarms": mark_of(told),
        }

    def changed_since(self, since: str) -> frozenset[str]:
        """Return which regions are not as the page knows them; ``whole`` also where it missed more than can be told."""
        known, *marks = since.split(".")
        changed = {name for name, mark in self._marks().items() if mark not in marks}
        if known and self.thread.earlier and not any(item.is_known for item in self.thread.items):
            changed.add("whole")
        return frozenset(changed)

    def rows(self) -> Iterator[tuple[Item, date | None]]:
        """Yield what the page does not know yet, each with its day where that is another than before."""
        day = None
        for item in self.thread.items:
            its_day = to_user_timezone(item.at).date()
            if not item.is_known:
                yield item, None if its_day == day else its_day
            day = its_day

    def channel_of(self, message: Message) -> Channel | None:
        """Return by which channel a message went, where the person has several."""
        return self.scope.conversations[message.conversation_id].channel if self.scope.has_several_channels else None

    def files_of(self, message: Message) -> list[MediaItem]:
        """Return the files that came with a message."""
        return [one for one in self.files if one.message_id == message.id]


def page_of(
    uow: UnitOfWork, case: Case, *, before: int | None = None, since: str = "", is_writing: bool = False
) -> CasePage:  # fmt: skip
    """Return the page of a case, and record that its reader has it open."""
    roles = current_user.role_set
    visit = look(uow, case.conversation_id, staff_id=current_user.id, is_writing=is_writing, clock=now)
    scope = scope_of(uow, case, roles)
    thread = read_thread(uow, scope, before=before, known=marks_in(since.split(".")[0]))
    messages = [item.message for item in thread.items if item.message is not None]
    return CasePage(
        case=case,
        scope=scope,
        thread=thread,
        gate=gate_of(uow, case, scope, at=now()),
        watchers=visit.colleagues,
        is_new=visit.is_new,
        files=_files(uow, messages, roles) if may("open_media") else [],
        alarms=alarms_json(alarms(uow, roles, staff_id=current_user.id, clock=now)),
        before=before,
        as_of=now(),
    )


def _files(uow: UnitOfWork, messages: Sequence[Message], roles: frozenset[Any]) -> Sequence[MediaItem]:
    sent = [one for one in messages if one.kind is not MessageKind.TEXT]
    seen = {contact_id for contact_id in {one.contact_id for one in sent} if may_see_media(uow, contact_id, roles)}
    return list_media(uow, [one for one in sent if one.contact_id in seen])


def side_of(uow: UnitOfWork, page: CasePage) -> dict[str, Any]:
    """Return what stands beside the thread, and what the forms offer."""
    kind = page.case.kind
    return {
        "found": request_of_case(uow, page.case),
        "person": person_of(uow, page.case.contact_id, current_user.role_set, via=page.case.reference),
        "client_id": secrets.token_hex(16),
        "priorities": list(Priority),
        "colleagues": [one for one in colleagues() if kind in visible_kinds(one.role_set) and one.id != page.case.assignee_id],
        "teams": teams(),
    }
