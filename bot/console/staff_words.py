"""Words about staff accounts, in the language of the page."""

from __future__ import annotations

from datetime import datetime

from flask_babel import pgettext

from bot.domain.contacts import LANGUAGES
from bot.domain.staff import Role
from bot.language.gazetteer import place_names
from bot.services.login import is_locked
from bot.services.staff_ports import Member

STATES = ("active", "invited", "locked", "disabled")


def state_of(member: Member, now: datetime) -> str:
    """Return how an account stands: one of ``STATES``."""
    if not member.active:
        return "disabled"
    if is_locked(member, now):
        return "locked"
    return "active" if member.password else "invited"


def state_name(state: str) -> str:
    """Return the word for how an account stands."""
    return {
        "active": pgettext("staff account", "Active"),
        "invited": pgettext("staff account", "Invited"),
        "locked": pgettext("staff account", "Locked"),
        "disabled": pgettext("staff account", "Disabled"),
    }[state]


def role_about(role: Role) -> str:
    """Return what a role may do, in one sentence."""
    return {
        Role.CASEWORKER: pgettext("about a role", "Answers people and follows cases, without protection cases."),
        Role.PROTECTION: pgettext("about a role", "Like a caseworker, and follows protection cases."),
        Role.SUPERVISOR: pgettext("about a role", "Sees and assigns all cases but complaints, and looks after contents."),
        Role.ADMINISTRATOR: pgettext("about a role", "Invites and manages staff, and looks after contents. Sees no cases."),
        Role.AUDITOR: pgettext("about a role", "Reads the audit log. Sees no cases."),
    }[role]


def team_of(words: str | None) -> str | None:
    """Return the team that somebody wrote: the id of its town, in whatever language the town is written, else their words."""
    written = " ".join((words or "").split())
    for language in LANGUAGES:
        for place, name in place_names(language).items():
            if written.casefold() in (place, name.casefold()):
                return place
    return written or None


def refusal(code: str) -> str:
    """Return why a change of an account was refused."""
    return {
        "email_taken": pgettext("invitation", "Another staff member has this e-mail address."),
        "email_invalid": pgettext("invitation", "This is not an e-mail address."),
        "roles_missing": pgettext("staff account", "Choose one role at least."),
        "own_administrator_role": pgettext("staff account", "You cannot take your own administrator role away."),
        "own_account": pgettext("staff account", "You cannot do this to your own account."),
        "last_administrator": pgettext("staff account", "Somebody must stay administrator. Name another one first."),
    }[code]
