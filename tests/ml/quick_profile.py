"""Profile `tiny` with the same parts, trained for a moment."""

from pathlib import Path

import yaml

from ml.profiles.loading import PROFILES_DIR


def write_quick_profile(path: Path, **sections: dict) -> str:
    """The path of a YAML file; `sections` overrides keys of its sections."""
    values = yaml.safe_load((PROFILES_DIR / "tiny.yaml").read_text("utf-8"))
    for phase in ("phase1", "phase2"):
        values[phase] |= {"epochs": 4, "warmup_steps": 1, "checkpoint_every": 1, "batch_videos": 3}
    values["detector"] |= {"members": 2, "specialists": 0, "folds": 0, "dropout": 0.0}
    values["language"] = {
        **values.get("language", {}), "layers": 1, "hidden_size": 32, "heads": 2, "intermediate_size": 64, "steps": 6,
        "warmup_steps": 1, "checkpoint_every": 2, "draws": 2,
    }  # fmt: skip
    for name, keys in sections.items():
        values[name] = values[name] | keys
    path.write_text(yaml.safe_dump({"name": "quick", **values}), "utf-8")
    return str(path)
