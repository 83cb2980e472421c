"""The trained assistant in this process: Rasa's agent, our answer generator and actions, over a database of its own."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from dataclasses import dataclass

import aiohttp
import pytest
from cryptography.fernet import Fernet
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor
from sqlalchemy import select

from actions.parts import parts as parts_of_actions
from bot.commands.train import train_with_progress
from bot.delivery.inbox import InboxWorker
from bot.domain.contacts import Channel, ChannelAddress
from bot.domain.conversations import InboundState, Message
from bot.services.messages import receive_message
from bot.settings import home_of, load_settings, read_environment
from bot.speaking.generator import AnswerGenerator
from bot.speaking.parts import speaker_of
from bot.storage.migrate import migrate
from bot.wiring import build, new_id, now
from tests.builders import make_incoming

PATIENCE_SECONDS = 30


class ActionsInProcess(EndpointConfig):
    """The action server without HTTP: runs the classes of ``actions``, or is away."""

    def __init__(self):
        super().__init__("http://actions.invalid/webhook")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")
        self.is_away = False

    async def request(self, method="post", subpath=None, content_type=None, compress=False, **kwargs):
        """Run the action that Rasa asks for."""
        if self.is_away:
            raise aiohttp.ClientConnectionError("nobody answers")
        result = await self._executor.run(json.loads(json.dumps(kwargs["json"])))
        return json.loads(json.dumps(result))


@dataclass(frozen=True)
class Assistant:
    """What a conversation needs."""

    parts: object
    agent: Agent
    actions: ActionsInProcess


@pytest.fixture(scope="session")
def assistant(tmp_path_factory):
    """The loaded model with its surroundings; it is trained first where its inputs changed."""
    model = train_with_progress(home_of(read_environment()))
    home = tmp_path_factory.mktemp("home")
    environment = {
        "DALEEL_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home / 'daleel.db'}",
        "DALEEL_KEYS": Fernet.generate_key().decode(),
        "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
    }
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    parts_of_actions.cache_clear()
    parts = build(load_settings(read_environment()))
    migrate(parts.engine)
    actions = ActionsInProcess()
    store = InMemoryTrackerStore(Domain.empty())
    agent = Agent.load(str(model), generator=AnswerGenerator(parts=parts), tracker_store=store, action_endpoint=actions)
    store.domain = agent.domain
    yield Assistant(parts, agent, actions)
    parts_of_actions().engine.dispose()
    parts_of_actions.cache_clear()
    parts.engine.dispose()
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


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
        with parts.unit_of_work() as uow:
            self.received = uow.messages.get(stored.id)
            said = uow.messages.in_conversation(stored.conversation_id, after=self.received.position)
            self.replies = [message for message in said if message.reply_to_id == stored.id]
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


@pytest.fixture
def phone(assistant):
    """The phone of somebody who never wrote before."""
    return Phone(assistant)
