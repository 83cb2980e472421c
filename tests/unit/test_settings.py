"""Settings: checked together, named in one line, explained in ``.env.example``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.domain.errors import ConfigurationError
from bot.settings import PROJECT, home_of, load_settings


class _Watching(Mapping):
    """An environment that remembers which names were asked for."""

    def __init__(self, values):
        self.values, self.asked = values, set()

    def __getitem__(self, name):
        self.asked.add(name)
        return self.values[name]

    def get(self, name, default=None):
        self.asked.add(name)
        return self.values.get(name, default)

    def __iter__(self):
        return iter(self.values)

    def __len__(self):
        return len(self.values)


def _problem(environment):
    with pytest.raises(ConfigurationError) as caught:
        load_settings(environment)
    return caught.value.detail


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DALEEL_KEYS", ""), ("DALEEL_KEYS", " , "), ("DALEEL_SECRET_KEY", ""), ("DALEEL_SECRET_KEY", "x" * 31),
        ("PUBLIC_URL", "hotline.example"), ("PUBLIC_URL", "ftp://hotline.example"), ("DALEEL_SIMULATOR", "yes"),
        ("ASSISTANT_PORT", "0"), ("ASSISTANT_PORT", "65536"), ("ACTIONS_PORT", "http"), ("CONSOLE_PORT", "-1"),
        ("CONSOLE_PORT", "٨٠٠٠"), ("CONSOLE_PORT", "5005"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_in_one_line(environment, name, value):
    problem = _problem({**environment, name: value})
    assert name in problem
    assert "\n" not in problem


def test_all_missing_settings_are_named_together():
    problem = _problem({"CONSOLE_PORT": "x"})
    assert all(name in problem for name in ("DALEEL_KEYS", "DALEEL_SECRET_KEY", "CONSOLE_PORT"))
    assert "\n" not in problem


def test_a_problem_never_repeats_a_secret(environment):
    assert "short-secret" not in _problem({**environment, "DALEEL_SECRET_KEY": "short-secret"})


def test_what_is_not_set_has_a_default_for_one_machine(environment, tmp_path):
    settings = load_settings(environment)
    assert settings.database_url == f"sqlite:///{tmp_path / 'daleel.db'}"
    assert (settings.assistant_port, settings.actions_port, settings.console_port) == (5005, 5055, 8000)
    assert (settings.public_url, settings.has_simulator) == (None, False)


def test_a_relative_home_lies_in_the_checkout():
    assert home_of({}, Path("/somewhere")) == Path("/somewhere/var")
    assert home_of({"DALEEL_HOME": "elsewhere"}, Path("/somewhere")) == Path("/somewhere/elsewhere")


def test_the_newest_key_stands_first(environment):
    assert load_settings({**environment, "DALEEL_KEYS": "new, old,"}).keys == ("new", "old")


def test_the_public_url_has_no_slash_at_the_end(environment):
    assert load_settings({**environment, "PUBLIC_URL": "https://hotline.example/"}).public_url == "https://hotline.example"


def test_secrets_do_not_show(environment):
    address = "postgresql://amal:pass-word@host/name"
    shown = repr(load_settings({**environment, "DATABASE_URL": address}))
    assert not any(secret in shown for secret in ("pass-word", environment["DALEEL_KEYS"], environment["DALEEL_SECRET_KEY"]))


def test_the_example_explains_exactly_the_settings_that_are_read(environment):
    watching = _Watching(environment)
    load_settings(watching)
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == sorted(watching.asked)
    # Each name has its explanation right above.
    assert not re.search(r"^[A-Z_]+=.*\n\n[A-Z_]+=", example, re.MULTILINE)


def test_the_example_holds_the_defaults(environment):
    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    written = dict(re.findall(r"^([A-Z_]+)=(\S+)$", example, re.MULTILINE))
    assert load_settings({**environment, **written, "DALEEL_HOME": environment["DALEEL_HOME"]}) == load_settings(environment)
