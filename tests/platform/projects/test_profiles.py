"""Profiles and the weights they need, as the platform sees them without loading the model half."""

from pathlib import Path

import pytest
import yaml

from vigil.projects import profiles
from vigil.projects.profiles import missing_weights, profile_names


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    sections = {
        "small": {"encoder": {"name": "efficientnet_lite0"}},
        "large": {"encoder": {"weights": "large"}, "language": {"weights": "large/llm"}},
        "pinned": {"encoder": {"weights": "maker/model", "revision": "0" * 40}},
    }
    for name, values in sections.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(values))
    monkeypatch.setattr(profiles, "PROFILES_DIR", tmp_path)
    return tmp_path


def test_only_a_profile_that_names_folders_can_lack_weights(shipped: Path, tmp_path: Path) -> None:
    root = tmp_path / "weights"
    assert {name: missing_weights(name, root=root) for name in profile_names()} == {
        "small": [],
        "large": [root / "large", root / "large" / "llm"],
        "pinned": [],
    }
    assert missing_weights("large", phases=(1, 2), root=root) == [root / "large"]
    (root / "large" / "llm").mkdir(parents=True)
    assert missing_weights("large", root=root) == []


def test_the_default_profile_needs_no_weights() -> None:
    assert missing_weights("tiny") == []
