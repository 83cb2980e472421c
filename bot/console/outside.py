"""The one place where the console meets what it may not know otherwise: the wiring and the storage.

All other modules here take the parts, the clock, the ids and the staff from this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from flask import Flask, current_app, g
from flask_security import current_user
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import scoped_session, sessionmaker

from bot.delivery.receiver import StoringReceiver
from bot.domain.contacts import Provider
from bot.domain.requests import Actor
from bot.services.messages import Incoming
from bot.services.ports import MediaSource
from bot.settings import Settings
from bot.speaking.parts import handover_of, speaker_of
from bot.speaking.register import Answer, load_register
from bot.speaking.speaker import Speaker
from bot.storage.export import SqlExports
from bot.storage.export_files import locked_file, write_rows
from bot.storage.staff import SqlStaffMembers, StaffMember, StaffRole
from bot.wiring import Parts, new_id, now

__all__ = [
    "Parts",
    "SQLAlchemyError",
    "SqlExports",
    "StaffMember",
    "StaffRole",
    "actor",
    "all_staff",
    "handover_of",
    "install",
    "locked_file",
    "make_media_sources",
    "media_sources",
    "members",
    "new_id",
    "now",
    "open_members",
    "parts",
    "receive",
    "register",
    "speaker",
    "staff_names",
    "use_media_sources",
    "write_rows",
]


def install(app: Flask, parts: Parts) -> scoped_session:
    """Return the session that Flask-Security and our pages share; it ends with each request."""
    app.extensions["parts"] = parts
    shared = scoped_session(sessionmaker(parts.durable_engine, future=True))
    app.extensions["staff_session"] = shared

    @app.teardown_appcontext
    def _end(_error: BaseException | None) -> None:
        shared.remove()

    return shared


def members() -> SqlStaffMembers:
    """Return the staff in the session of this request."""
    if "members" not in g:
        g.members = SqlStaffMembers(current_app.extensions["staff_session"], parts().cipher)
    return g.members


def actor() -> Actor:
    """Return the one who is logged in, as the services take them."""
    return Actor(str(current_user.id), current_user.role_set, current_user.team)


def all_staff() -> Sequence[StaffMember]:
    """Return all staff members; read once in a request."""
    if "all_staff" not in g:
        g.all_staff = members().all()
    return g.all_staff


def staff_names() -> Mapping[int, str]:
    """Return the names of all staff members by account; read once in a request."""
    if "staff_names" not in g:
        g.staff_names = {member.id: member.name or member.email for member in all_staff()}
    return g.staff_names


def speaker() -> Speaker:
    """Return what puts the hotline's answers into words."""
    if "speaker" not in current_app.extensions:
        current_app.extensions["speaker"] = speaker_of(parts())
    return current_app.extensions["speaker"]


def register() -> Mapping[str, Answer]:
    """Return the hotline's answers by id: what comes next, where their facts come from, and when they were reviewed."""
    return load_register()


def parts() -> Parts:
    """Return the parts the application was built with."""
    return current_app.extensions["parts"]


def receive(incoming: Incoming) -> tuple[str, bool]:
    """Store a message of a simulated phone like any provider's; return its id and whether it is new."""
    return StoringReceiver(parts()).receive(incoming)


def use_media_sources(app: Flask, sources: Mapping[Provider, MediaSource]) -> None:
    """Let the pages fetch files from these."""
    app.extensions["media_sources"] = sources


def media_sources() -> Mapping[Provider, MediaSource]:
    """Return where files of each provider are fetched from."""
    return current_app.extensions["media_sources"]


def make_media_sources(settings: Settings) -> dict[Provider, MediaSource]:
    """Return a source of files for each provider that is on and gives out files; nothing connects yet."""
    sources: dict[Provider, MediaSource] = {}
    # Imported here: a console without these channels does without their libraries.
    if settings.telegram is not None:
        from bot.channels.telegram.files import TelegramFiles

        sources[Provider.TELEGRAM] = TelegramFiles(settings.telegram)
    if settings.twilio is not None:
        from bot.channels.twilio.media import TwilioMedia

        sources[Provider.TWILIO] = TwilioMedia(settings.twilio)
    return sources


@contextmanager
def open_members(parts: Parts) -> Iterator[SqlStaffMembers]:
    """Give the staff in a transaction of their own, where there is no request."""
    with parts.unit_of_work() as uow:
        yield SqlStaffMembers(uow.session, parts.cipher)
