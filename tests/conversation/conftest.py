"""The trained assistant in this process: Rasa's agent, our answer generator and actions, over a database of its own."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from actions.parts import parts as parts_of_actions
from bot.commands.train import train_with_progress
from bot.settings import home_of, load_settings, read_environment
from bot.speaking.generator import AnswerGenerator
from bot.storage.migrate import migrate
from bot.wiring import build
from tests.conversation.forms_steps import Hotline, forget_everything
from tests.conversation.phones import Phone


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


@pytest_asyncio.fixture
async def hotline(assistant):
    """Twilio's webhook and the assistant behind it, over an empty database."""
    forget_everything(assistant.parts)
    opened = Hotline(assistant)
    yield opened
    await opened.close()


@pytest.fixture
def phone(assistant):
    """The phone of somebody who never wrote before."""
    return Phone(assistant)
