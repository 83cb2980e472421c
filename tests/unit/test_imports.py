"""The direction of dependencies, read from the imports: the table "Layout and direction" of the design's style.

A new arrow is added here together with a decision in ``docs/decisions``.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from bot.settings import PROJECT

MAY_IMPORT = {
    "bot/domain": {"bot.domain"},
    "bot/services": {"bot.domain", "bot.services"},
    "bot/storage": {
        "bot.domain", "bot.services", "bot.storage", "sqlalchemy", "cryptography", "alembic", "yaml",
    },
    "bot/channels": {
        "bot.domain", "bot.services", "bot.channels", "bot.language", "bot.logs", "bot.provider_settings", "flask", "httpx",
        "phonenumbers", "telegram", "twilio",
    },
    "bot/language": {"bot.domain", "bot.services", "bot.language", "babel", "yaml", "rapidfuzz", "phonenumbers"},
    "bot/delivery": {
        "bot.domain", "bot.services", "bot.channels.edge", "bot.delivery", "bot.logs", "bot.provider_settings",
        "bot.language.gazetteer", "bot.language.number_country", "bot.speaking.speaker", "bot.speaking.case_words",
        "bot.speaking.fitting", "bot.speaking.form_speaker", "rasa", "sanic",
        "flask", "werkzeug", "aiolimiter", "sqlalchemy",
    },
    "bot/understanding": {
        "bot.domain", "bot.language", "bot.understanding", "rasa", "numpy", "scipy", "sklearn", "sklearn_crfsuite", "joblib",
        "rapidfuzz", "phonenumbers", "onnxruntime", "tokenizers", "huggingface_hub",
    },
    "bot/speaking": {
        "bot.domain", "bot.language", "bot.speaking", "bot.services.answers", "bot.services.turns", "bot.services.directory",
        "bot.services.cases", "bot.services.forms", "bot.understanding.message", "rasa", "yaml", "babel",
    },
    "bot/console": {
        "bot.domain", "bot.services", "bot.language", "bot.channels", "bot.storage.staff", "bot.console", "flask",
        "flask_babel", "flask_compress", "flask_security", "flask_wtf", "markupsafe", "wtforms", "werkzeug", "waitress",
        "babel", "passlib", "qrcode", "sqlalchemy", "PIL",
    },
    # The invented office is written through the tables, in the assistant's own words.
    "bot/demo": {"bot.domain", "bot.services", "bot.storage", "bot.language", "bot.speaking", "bot.demo", "sqlalchemy", "yaml"},
    "actions": {"bot.domain", "bot.services", "bot.language", "bot.speaking.case_words", "actions", "rasa_sdk"},
}  # fmt: skip
ALSO = {
    # Classes that a framework builds itself, so that nobody can hand them their parts.
    "bot/speaking/generator.py": {"bot.settings", "bot.wiring"},
    "bot/storage/tracker_store.py": {"bot.settings", "rasa"},
    "bot/delivery/completion.py": {"bot.wiring"},
    "bot/storage/tracker_redaction.py": {"rasa"},
    "bot/storage/migrations/env.py": {"bot.settings"},
    "bot/delivery/assistant.py": {"bot.settings", "bot.wiring", "bot.speaking.parts", "bot.storage.engine"},
    "actions/parts.py": {"bot.settings", "bot.wiring"},
    # The entry points' own parts, with the clock and the ids.
    "bot/speaking/parts.py": {"bot.wiring", "bot.services.case_talk", "bot.services.window"},
    "bot/delivery/inbox.py": {"bot.wiring", "bot.storage.tracker_changes"},
    # What is said in place of a withdrawn answer.
    "bot/delivery/worker.py": {"bot.wiring", "bot.speaking.parts"},
    "bot/delivery/receiver.py": {"bot.wiring"},
    # What is said when a case goes back that nobody touched in its time.
    "bot/delivery/chores.py": {"bot.wiring", "bot.speaking.parts"},
    # A simulated phone's message is stored like any other channel's.
    # Answers that staff attach, and those that end their part, are put into words as the assistant's are.
    "bot/console/outside.py": {
        "bot.delivery.receiver",
        "bot.speaking.parts",
        "bot.speaking.register",
        "bot.speaking.speaker",
        "bot.storage.export",
        "bot.storage.export_files",
    },
    "bot/storage/staff.py": {"flask_security"},
    "bot/storage/export_files.py": {"openpyxl", "pyzipper"},
    # A name is found by how its parts sound, also in rows of before.
    "bot/storage/name_keys.py": {"bot.language.reading.name_keys"},
}
ENTRY_AREAS = {"bot/console": {"bot.wiring", "bot.settings", "bot.logs"}, "actions": {"bot.wiring"}}
ENTRY_POINTS = {"bot/cli.py", "bot/commands", "bot/console", "bot/wiring.py", "actions"} | {
    path for path, names in ALSO.items() if names & {"bot.settings", "bot.wiring"}
}

CONNECTING = ("create_engine", "connect", "read_environment", "load_settings", "build", "open", "read_text", "getenv")


def _files():
    return sorted(p for folder in ("bot", "actions") for p in (PROJECT / folder).rglob("*.py"))


def _imports(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            # "from bot import x" names the module x; "from bot.a import b" may, too.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _area(path):
    return next((area for area in MAY_IMPORT if path.startswith(area + "/")), None)


def _is_among(name, allowed):
    return any(name == a or name.startswith(a + ".") for a in allowed)


def forbidden(path, source):
    """Return the imports of a module that point outward."""
    area = _area(path)
    if area is None:
        return []
    allowed = MAY_IMPORT[area] | ALSO.get(path, set()) | ENTRY_AREAS.get(area, set())
    return [
        name for name in _imports(source) if name.split(".")[0] not in sys.stdlib_module_names and not _is_among(name, allowed)
    ]


@pytest.mark.parametrize("path", _files(), ids=lambda p: str(p.relative_to(PROJECT)))
def test_no_import_points_outward(path):
    relative = path.relative_to(PROJECT).as_posix()
    assert forbidden(relative, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("bot/domain/x.py", "import sqlalchemy"),
        ("bot/domain/x.py", "from bot.services import cases"),
        ("bot/services/x.py", "from bot.storage import tables"),
        ("bot/services/x.py", "def f():\n    import flask"),
        ("bot/services/x.py", "from bot import wiring"),
        ("bot/language/x.py", "from bot.speaking.register import load_register"),
        ("bot/understanding/x.py", "from bot.storage.engine import make_engine"),
        ("bot/speaking/x.py", "from bot.settings import load_settings"),
        ("bot/delivery/x.py", "from bot.storage.tables import message"),
        ("bot/delivery/x.py", "from bot.channels.twilio.client import TwilioClient"),
        ("bot/channels/x.py", "from bot.settings import load_settings"),
        ("bot/channels/x.py", "from bot.delivery.receiver import StoringReceiver"),
        ("bot/channels/x.py", "import sqlalchemy"),
        ("bot/console/x.py", "from bot.delivery.receiver import StoringReceiver"),
        ("bot/console/x.py", "from bot.storage.tables import message"),
        ("actions/x.py", "from bot.storage.tables import message"),
    ],
)
def test_an_arrow_pointing_outward_is_noticed(path, source):
    assert forbidden(path, source) != []


def test_every_folder_of_the_package_has_its_arrows():
    folders = {p.relative_to(PROJECT).as_posix() for p in (PROJECT / "bot").iterdir() if (p / "__init__.py").exists()}
    assert folders - {"bot/commands"} <= set(MAY_IMPORT), "add the new folder to the table above"


def test_only_entry_points_import_settings_and_wiring():
    outsiders = []
    for path in _files():
        relative = path.relative_to(PROJECT).as_posix()
        names = list(_imports(path.read_text(encoding="utf-8")))
        if any(_is_among(name, {"bot.settings", "bot.wiring"}) for name in names) and not any(
            relative == entry or relative.startswith(entry + "/") for entry in ENTRY_POINTS
        ):
            outsiders.append(relative)
    assert outsiders == []


def test_nothing_connects_or_reads_on_import():
    found = []
    for path in _files():
        if path.name in ("env.py", "__main__.py"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for statement in tree.body:
            # Bodies of functions run later; an ``if __name__`` block runs for programs only.
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If)):
                continue
            calls = [node.func for node in ast.walk(statement) if isinstance(node, ast.Call)]
            names = {getattr(f, "attr", None) or getattr(f, "id", "") for f in calls}
            if names & set(CONNECTING):
                found.append(f"{path.relative_to(PROJECT)}:{statement.lineno}")
    assert found == []


def test_modules_stay_short():
    long = {str(p.relative_to(PROJECT)): n for p in _files() if (n := len(Path(p).read_text().splitlines())) > 300}
    assert long == {}, "split these by noun"
