"""The language of a page: the staff member's own, else the one chosen here, else what the browser asks for."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from flask import Blueprint, Flask, abort, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, Domain
from flask_security import current_user

from bot.console.outside import members
from bot.console.permissions import open_to_all
from bot.console.ways import address_here, local_path
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
    babel = Babel(
        app,
        default_domain=DOMAIN,
        default_translation_directories=str(built),
        default_timezone=TIMEZONE,
        locale_selector=page_language,
    )
    _look_up_words_fast(app, babel)
    app.jinja_env.globals.update(
        page_language=page_language, direction=direction, languages=LANGUAGE_NAMES, path_here=address_here, timezone=TIMEZONE
    )


class _Words(Domain):
    """The words of the console. A request finds its translations once; Flask-Babel alone looks for them at each word."""

    def get_translations(self) -> Any:
        if "translations" not in g:
            g.translations = super().get_translations()
        return g.translations


def _look_up_words_fast(app: Flask, babel: Babel) -> None:
    """Let a page find its translations once: looking for them at each of its words takes a third of its time."""
    babel.domain_instance = words = _Words(domain=DOMAIN)
    env: Any = app.jinja_env
    env.install_gettext_callables(
        lambda text: words.get_translations().ugettext(text),
        lambda one, many, number: words.get_translations().ungettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, text: words.get_translations().upgettext(context, text),
        npgettext=lambda context, one, many, number: words.get_translations().unpgettext(context, one, many, number),
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
    response = redirect(local_path(back), 303)
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
