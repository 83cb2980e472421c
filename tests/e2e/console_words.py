"""What the console's pages say, in any of their languages."""

from __future__ import annotations

from bot.console.locale import DOMAIN
from bot.language.catalogues import po_path, read_catalogue
from bot.wiring import LOCALES


class Words:
    """The console's words in a language, from its own catalogue."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = read_catalogue(po_path(LOCALES, language, DOMAIN), language, DOMAIN)

    def __call__(self, text: str, context: str | None = None, **values: object) -> str:
        """Return a sentence of the code as pages say it; one that nobody has translated stays English, as there."""
        entry = self._catalogue.get(text, context)
        said = entry.string if entry is not None and entry.string and not entry.fuzzy else text
        return said % values if values else said
