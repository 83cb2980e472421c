"""What each process does once it is started: settings in, server running."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot import training
from bot.domain.errors import ConfigurationError
from bot.keys import process_secret
from bot.logs import configure_logging
from bot.settings import PROJECT, Settings
from bot.wiring import build

STEP_WORDS = {
    "Rasa": "starting Rasa",
    "LanguageIdentifier": "learning the languages",
    "TopicClassifier": "learning the topics",
    "SafetyNet": "learning to see danger",
    "CRFEntityExtractor": "learning places",
    "RulePolicy": "learning the dialogue",
}


def _quiet_environment(settings: Settings) -> None:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["ACTIONS_PORT"] = str(settings.actions_port)
    os.chdir(PROJECT)


def serve_assistant(settings: Settings) -> None:
    """Serve Rasa with our channels on the assistant's port, until a signal.

    Rasa's own HTTP API answers only to a token, which other processes of this machine derive from the secret key.
    """
    configure_logging("assistant")
    model = training.find_model(settings.model_folder)
    _quiet_environment(settings)
    import rasa.core.run
    from rasa.core.utils import read_endpoints_from_path

    configure_logging("assistant")
    rasa.core.run.serve_application(
        model_path=str(model),
        interface="127.0.0.1",
        port=settings.assistant_port,
        credentials=str(PROJECT / "credentials.yml"),
        endpoints=read_endpoints_from_path(str(PROJECT / "endpoints.yml")),
        auth_token=process_secret(settings.secret_key, "rasa-api"),
    )


def serve_actions(settings: Settings) -> None:
    """Serve the custom actions on this machine's own address."""
    configure_logging("actions")
    _quiet_environment(settings)
    from rasa_sdk.endpoint import create_app

    configure_logging("actions")
    app = create_app("actions")
    app.run(host="127.0.0.1", port=settings.actions_port, workers=1, access_log=False)


def serve_console(settings: Settings) -> None:
    """Serve the console on its port."""
    configure_logging("console")
    from bot.console.server import serve

    serve(build(settings))


def serve_worker(settings: Settings) -> None:
    """Send the outbox until a signal."""
    configure_logging("worker")
    from bot.delivery.worker import run_worker

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run_worker(build(settings), stop)


def train_with_progress(home: Path, *, force: bool = False) -> Path:
    """Train where the inputs changed, with a bar; return the model.

    Raises:
        ConfigurationError: If training failed.
    """
    target = training.model_path(home / "models")
    if target.exists() and not force:
        return target
    configure_logging("train", level=logging.WARNING)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Progress(*columns, refresh_per_second=2, redirect_stdout=False) as bar:
        task = bar.add_task("Training the model", total=1)

        def progress(done: int, total: int, step: str) -> None:
            words = f"Training the model: {STEP_WORDS.get(step, step)}" if step else "Training the model"
            bar.update(task, completed=done, total=total, description=words)

        model = training.train(home, progress=progress)
        total = bar.tasks[0].total
        bar.update(task, completed=total, description="The model is trained")
    return model


def validate_data(home: Path) -> None:
    """Check domain and training data as ``rasa data validate`` does, warnings as errors.

    Raises:
        ConfigurationError: If Rasa finds fault.
    """
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    domain = training.write_domain(home / "build" / "domain")
    from rasa.shared.importers.rasa import RasaFileImporter
    from rasa.validator import Validator

    logging.getLogger("rasa").setLevel(logging.INFO)
    importer: Any = RasaFileImporter(
        config_file=str(PROJECT / "config.yml"), domain_path=str(domain), training_data_paths=[str(PROJECT / "nlu_data")]
    )
    validator = Validator.from_importer(importer)
    is_good = validator.verify_all(ignore_warnings=False) and validator.verify_story_structure(ignore_warnings=False)
    if not is_good:
        raise ConfigurationError("data_invalid", "the training data or the domain has faults, see the lines above")
    sys.stdout.write("The training data is consistent.\n")
