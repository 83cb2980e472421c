"""The hotline's gettext catalogues: the only place of wording for contacts.

Entries have the answer id as context and the part's name as message id (``text``, ``sms``, ``title``…),
in every language, English included: ids in code, words in ``locales/``. See docs/decisions/0004.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from bot.domain.contacts import LANGUAGES
from bot.domain.errors import ConfigurationError, NotFound

DOMAIN = "hotline"


class Catalogues:
    """Texts by language, answer id and part."""

    def __init__(self, translations: Mapping[str, gettext.GNUTranslations]) -> None:
        self._translations = translations

    @classmethod
    def load(cls, folder: Path) -> Catalogues:
        """Load the compiled catalogue of each language, or compile the source in memory when that is newer.

        Raises:
            ConfigurationError: If a catalogue is missing or broken; names the file.
        """
        return cls({language: _load(folder, language) for language in LANGUAGES})

    def has(self, language: str, answer_id: str, part: str) -> bool:
        """Say whether an approved (translated, not fuzzy) text is there."""
        return self._translations[language].pgettext(answer_id, part) != part

    def text(self, language: str, answer_id: str, part: str = "text", **values: object) -> str:
        """Return a text with its placeholders filled.

        Raises:
            NotFound: If this part of the answer is not there in this language.
        """
        found = self._translations[language].pgettext(answer_id, part)
        if found == part:
            raise NotFound("text_not_found", f"{language}:{answer_id}:{part}")
        return found.format(**values) if values else found


def po_path(folder: Path, language: str, domain: str = DOMAIN) -> Path:
    """Return where the catalogue of a language lies."""
    return folder / language / "LC_MESSAGES" / f"{domain}.po"


def read_catalogue(path: Path, language: str | None = None, domain: str = DOMAIN) -> Catalog:
    """Read a ``.po`` or ``.pot`` file.

    Raises:
        ConfigurationError: If it is missing or broken; names the file and the line.
    """
    try:
        with path.open("rb") as file:
            return read_po(file, locale=language, domain=domain, abort_invalid=True)
    except (OSError, PoFileError, ValueError) as error:
        raise ConfigurationError("catalogue_unreadable", f"{path}: {error}") from error


def _load(folder: Path, language: str) -> gettext.GNUTranslations:
    source = po_path(folder, language)
    built = source.with_suffix(".mo")
    if built.exists() and source.exists() and built.stat().st_mtime >= source.stat().st_mtime:
        with built.open("rb") as file:
            return gettext.GNUTranslations(file)
    buffer = BytesIO()
    write_mo(buffer, read_catalogue(source, language))
    buffer.seek(0)
    return gettext.GNUTranslations(buffer)
