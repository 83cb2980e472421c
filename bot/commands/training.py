"""Trains the model when its inputs changed, and finds the one that fits the present inputs.

As a program (``python -m bot.commands.training HOME``) it trains and reports on standard output, one JSON object a line.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from bot import __version__
from bot.domain import topics
from bot.domain.errors import ConfigurationError
from bot.domain.silence import WITH_STAFF
from bot.settings import PROJECT
from bot.speaking.register import load_register

INPUTS = (
    "config.yml",
    "domain.yml",
    "nlu_data",
    "bot/understanding",
    "bot/language/normalise.py",
    "bot/language/gazetteer.py",
    "bot/language/dates.py",
    "bot/language/data",
    "bot/domain/topics.py",
    "requirements/base.txt",
)
KEPT_MODELS = 2

Progress = Callable[[int, int, str], None]
"""Called with the number of steps done, of all steps, and the name of the step that begins."""


def fingerprint(project: Path = PROJECT) -> str:
    """Return a hash of everything that the model depends on."""
    digest = hashlib.sha256(__version__.encode())
    for path in _input_files(project):
        digest.update(path.relative_to(project).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _input_files(project: Path) -> Iterator[Path]:
    for name in INPUTS:
        path = project / name
        if path.is_file():
            yield path
        else:
            yield from sorted(p for p in path.rglob("*") if p.suffix in (".yml", ".py", ".txt", ".npz") and p.is_file())


def model_path(folder: Path, project: Path = PROJECT) -> Path:
    """Return where the model for the present inputs lies, whether it is there or not."""
    return folder / f"{fingerprint(project)}.tar.gz"


def find_model(folder: Path, project: Path = PROJECT) -> Path:
    """Return the model for the present inputs.

    Raises:
        ConfigurationError: If it was not trained yet.
    """
    path = model_path(folder, project)
    if not path.exists():
        raise ConfigurationError("model_missing", f"no model for the present data in {folder}; run: daleel train")
    return path


def write_domain(folder: Path, project: Path = PROJECT) -> Path:
    """Write the domain that Rasa trains on: ours, and a response for each answer.

    Rasa insists on a text for each response; ours is the answer id, since the words come from ``locales/``
    through the answer generator.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(project / "domain.yml", folder / "domain.yml")
    # The generator names the picture or voice note itself, so that one rule serves all kinds.
    answers = [*load_register(), "received_media"]
    responses = {f"utter_{topics.intent_of_topic(a)}": [{"text": a}] for a in (*answers, WITH_STAFF)}
    text = yaml.safe_dump({"version": "3.1", "responses": responses}, sort_keys=False)
    (folder / "responses.yml").write_text(text, encoding="utf-8")
    return folder


def train(home: Path, *, progress: Progress, project: Path = PROJECT) -> Path:
    """Train a model for the present inputs and return its path.

    Raises:
        ConfigurationError: If Rasa could not train; says what Rasa said.
    """
    # Rasa's cache does not see changes in our own modules; training anew takes some minutes.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    target = model_path(home / "models", project)
    domain = write_domain(home / "build" / "domain", project)
    progress(0, 1, "Rasa")
    import rasa.model_training
    from rasa.shared.exceptions import RasaException

    watcher = _Watcher(progress, _count_steps(project))
    logger = logging.getLogger("rasa.engine.training.hooks")
    logger.addHandler(watcher)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = rasa.model_training.train(
                domain=str(domain),
                config=str(project / "config.yml"),
                training_files=[str(project / "nlu_data")],
                output=str(target.parent),
                fixed_model_name=target.name.removesuffix(".tar.gz"),
            )
    except RasaException as error:
        raise ConfigurationError("training_failed", " ".join(str(error).split())[:300]) from error
    finally:
        logger.removeHandler(watcher)
    if result.code or not result.model:
        raise ConfigurationError("training_failed", "Rasa made no model; run: daleel train --validate-only")
    _remove_old(target)
    return Path(result.model)


def _count_steps(project: Path) -> int:
    config = yaml.safe_load((project / "config.yml").read_text(encoding="utf-8"))
    trained = ("LanguageIdentifier", "TopicClassifier", "SafetyNet", "EntityTagger", "RulePolicy")
    return sum(entry["name"].endswith(trained) for entry in config["pipeline"] + config["policies"])


def _remove_old(newest: Path) -> None:
    models = sorted(newest.parent.glob("*.tar.gz"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in [p for p in models if p != newest][KEPT_MODELS - 1 :]:
        path.unlink()


class _Watcher(logging.Handler):
    """Turns the training hook's log lines into progress."""

    def __init__(self, progress: Progress, steps: int) -> None:
        super().__init__()
        self._progress = progress
        self._steps = steps
        self._done = 0

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if message.startswith("Starting to train component"):
            self._progress(min(self._done, self._steps), self._steps, message.split("'")[1])
        elif message.startswith(("Finished training component", "Restored component")):
            self._done += 1
            self._progress(min(self._done, self._steps), self._steps, "")


def main() -> int:
    """Train into the home folder named on the command line."""

    def report(**fields: object) -> None:
        sys.__stdout__.write(json.dumps(fields) + "\n")  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]

    try:
        train(Path(sys.argv[1]), progress=lambda done, of, step: report(done=done, of=of, step=step))
    except ConfigurationError as error:
        report(error=error.detail)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
