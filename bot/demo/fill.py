"""Fills a database with the demo: the small office story by story, the larger ones by telling the stories again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sqlalchemy import insert, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.demo.numbers import daily_counts
from bot.demo.office import furnish, label
from bot.demo.passing_by import pass_by
from bot.demo.people import People
from bot.demo.rows import Batch
from bot.demo.scene import Scene
from bot.demo.stories import Story, load_earlier, load_stories
from bot.demo.talk import Talk
from bot.demo.world import World
from bot.domain.contacts import Channel
from bot.services.ports import UnitOfWork
from bot.storage import tables as t

YEAR = timedelta(days=340)
"""How far back the stories of the larger offices go."""

FORM_SHARE = 0.5
"""How often a large office has a story with a form, beside one without: most people only ask."""

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Size:
    """How much a demo holds.

    Attributes:
        contacts: How many people; 0 stands for one of each story.
        scale: Of the daily counts, beside the small office.
        open_share: Part of the people whose story goes on now.
        passing_by: How many more people only asked the assistant something.
    """

    contacts: int
    scale: float
    open_share: float = 1.0
    at_once: int = 400
    passing_by: int = 0


SIZES = {"small": Size(0, 1.0, passing_by=160), "medium": Size(5_200, 3.0, 0.1), "large": Size(54_000, 25.0, 0.05)}


@dataclass
class Made:
    """How much was made."""

    contacts: int = 0
    cases: int = 0
    messages: int = 0
    requests: int = 0


def fill(
    open_uow: Callable[[], UnitOfWork], engine: Engine, world: World, size: Size, *, progress: Progress = lambda _count: None
) -> Made:
    """Write the demo, in transactions of some hundred people each; return how much was made.

    Args:
        open_uow: Gives a transaction over the same database; the audit log is written through it.
        progress: Told how many people were added.
    """
    made, scenes = Made(), _scenes(world, size)
    while True:
        batch = Batch()
        count = sum(1 for scene in islice(scenes(batch), size.at_once or None))
        if not count:
            break
        _keep(open_uow, world, batch, made)
        progress(count)
    with Session(engine, future=True) as session:
        _count_days(session, world, size)
        session.commit()
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return made


def total_of(size: Size) -> int:
    """Return how many people a demo of this size has."""
    return (size.contacts or len(load_stories())) + size.passing_by


def _keep(open_uow: Callable[[], UnitOfWork], world: World, batch: Batch, made: Made) -> None:
    batch.sort_messages()
    made.contacts += len(batch.rows(t.contact))
    made.cases += len(batch.rows(t.case))
    made.messages += len(batch.rows(t.message))
    made.requests += len(batch.rows(t.request))
    acts = sorted((act for act in batch.acts if act[2] <= world.now), key=lambda act: act[2])
    unanswered: dict[str, list[str]] = {}
    languages = {row["id"]: row["language"] for row in batch.rows(t.conversation)}
    for row in batch.rows(t.message):
        if row["decision"] == "fallback":
            unanswered.setdefault(languages[row["conversation_id"]], []).append(row["id"])
    is_first = made.contacts == len(batch.rows(t.contact))
    with open_uow() as uow:
        batch.write(uow.session.connection())
        for act, staff_id, at, subject in acts:
            uow.audit.add(act, staff_id=staff_id, at=at, subject=subject)
        if is_first:
            furnish(uow.session, world.staff, now=world.now, new_id=world.new_id)
            label(uow.session, unanswered, world.staff, now=world.now)
        uow.commit()


def _scenes(world: World, size: Size) -> Callable[[Batch], Iterator[Scene]]:
    people, stories, state = People(world.rng), load_stories(), {"told": 0}
    weights = [FORM_SHARE if any("form" in line for line in story.script) else 1.0 for story in stories]

    def tell(batch: Batch) -> Iterator[Scene]:
        while state["told"] < (size.contacts or len(stories)):
            number = state["told"]
            state["told"] += 1
            is_first = number < len(stories)
            story = stories[number] if is_first else world.rng.choices(stories, weights)[0]
            yield _tell(world, batch, people, story, is_first=is_first, part=number / total_of(size), size=size)
        while state["told"] < total_of(size):
            state["told"] += 1
            yield pass_by(world, batch, people)

    return tell


def _tell(world: World, batch: Batch, people: People, story: Story, *, is_first: bool, part: float, size: Size) -> Scene:
    rng = world.rng
    channel = Channel(story.channels[0] if is_first else rng.choice(story.channels))
    place = story.places[0] if is_first else rng.choice(story.places)
    person = people.for_story(story, is_first=is_first)
    talk = Talk(world, batch, person, language=story.language, channel=channel)
    scene = Scene(talk, place=place, team=story.team, is_first_wording=is_first)
    is_open = is_first or rng.random() < size.open_share
    end = world.now - story.ends
    if not is_first:
        end = world.now - story.ends * rng.uniform(0.6, 6) if is_open else world.now - YEAR * (1 - part) - timedelta(days=9)
    briefly = [one for one in load_earlier()[story.language] if is_first or one.is_brief]
    scene.play(rng.choice(briefly).script, end=end - timedelta(days=rng.randint(66, 140)))
    scene.finish()
    scene.play(story.script, end=end)
    if not is_open:
        scene.finish()
    scene.close()
    return scene


def _count_days(session: Session, world: World, size: Size) -> None:
    rows = [
        {**vars(key), "count": count}
        for key, count in daily_counts(now=world.now, zone=world.hours.zone, rng=world.rng, scale=size.scale)
    ]
    session.execute(insert(t.daily_count), rows)
