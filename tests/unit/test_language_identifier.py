"""Which language a message is in, and which one it asks for. No model is needed for these rules."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bot.understanding.language_identifier import LanguageIdentifier, wanted_language


class _LeansTo(LanguageIdentifier):
    """An identifier whose model leans a little towards one language."""

    def __init__(self, language):
        model = SimpleNamespace(classes_=["ar", "en", "fr"])
        super().__init__({"prior": 30.0}, None, None, model)
        self._chances = np.array([0.7 if code == language else 0.15 for code in model.classes_])

    def probabilities(self, text):
        return self._chances


def _identifier(language="fr"):
    return _LeansTo(language)


@pytest.mark.parametrize("text", ["مرحبا", "ok مرحبا", "٣ أشخاص"])
def test_arabic_script_is_arabic(text):
    assert _identifier("fr").identify(text, "fr") == "ar"


@pytest.mark.parametrize("text", ["", "1", "٢", "👍", "..."])
def test_a_message_without_letters_keeps_the_conversations_language(text):
    assert _identifier("fr").identify(text, "ar") == "ar"
    assert _identifier("fr").identify(text) == "en"


def test_a_short_text_leans_on_the_conversation_and_a_long_one_does_not():
    assert _identifier("fr").identify("ok merci", "en") == "en"
    assert _identifier("fr").identify(" ".join(["mot"] * 12), "en") == "fr"
    assert _identifier("fr").identify("ok merci") == "fr"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("English please", "en"), ("en anglais svp", "en"), ("بالانجليزي لو سمحت", "en"), ("inglizi", "en"),
        ("Français", "fr"), ("in French", "fr"), ("بالفرنسي", "fr"), ("الفرنسية", "fr"), ("faransi", "fr"),
        ("arabe", "ar"), ("I want Arabic", "ar"), ("عربي", "ar"), ("العربية من فضلك", "ar"), ("3arabi", "ar"),
        ("I don't speak French", None), ("je ne parle pas anglais", None), ("ما نعرفش انجليزي", None),
        ("French or English", None), ("another language", None), ("", None), ("Frenchman", None),
    ],
)  # fmt: skip
def test_a_language_is_wanted_when_it_alone_is_named_and_not_denied(text, language):
    assert wanted_language(text) == language
