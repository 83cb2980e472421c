"""The dashboard: how the hotline does, in numbers of which nobody can be picked out, as charts and as tables."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, pgettext
from flask_security import current_user

from bot.console.locale import page_language
from bot.console.outside import now, parts
from bot.console.permissions import requires
from bot.console.words import channel_name, kind_name, language_name, length_of
from bot.console.words_of_places import place_words
from bot.domain.cases import URGENCY, CaseKind
from bot.domain.contacts import LANGUAGES, Channel
from bot.services.dashboard import FEWEST, PERIODS, STEP, Figure, Share, make_dashboard
from bot.services.oversight_ports import UNKNOWN
from bot.services.statistics import SMALLEST

HIDDEN = f"<{SMALLEST}"

pages = Blueprint("dashboard", __name__)


def install(app: Flask) -> None:
    """Let templates put the numbers into words."""
    app.jinja_env.globals.update(
        age_name=age_name,
        figure_words=figure_words,
        length_of=length_of,
        share_words=share_words,
        value_name=value_name,
    )


@pages.get("/dashboard")
@requires("see_dashboard")
def show() -> ResponseReturnValue:
    """Show the numbers of the last days."""
    wanted = request.args.get("days", "")
    period = next((days for days in PERIODS if str(days) == wanted), PERIODS[1])
    with parts().unit_of_work() as uow:
        found = make_dashboard(uow, current_user.role_set, period=period, clock=now)
    return render_template(
        "dashboard.html", board=found, periods=PERIODS, priorities=URGENCY, fewest=FEWEST, smallest=SMALLEST, step=STEP
    )


def figure_words(figure: Figure) -> str:
    """Return a number as it may be shown; nothing is a dash."""
    if figure.is_hidden:
        return HIDDEN
    return format_decimal(figure.rounded) if figure.rounded else "–"


def share_words(share: Share) -> str:
    """Return a part of a whole in percent."""
    if share.bound == "under":
        return pgettext("share", "under %(percent)s%%", percent=share.percent)
    if share.bound == "over":
        return pgettext("share", "over %(percent)s%%", percent=share.percent)
    return pgettext("share", "%(percent)s%%", percent=share.percent)


def age_name(age: int) -> str:
    """Return for how long people of a group have waited."""
    return (
        pgettext("wait", "Under 15 minutes"),
        pgettext("wait", "15 minutes to 2 hours"),
        pgettext("wait", "2 to 24 hours"),
        pgettext("wait", "1 to 3 days"),
        pgettext("wait", "Over 3 days"),
    )[age]


def value_name(by: str, value: str) -> str:
    """Return what a line of a table counts."""
    if by == "inbound.channel":
        return channel_name(Channel(value))
    if by == "inbound.language":
        return language_name(value if value in LANGUAGES else None)
    if by == "inbound.topic":
        return _topic_title(value) or _small_talk().get(value, value)
    if by == "case.kind":
        return kind_name(CaseKind(value))
    if by == "case.place":
        return place_words(None if value == UNKNOWN else value)
    if by == "inbound.hour":
        return f"{value}:00"
    return _other_values().get((by, value), value.replace("_", " "))


def _topic_title(topic: str) -> str:
    """Return the words under which the assistant offers a topic; empty for one that it never offers."""
    catalogues, language = parts().catalogues, page_language()
    return catalogues.text(language, topic, "title") if catalogues.has(language, topic, "title") else ""


def _small_talk() -> dict[str, str]:
    return {
        "greet": pgettext("topic", "Greeting"),
        "goodbye": pgettext("topic", "Goodbye"),
        "thank": pgettext("topic", "Thanks"),
        "affirm": pgettext("topic", "Yes"),
        "deny": pgettext("topic", "No"),
        "repeat": pgettext("topic", "Say it again"),
        "cancel": pgettext("topic", "Stop a form"),
        "bot_challenge": pgettext("topic", "Is this a machine?"),
        "frustration": pgettext("topic", "Upset with the answers"),
        "out_of_scope": pgettext("topic", "Something else"),
    }


def _other_values() -> dict[tuple[str, str], str]:
    return {
        ("case.helped", "yes"): pgettext("helped", "It helped"),
        ("case.helped", "no"): pgettext("helped", "It did not help"),
        ("outbound.author", "assistant"): pgettext("author", "Assistant"),
        ("outbound.author", "staff"): pgettext("author", "Staff"),
        ("inbound.decision", "answer"): pgettext("decision", "Answered"),
        ("inbound.decision", "suggest"): pgettext("decision", "Topics were offered"),
        ("inbound.decision", "check_safety"): pgettext("decision", "Asked whether there is danger"),
        ("inbound.decision", "fallback"): pgettext("decision", "Not understood"),
        ("inbound.decision", "command"): pgettext("decision", "A word that is always obeyed"),
        ("inbound.decision", "with_staff"): pgettext("decision", "Left to staff"),
        ("inbound.decision", UNKNOWN): pgettext("decision", "Not known"),
    }
