"""The thread of a person: what is in it, in which order, and what a reader does not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cases import CaseEntry, CaseKind, EntryKind, QueueState
from bot.domain.contacts import Channel
from bot.domain.staff import Grant, Role
from bot.services.thread import PAGE, mark_of, marks_in, read_thread, scope_of
from bot.services.thread_ports import EntryHead, Head
from tests.builders import NOON, make_address, make_case, make_contact, make_conversation, make_message
from tests.fakes import InMemoryUnitOfWork

CASEWORKER = {Role.CASEWORKER}


class FakeThreads:
    """Reads what the other fakes keep, and counts what was opened."""

    def __init__(self, uow):
        self.uow, self.kept, self.opened = uow, {}, []

    def conversations(self, contact_ids):
        return [one for one in self.uow.conversations.rows.values() if one.contact_id in contact_ids]

    def cases(self, contact_ids):
        return [one for one in self.uow.cases.rows.values() if one.contact_id in contact_ids]

    def heads(self, conversation_id, *, before, limit):
        found = [one for one in self.uow.messages.rows.values() if one.conversation_id == conversation_id]
        found = [one for one in found if before is None or one.position < before]
        found.sort(key=lambda one: one.position, reverse=True)
        return [
            Head(m.position, m.conversation_id, m.contact_id, m.created_at, m.state, m.failure, m.edited_at)
            for m in found[:limit]
        ]

    def messages(self, positions):
        self.opened += positions
        return {one.position: one for one in self.uow.messages.rows.values() if one.position in positions}

    def entry_heads(self, conversation_ids, *, since, until, limit):
        found = [EntryHead(number, one.case_id, one.at) for number, one in self.kept.items()]
        return [one for one in found if (since is None or one.at >= since) and (until is None or one.at < until)][-limit:]

    def entries(self, ids):
        return {number: self.kept[number] for number in ids}


@pytest.fixture
def uow():
    """A person who writes by Telegram, and whose question is followed."""
    made = InMemoryUnitOfWork()
    made.contacts.add(make_contact())
    made.contacts.add_address(make_address())
    made.conversations.add(make_conversation())
    made.cases.add(make_case(id="question"))
    made.threads = FakeThreads(made)
    return made


def say(uow, text, minutes, **changes):
    """Let a message be there since so many minutes after noon."""
    uow.messages.add(make_message(text=text, created_at=NOON + timedelta(minutes=minutes), **changes))


def texts(uow, *, roles=CASEWORKER, **asked):
    """Return what a reader sees, in order."""
    thread = read_thread(uow, scope_of(uow, uow.cases.get("question"), roles), **asked)
    return [one.message.text if one.message else one.entry.kind.value for one in thread.items if not one.is_known]


def test_entries_stand_between_the_messages_at_their_time(uow):
    say(uow, "first", 0)
    say(uow, "second", 10)
    uow.threads.kept[1] = CaseEntry("question", "conversation", EntryKind.CLAIMED, NOON + timedelta(minutes=5))
    assert texts(uow) == ["first", "claimed", "second"]


def test_messages_keep_their_order_whatever_the_clocks_said(uow):
    say(uow, "first", 10)
    say(uow, "second", 5)
    assert texts(uow) == ["first", "second"]


def test_channels_of_one_number_are_one_thread_unless_it_is_shared(uow):
    uow.contacts.add(make_contact("by sms"))
    sms = {"id": "sms", "contact_id": "by sms"}
    uow.conversations.add(make_conversation(channel_address_id="other", channel=Channel.SMS, **sms))
    uow.contacts.add_address(make_address("by sms", id="other", channel=Channel.SMS))
    say(uow, "by telegram", 0)
    say(uow, "by sms", 1, conversation_id="sms", contact_id="by sms")
    assert texts(uow) == ["by telegram", "by sms"]
    uow.contacts.get("by sms").is_shared = True
    assert texts(uow) == ["by telegram"]


def test_a_matter_that_was_told_by_sms_hides_what_is_written_by_telegram_meanwhile(uow):
    uow.contacts.add(make_contact("by sms"))
    uow.conversations.add(make_conversation(id="sms", contact_id="by sms", channel_address_id="other", channel=Channel.SMS))
    uow.contacts.add_address(make_address("by sms", id="other", channel=Channel.SMS))
    uow.cases.add(make_case(id="danger", kind=CaseKind.PROTECTION, contact_id="by sms", conversation_id="sms"))
    say(uow, "before", -60)
    say(uow, "by sms", 1, conversation_id="sms", contact_id="by sms")
    say(uow, "by telegram", 2)
    assert texts(uow) == ["before"]
    assert scope_of(uow, uow.cases.get("question"), CASEWORKER).is_elsewhere
    assert texts(uow, roles={Role.PROTECTION}) == ["before", "by sms", "by telegram"]
    # Two persons with one phone are two.
    uow.contacts.get("by sms").is_shared = True
    assert texts(uow) == ["before", "by telegram"]
    assert not scope_of(uow, uow.cases.get("question"), CASEWORKER).is_elsewhere


@pytest.mark.parametrize(
    ("roles", "seen"),
    [
        (CASEWORKER, ["long before", "after"]),
        ({Role.PROTECTION}, ["long before", "after"]),
        ({Role.CASEWORKER, Grant.COMPLAINTS}, ["long before", "just before", "during", "after"]),
    ],
)
def test_messages_around_a_hidden_matter_are_not_shown_even_when_it_is_resolved(uow, roles, seen):
    case = make_case(id="complaint", kind=CaseKind.COMPLAINT, opened_at=NOON, queue_state=QueueState.RESOLVED)
    case.resolved_at = NOON + timedelta(hours=1)
    uow.cases.add(case)
    for text, minutes in (("long before", -31), ("just before", -29), ("during", 30), ("after", 61)):
        say(uow, text, minutes)
    assert texts(uow, roles=roles) == seen
    # Then what is not shown was not opened either.
    assert len(uow.threads.opened) == len(seen)


def test_an_open_hidden_matter_hides_all_since_and_says_so(uow):
    uow.cases.add(make_case(id="sea", kind=CaseKind.PROTECTION, opened_at=NOON))
    uow.threads.kept[1] = CaseEntry("sea", "conversation", EntryKind.NOTE, NOON, text="secret")
    say(uow, "much later", 60 * 24 * 30)
    thread = read_thread(uow, scope_of(uow, uow.cases.get("question"), CASEWORKER))
    assert thread.items == () and thread.is_partly_hidden


def test_a_page_at_a_time_and_each_once(uow):
    last = 2 * PAGE + 9
    for number in range(last + 1):
        say(uow, str(number), number)
    uow.threads.kept[1] = CaseEntry("question", "conversation", EntryKind.CLAIMED, NOON + timedelta(minutes=last - 0.5))
    scope, before, pages = scope_of(uow, uow.cases.get("question"), CASEWORKER), None, []
    while True:
        thread = read_thread(uow, scope, before=before)
        pages.append([one.message.text if one.message else "claimed" for one in thread.items])
        before = thread.earlier
        if before is None:
            break
    assert [len(page) for page in pages] == [PAGE + 1, PAGE, 10]
    read = [text for page in reversed(pages) for text in page]
    assert [text for text in read if text != "claimed"] == [str(number) for number in range(last + 1)]
    assert read.index("claimed") == read.index(str(last)) - 1


def test_only_what_is_new_or_changed_is_opened_again(uow):
    say(uow, "old", 0)
    say(uow, "corrected", 1)
    scope = scope_of(uow, uow.cases.get("question"), CASEWORKER)
    known = marks_in(read_thread(uow, scope).marks)
    uow.threads.opened.clear()
    say(uow, "new", 2)
    changed = list(uow.messages.rows.values())[1]
    changed.edited_at = NOON
    assert texts(uow, known=known) == ["corrected", "new"]
    assert uow.threads.opened == [2, 3]


def test_a_mark_changes_with_what_it_stands_for():
    head = Head(1, "conversation", "contact", NOON, "sent", None, None)
    assert mark_of(head) == mark_of(replace(head)) != mark_of(replace(head, state="delivered"))
    assert marks_in("aaaabbbb") == {"aaaa", "bbbb"}
