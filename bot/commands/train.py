"""``daleel train``: the training in a process of its own, with a bar; and the check of the training data.

Rasa and TensorFlow talk a great deal while they train: that goes to ``<home>/train.log``.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bot.commands import training
from bot.domain.errors import ConfigurationError
from bot.settings import PROJECT

STEP_WORDS = {
    "Rasa": "starting Rasa",
    "LanguageIdentifier": "learning the languages",
    "TopicClassifier": "learning the topics",
    "SafetyNet": "learning to see danger",
    "EntityTagger": "learning places",
    "RulePolicy": "learning the dialogue",
}


def train_with_progress(home: Path, *, force: bool = False) -> Path:
    """Train where the inputs changed, with a bar; return the model.

    Raises:
        ConfigurationError: If training failed.
    """
    target = training.model_path(home / "models")
    if target.exists() and not force:
        return target
    home.mkdir(parents=True, exist_ok=True)
    log_path = home / "train.log"
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    command = [sys.executable, "-m", "bot.commands.training", str(home)]
    failure = f"the training stopped; see {log_path}"
    with (
        log_path.open("w") as log,
        subprocess.Popen(  # noqa: S603
            command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True
        ) as process,
        Progress(*columns, console=Console(), refresh_per_second=2) as bar,
    ):
        task = bar.add_task("Training the model", total=1)
        assert process.stdout is not None
        for line in process.stdout:
            report = json.loads(line)
            failure = report.get("error", failure)
            if "step" in report:
                words = f"Training the model: {STEP_WORDS.get(report['step'], report['step'])}"
                bar.update(task, completed=report["done"], total=report["of"], description=words)
        if process.wait() != 0:
            raise ConfigurationError("training_failed", failure)
        bar.update(task, completed=bar.tasks[0].total, description="The model is trained")
    return target


def validate_data(home: Path) -> None:
    """Check domain and training data with Rasa's validator, warnings as errors.

    Two of its warnings are not asked for: intents without sentences (ours stand for buttons and decisions), and responses in
    no rule (the answer generator says them by name). tests/conversation/test_data.py checks both by our own rules.

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
        config_file=str(PROJECT / "config.yml"),
        domain_path=str(domain),
        training_data_paths=[str(PROJECT / "nlu_data")],
    )
    validator = Validator.from_importer(importer)
    checks = (
        validator.verify_domain_validity,
        validator.verify_actions_in_stories_rules,
        validator.verify_forms_in_stories_rules,
        validator.verify_form_slots,
        validator.verify_slot_mappings,
        partial(validator.verify_story_structure, ignore_warnings=False),
        partial(validator.verify_example_repetition_in_intents, ignore_warnings=False),
        validator.verify_intents_in_stories,
    )
    if not all([check() for check in checks]):
        raise ConfigurationError("data_invalid", "the training data or the domain has faults, see the lines above")
    sys.stdout.write("The training data is consistent.\n")
