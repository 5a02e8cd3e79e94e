from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from vigil.demo.services import PROJECT_NAME, DemoFolder
from vigil.projects.models import Project


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_is_named_with_the_cure(settings: Settings, tmp_path: Path) -> None:
    settings.VIGIL_HOME = tmp_path
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "footage").write_text("in the way")
    with pytest.raises(CommandError, match="cannot be written .*VIGIL_HOME") as caught:
        call_command("load_demo")
    assert caught.value.returncode == 2
    assert not Project.objects.filter(name=PROJECT_NAME).exists()


@pytest.mark.django_db
def test_a_loaded_demo_belongs_to_its_people(settings: Settings, tmp_path: Path) -> None:
    settings.VIGIL_HOME = tmp_path
    folder = DemoFolder(tmp_path / "demo")
    folder.make()
    folder.loaded_set()
    call_command("load_demo")
    assert not Project.objects.filter(name=PROJECT_NAME).exists()
    assert not folder.footage.exists()
