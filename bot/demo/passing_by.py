"""People of the demo who asked the assistant something and needed nobody else: most of those who write to a hotline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.demo.desk import Line
from bot.demo.people import People
from bot.demo.rows import Batch
from bot.demo.scene import Scene
from bot.demo.stories import load_stories
from bot.demo.talk import Talk
from bot.demo.world import World
from bot.domain.contacts import Channel

TOPICS = (
    "return_what_is", "return_how_to_apply", "return_cost", "return_documents", "return_duration", "return_no_passport",
    "service_health", "service_food_items", "asylum_unhcr", "contact_offices",
)  # fmt: skip
"""What they ask; none of these opens a case."""
DAYS = 30
"""How far back they go, most of them in the last days."""


def pass_by(world: World, batch: Batch, people: People) -> Scene:
    """Let somebody press a question or two, and perhaps say whether it helped."""
    rng = world.rng
    story = replace(rng.choice(load_stories()), same_person_as=None)
    person = people.for_story(story, is_first=False)
    talk = Talk(world, batch, person, language=story.language, channel=Channel(rng.choice(story.channels)))
    scene = Scene(talk, place=rng.choice(story.places), team=story.team, is_first_wording=False)
    script: list[Line] = [{"them": "", "press": topic, "topic": topic} for topic in rng.sample(TOPICS, rng.randint(1, 3))]
    if rng.random() < 0.3:
        script.append({"helped": rng.random() < 0.8})
    scene.play(script, end=_some_time_ago(world))
    scene.close()
    return scene


def _some_time_ago(world: World) -> datetime:
    return world.now - timedelta(minutes=10) - timedelta(days=DAYS) * world.rng.random() ** 2
