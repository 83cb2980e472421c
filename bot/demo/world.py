"""What all scenes of the demo share: chance, the staff, the assistant's words, hashes, references."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from random import Random
from typing import Any

from bot.domain.cases import CaseKind
from bot.domain.contacts import Channel
from bot.domain.errors import NotFound
from bot.domain.form_replies import FormReply
from bot.domain.opening_hours import OpeningHours
from bot.domain.references import new_reference
from bot.domain.requests import Actor
from bot.domain.staff import VISIBLE_KINDS, Authority, Role
from bot.language.catalogues import Catalogues
from bot.services.turns import Reply
from bot.speaking.form_speaker import FormSpeaker
from bot.speaking.speaker import Speaker


@dataclass(frozen=True)
class Colleague:
    """A staff member of the demo, as scenes know them."""

    id: int
    key: str
    name: str
    team: str | None
    roles: frozenset[Authority]

    @property
    def actor(self) -> Actor:
        """The staff member as the domain takes who acts."""
        return Actor(str(self.id), self.roles, self.team)

    def may_see(self, kind: CaseKind) -> bool:
        """Say whether their roles open a kind of case."""
        return any(kind in VISIBLE_KINDS[role] for role in self.roles)


class World:
    """The demo's world.

    Args:
        now: The moment that every story is told from.
        hash: Keyed hash of a value, as the storage has it.
        name_key: What the spellings of a name share.
        name_hashes: The keyed hashes by which staff find a request by its name.
    """

    def __init__(
        self,
        *,
        now: datetime,
        rng: Random,
        staff: Sequence[Colleague],
        speaker: Speaker,
        catalogues: Catalogues,
        hours: OpeningHours,
        hash: Callable[[str], str],
        name_key: Callable[[str], str],
        name_hashes: Callable[[str], Sequence[str]],
        consent_version: str,
        months: int,
    ) -> None:
        self.now, self.rng, self.staff, self.hours = now, rng, staff, hours
        self.hash, self.name_key, self.name_hashes = hash, name_key, name_hashes
        self.consent_version, self.months = consent_version, months
        self.catalogues = catalogues
        self.forms = FormSpeaker(speaker, catalogues)
        self._speaker = speaker
        self._references: set[str] = set()
        self._questions: dict[tuple[Any, ...], Reply] = {}
        self._remembered = lru_cache(maxsize=20_000)(self._say)

    def new_id(self) -> str:
        """Return a fresh opaque id, as short as the hotline's own."""
        return f"{self.rng.getrandbits(80):020x}"

    def reference(self) -> str:
        """Return a reference that nobody else in the demo has."""
        while (found := new_reference(self.rng.choice)) in self._references:
            pass
        self._references.add(found)
        return found

    def say(
        self, answer_id: str, language: str, channel: Channel, *, choices: Sequence[str] | None = None, **values: str
    ) -> Reply | None:
        """Return an answer as the assistant gives it; None where it has none."""
        chosen = tuple(choices) if choices is not None else None
        return self._remembered(answer_id, language, channel, chosen, tuple(values.items()))

    def _say(
        self,
        answer_id: str,
        language: str,
        channel: Channel,
        choices: tuple[str, ...] | None,
        values: tuple[tuple[str, str], ...],
    ) -> Reply | None:
        try:
            return self._speaker.say(answer_id, language, channel, choices=choices, **dict(values))
        except NotFound:
            return None

    def ask(self, reply: FormReply, language: str, channel: Channel) -> Reply:
        """Return what a form says; a question alone is put into words once."""
        asking = reply.asking
        if reply.lines or asking is None:
            return self.forms.say(reply, language, channel)
        key = (asking.id, asking.words, asking.values, language, channel)
        if key not in self._questions:
            self._questions[key] = self.forms.say(reply, language, channel)
        return self._questions[key]

    def title(self, choice_id: str, language: str) -> str:
        """Return the words of a choice."""
        return self.catalogues.text(language, choice_id, "title")

    def colleague(self, kind: CaseKind, team: str | None) -> Colleague:
        """Return somebody who may see this kind of case, of this team where there is one."""
        may = [one for one in self.staff if one.may_see(kind)]
        workers = [one for one in may if Role.SUPERVISOR not in one.roles] or may
        # What caseworkers see is theirs; protection officers have enough to do.
        if kind not in VISIBLE_KINDS[Role.CASEWORKER]:
            return self.rng.choice([one for one in workers if one.team == team] or workers)
        workers = [one for one in workers if Role.CASEWORKER in one.roles]
        return self.rng.choice([one for one in workers if one.team == team] or workers)

    def named(self, key: str) -> Colleague:
        """Return a colleague by the name that the stories use."""
        return next(one for one in self.staff if one.key == key)


TEAM_OF_PLACE: Mapping[str, str] = {
    "benghazi": "benghazi", "ajdabiya": "benghazi", "kufra": "benghazi", "tobruk": "benghazi",
    "bayda": "benghazi", "derna": "benghazi", "sabha": "sabha",
}  # fmt: skip
"""Which office a town belongs to in the demo; all others are Tripoli's."""
