"""Builds the web application: what it is made of, and nothing of what it does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from bot.console import (
    account,
    answers,
    assignment,
    audit,
    canned_replies,
    case_acts,
    case_words,
    cases,
    dashboard,
    deliveries,
    delivery_words,
    directory,
    directory_edit,
    errors,
    exports,
    health,
    invitation,
    locale,
    media,
    pages,
    people,
    permissions,
    prices,
    queue,
    request_acts,
    requests,
    search,
    security,
    simulator,
    staff,
    static_files,
    unanswered,
    unanswered_words,
    views,
    words,
)
from bot.console.outside import Parts, make_media_sources, use_media_sources
from bot.domain.contacts import Provider
from bot.services.ports import MediaSource

LOCALES = Path(__file__).resolve().parents[2] / "locales"
MAX_REQUEST_BYTES = 64 * 1024


def create_app(parts: Parts, *, locales: Path = LOCALES, sources: Mapping[Provider, MediaSource] | None = None) -> Flask:
    """Return the console, closed by default: see ``bot.console.permissions``.

    Args:
        parts: From ``bot.wiring.build``; the database must be migrated.
        locales: Folder of the catalogues.
        sources: Where files that people sent are fetched from; made from the settings unless given.

    Raises:
        ConfigurationError: If a catalogue of the console is missing or broken.
    """
    app = Flask(__name__, static_url_path=f"/static/{static_files.version()}")
    app.config.update(SECRET_KEY=parts.settings.secret_key, MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES)
    # A token holds as long as the session does: a simulator stays open for a day.
    app.config.update(WTF_CSRF_TIME_LIMIT=None)
    locale.install(app, locales, built=parts.settings.home / "locales")
    security.install(app, parts)
    static_files.install(app)
    use_media_sources(app, make_media_sources(parts.settings) if sources is None else sources)
    CSRFProtect(app)
    app.register_blueprint(health.pages)
    app.register_blueprint(locale.pages)
    app.register_blueprint(invitation.pages)
    app.register_blueprint(account.pages)
    app.register_blueprint(staff.pages)
    app.register_blueprint(queue.pages)
    app.register_blueprint(assignment.pages)
    app.register_blueprint(views.pages)
    app.register_blueprint(cases.pages)
    app.register_blueprint(case_acts.pages)
    app.register_blueprint(requests.pages)
    app.register_blueprint(request_acts.pages)
    app.register_blueprint(people.pages)
    app.register_blueprint(search.pages)
    app.register_blueprint(exports.pages)
    app.register_blueprint(media.pages)
    app.register_blueprint(deliveries.pages)
    app.register_blueprint(directory.pages)
    app.register_blueprint(answers.pages)
    app.register_blueprint(directory_edit.pages)
    app.register_blueprint(canned_replies.pages)
    app.register_blueprint(unanswered.pages)
    app.register_blueprint(dashboard.pages)
    app.register_blueprint(audit.pages)
    app.jinja_env.globals["has_simulator"] = parts.settings.has_simulator
    if parts.settings.has_simulator:
        app.register_blueprint(simulator.pages)
    words.install(app)
    case_words.install(app)
    prices.install(app)
    staff.install(app)
    pages.install(app)
    queue.install(app)
    views.install(app)
    delivery_words.install(app)
    deliveries.install(app)
    media.install(app)
    directory.install(app)
    directory_edit.install(app)
    requests.install(app)
    people.install(app)
    search.install(app)
    exports.install(app)
    answers.install(app)
    unanswered_words.install(app)
    dashboard.install(app)
    audit.install(app)
    errors.install(app)
    permissions.install(app)
    return app
