"""When a model is trained again, and what is said when there is none."""

from __future__ import annotations

import pytest

from bot.commands import training
from bot.domain.errors import ConfigurationError


@pytest.fixture
def project(tmp_path):
    """A checkout with one file of each kind."""
    for name in ("config.yml", "domain.yml", "nlu_data/en/faq/return_cost.yml", "bot/understanding/x.py", "README.md"):
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path / "project"


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "nlu_data/en/faq/return_cost.yml", "bot/understanding/x.py"])
def test_the_fingerprint_changes_with_its_inputs(project, name):
    before = training.fingerprint(project)
    (project / name).write_text("changed", encoding="utf-8")
    assert training.fingerprint(project) != before


def test_the_fingerprint_changes_with_a_new_or_renamed_file(project):
    before = training.fingerprint(project)
    old = project / "nlu_data/en/faq/return_cost.yml"
    old.rename(old.with_name("return_family.yml"))
    renamed = training.fingerprint(project)
    old.write_text("new", encoding="utf-8")
    assert len({before, renamed, training.fingerprint(project)}) == 3


def test_other_files_do_not_change_the_fingerprint(project):
    before = training.fingerprint(project)
    (project / "README.md").write_text("changed", encoding="utf-8")
    (project / "bot/understanding/__pycache__").mkdir()
    (project / "bot/understanding/__pycache__/x.pyc").write_text("made by Python", encoding="utf-8")
    assert training.fingerprint(project) == before


def test_a_missing_model_is_said_in_one_line_with_what_to_do(project, tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        training.find_model(tmp_path / "models", project)
    assert "daleel train" in caught.value.detail
    assert "\n" not in caught.value.detail


def test_a_model_for_other_inputs_is_not_used(project, tmp_path):
    models = tmp_path / "models"
    models.mkdir()
    training.model_path(models, project).touch()
    assert training.find_model(models, project).exists()
    (project / "config.yml").write_text("changed", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        training.find_model(models, project)
