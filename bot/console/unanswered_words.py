"""Words for unanswered messages: why they are shown, and the topics by their names."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask
from flask_babel import get_locale, pgettext

from bot.console.case_words import answer_title
from bot.console.words import listed, remembered
from bot.services.training_labels import Trouble


def install(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.globals.update(
        names_of_topics=names_of_topics, topic_group=topic_group, topic_name=topic_name, trouble_name=trouble_name
    )


@remembered
def trouble_name(trouble: Trouble) -> str:
    """Return why a message is shown."""
    return {
        Trouble.NOT_UNDERSTOOD: pgettext("unanswered message", "Not understood"),
        Trouble.NOT_MEANT: pgettext("unanswered message", "No suggestion was picked"),
        Trouble.NOT_HELPED: pgettext("unanswered message", "The answer did not help"),
    }[trouble]


def topic_group(group: str) -> str:
    """Return the name of a group of topics."""
    return {
        "faq": pgettext("group of topics", "Questions"),
        "task": pgettext("group of topics", "Things that people want done"),
        "chat": pgettext("group of topics", "Conversation"),
    }[group]


@remembered
def topic_name(topic: str) -> str:
    """Return what people call a topic: its button, in the language of the page; else our word, or its id."""
    return answer_title(topic, get_locale().language) or _chat().get(topic, topic)


def names_of_topics(topics: Iterable[str]) -> str:
    """Return the names of several topics as a list in a sentence."""
    return listed(topic_name(topic) for topic in topics)


def _chat() -> dict[str, str]:
    return {
        "greet": pgettext("topic", "Greeting"),
        "goodbye": pgettext("topic", "Goodbye"),
        "thank": pgettext("topic", "Thanks"),
        "affirm": pgettext("topic", "Yes"),
        "deny": pgettext("topic", "No"),
        "menu": pgettext("topic", "What can you do?"),
        "change_language": pgettext("topic", "Another language"),
        "repeat": pgettext("topic", "Say it again"),
        "cancel": pgettext("topic", "Stop what we are doing"),
        "bot_challenge": pgettext("topic", "Are you a machine?"),
        "frustration": pgettext("topic", "Anger at the hotline"),
        "out_of_scope": pgettext("topic", "Nothing of ours"),
    }
