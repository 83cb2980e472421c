"""One case: what it is, the files that came with the conversation, and what became of our last messages. No texts yet."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_security import current_user

from bot.console.outside import now, parts
from bot.console.permissions import requires
from bot.domain.conversations import Direction
from bot.services.cases import find_open_case
from bot.services.deliveries import delivery_of, hidden_kinds
from bot.services.media import list_media, may_see_media
from bot.services.requests import request_of_case

MAX_DELIVERIES = 20

pages = Blueprint("cases", __name__)


@pages.get("/cases/<string:reference>")
@requires("see_cases")
def show(reference: str) -> ResponseReturnValue:
    """Show an open case that the roles may see; any other is not found, so that nobody learns that it exists."""
    roles = current_user.role_set
    with parts().unit_of_work() as uow:
        case = find_open_case(uow, reference, roles)
        conversation = uow.conversations.get(case.conversation_id)
        # Like the files, what we sent may belong to another matter of this person.
        is_shared = may_see_media(uow, case.contact_id, roles)
        messages = uow.messages.in_conversation(conversation.id, after=0) if is_shared else []
        outbound = [message for message in messages if message.direction is Direction.OUTBOUND]
        return render_template(
            "case.html",
            case=case,
            conversation=conversation,
            as_of=now(),
            found=request_of_case(uow, case),
            media=list_media(uow, messages),
            deliveries=[delivery_of(message, conversation.channel) for message in outbound[: -MAX_DELIVERIES - 1 : -1]],
            has_hidden=bool(hidden_kinds(roles)),
        )
