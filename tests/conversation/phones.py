"""A person's phone at the trained assistant: what is written goes to the inbox, what it shows is what went to the outbox."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot.delivery.inbox import InboxWorker
from bot.domain.contacts import Channel, ChannelAddress
from bot.domain.conversations import InboundState, Message
from bot.services.messages import receive_message
from bot.speaking.parts import speaker_of
from bot.wiring import new_id, now
from tests.builders import make_incoming

PATIENCE_SECONDS = 30


class Phone:
    """A person's phone: what they write, and what comes back."""

    def __init__(self, assistant, *, channel=Channel.TELEGRAM):
        self.assistant, self.channel = assistant, channel
        self.address = f"sim:{new_id()}"
        self.received = None
        self.replies = []

    @property
    def answers(self):
        """The answer ids of the replies to the last message, in order."""
        return [reply.answer_id for reply in self.replies]

    @property
    def choices(self):
        """The ids of the choices under the last message that had some."""
        return [choice.id for reply in self.replies for choice in reply.choices]

    async def write(self, text="", **changes):
        """Write, and wait for what comes back; return the answer ids."""
        parts = self.assistant.parts
        incoming = make_incoming(text, channel=self.channel, address=self.address, provider_id=new_id(), **changes)
        with parts.unit_of_work() as uow:
            stored = uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])
        worker = InboxWorker(
            parts, speaker_of(parts), is_ready=lambda: True, on_new_message=self.assistant.agent.handle_message
        )
        running = asyncio.create_task(worker.run())
        try:
            await asyncio.wait_for(self._handled(stored.id), PATIENCE_SECONDS)
        finally:
            running.cancel()
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.gather(*rest, return_exceptions=True)
        return self._see(stored.id)

    def _see(self, message_id):
        """Look at what came back for a message that was handled; return the answer ids."""
        with self.assistant.parts.unit_of_work() as uow:
            self.received = uow.messages.get(message_id)
            said = uow.messages.in_conversation(self.received.conversation_id, after=self.received.position)
            self.replies = [message for message in said if message.reply_to_id == message_id]
        return self.answers

    async def _handled(self, message_id):
        while True:
            with self.assistant.parts.unit_of_work() as uow:
                if uow.messages.get(message_id).state == InboundState.HANDLED.value:
                    return
            await asyncio.sleep(0.01)

    @property
    def cases(self):
        """The person's cases, the oldest first."""
        with self.assistant.parts.unit_of_work() as uow:
            return uow.cases.of_contact(self.received.contact_id)

    @property
    def conversation(self):
        """The conversation as it is stored."""
        with self.assistant.parts.unit_of_work() as uow:
            return uow.conversations.get(self.received.conversation_id)

    @property
    def channel_address(self):
        """The channel address as it is stored."""
        with self.assistant.parts.unit_of_work() as uow:
            return uow.session.execute(select(ChannelAddress).filter_by(contact_id=self.received.contact_id)).scalar_one()

    @property
    def messages(self):
        """All messages of the conversation."""
        with self.assistant.parts.unit_of_work() as uow:
            query = select(Message).filter_by(contact_id=self.received.contact_id)
            return list(uow.session.execute(query).scalars())
