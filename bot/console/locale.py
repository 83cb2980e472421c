"""The language of a page: the staff member's own, else the one chosen here, else what the browser asks for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from flask import Blueprint, Flask, abort, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_security import current_user

from bot.console.outside import members
from bot.console.permissions import open_to_all
from bot.domain.contacts import LANGUAGES
from bot.language.catalogues import po_path, read_catalogue
from bot.language.isolation import direction
from bot.services.staff import choose_language

DOMAIN = "console"
COOKIE = "lang"
COOKIE_SECONDS = 365 * 24 * 3600
TIMEZONE = "Africa/Tripoli"
LANGUAGE_NAMES = {"ar": "العربية", "fr": "Français", "en": "English"}
"""Each language by its own name, whatever the language of the page."""

pages = Blueprint("locale", __name__)


def install(app: Flask, locales: Path, *, built: Path) -> None:
    """Compile what is not compiled, and let Flask-Babel choose the language of each request.

    Args:
        app: The application.
        locales: Folder of the catalogues.
        built: Folder for the compiled ones; the checkout may be read-only.
    """
    compile_catalogues(locales, built)
    Babel(
        app,
        default_domain=DOMAIN,
        default_translation_directories=str(built),
        default_timezone=TIMEZONE,
        locale_selector=page_language,
    )
    app.jinja_env.globals.update(
        page_language=page_language, direction=direction, languages=LANGUAGE_NAMES, path_here=lambda: request.path
    )


def page_language() -> str:
    """Return the language of the page that is being made."""
    own = current_user.language if current_user and current_user.is_authenticated else None
    chosen = own or request.cookies.get(COOKIE)
    # Werkzeug's best_match would prefer "en" over "ar-LY" for somebody who wants Libyan Arabic first.
    wanted = [tag.partition("-")[0].lower() for tag in request.accept_languages.values()]
    return chosen if chosen in LANGUAGES else next((tag for tag in wanted if tag in LANGUAGES), "en")


@pages.post("/language")
@open_to_all("the login page and the simulator have a language switch")
def choose() -> ResponseReturnValue:
    """Go on in another language; a staff member's choice is kept with the account."""
    language, back = request.form.get("language", ""), request.form.get("next", "/")
    if language not in LANGUAGES:
        abort(400)
    if current_user.is_authenticated:
        choose_language(members(), current_user, language)
    # "//host" and "/\host" lead to other sites.
    is_local = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = redirect(back if is_local else "/", 303)
    response.set_cookie(COOKIE, language, max_age=COOKIE_SECONDS, httponly=True, samesite="Strict", secure=request.is_secure)
    return response


def compile_catalogues(locales: Path, built: Path) -> None:
    """Write the compiled catalogues that are missing or older than their source.

    Raises:
        ConfigurationError: If a catalogue is missing or broken; names the file.
    """
    for language in LANGUAGES:
        source = po_path(locales, language, DOMAIN)
        target = po_path(built, language, DOMAIN).with_suffix(".mo")
        if target.exists() and source.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        catalogue = read_catalogue(source, language, DOMAIN)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
            write_mo(file, catalogue)
        Path(file.name).replace(target)
