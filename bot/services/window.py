"""What staff can do when WhatsApp takes no free text: ask the person to write, by the template that it has approved."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.audit import Act
from bot.domain.cases import CaseEntry, EntryKind
from bot.domain.conversations import Conversation, Message
from bot.domain.errors import NotAllowed, WrongState
from bot.domain.requests import Actor
from bot.domain.staff import Role
from bot.services.case_talk import lock_both, outbound
from bot.services.hidden import has_hidden_matter
from bot.services.ports import Clock, Ids, UnitOfWork


def ask_to_write(
    uow: UnitOfWork, reference: str, *, templates: Mapping[str, str], actor: Actor, clock: Clock, new_id: Ids
) -> Message:
    """Send "your reply is ready" once, so that the person writes and the window opens; who asks follows the case.

    Args:
        templates: Words of the approved template by language.

    Raises:
        NotFound: As ``find_case``.
        WrongState: ``case_resolved``, ``address_stopped``; ``window_open`` where free text is taken; ``template_missing``
            where none is approved in the person's language; ``template_sent`` where it went out already.
        NotAllowed: ``staff_only``, ``case_of_colleague``, ``conversation_elsewhere``.
    """
    (case, conversation), now = lock_both(uow, reference, actor), clock()
    if actor.staff_id is None:
        raise NotAllowed("staff_only", actor.id)
    if not case.is_open:
        raise WrongState("case_resolved", case.id)
    if case.assignee_id not in (None, actor.staff_id) and Role.SUPERVISOR not in actor.roles:
        raise NotAllowed("case_of_colleague", case.id)
    if uow.contacts.get_address(conversation.channel_address_id).stopped_at is not None:
        raise WrongState("address_stopped", case.id)
    if conversation.takes_free_text(now):
        raise WrongState("window_open", case.id)
    language = conversation.reply_language
    if language not in templates:
        raise WrongState("template_missing", case.id)
    if has_asked(uow, conversation):
        raise WrongState("template_sent", case.id)
    if has_hidden_matter(uow, case, actor.roles):
        raise NotAllowed("conversation_elsewhere", case.id)
    if case.assignee_id is None:
        case.claim(actor.staff_id, now, team=actor.team)
        uow.cases.add_entry(CaseEntry(case.id, conversation.id, EntryKind.CLAIMED, now, by=actor.staff_id))
    case.touched_at = now
    message = outbound(conversation, templates[language], actor=actor, now=now, new_id=new_id)
    message.answer_id, message.template = "reply_ready", f"reply_ready_{language}"
    uow.messages.add(message)
    uow.audit.add(Act.TEMPLATE_SENT, staff_id=actor.staff_id, at=now, subject=case.reference)
    uow.commit()
    return message


def has_asked(uow: UnitOfWork, conversation: Conversation) -> bool:
    """Say whether the person was asked since they last wrote."""
    return uow.outbox.has_template_since(conversation.id, conversation.last_inbound_at)
