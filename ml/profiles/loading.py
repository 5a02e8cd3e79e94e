"""Profiles: every number of a model and its recipes, read from `ml/profiles/<name>.yaml` into frozen dataclasses.

Unknown keys and contradictions are refused. Imports no torch.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from ml.errors import ProfileInvalid
from ml.profiles.sections import Profile

T = TypeVar("T")
PROFILES_DIR = Path(__file__).parent


def profile_names() -> tuple[str, ...]:
    """Names of all shipped profiles."""
    return tuple(sorted(path.stem for path in PROFILES_DIR.glob("*.yaml")))


def load_profile(name: str) -> Profile:
    """The shipped profile called `name`, or the profile in the YAML file that `name` is a path of.

    Raises:
        ProfileInvalid: unknown name, or a file with an unknown key, a missing key or a contradiction.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else PROFILES_DIR / f"{name}.yaml"
    if path.parent == PROFILES_DIR and name not in profile_names():
        raise ProfileInvalid(f"there is no profile {name!r}; there are: {', '.join(profile_names())}")
    try:
        values = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProfileInvalid(f"profile {name!r} cannot be read ({' '.join(str(error).split())})") from None
    if values is not None and not isinstance(values, Mapping):
        raise ProfileInvalid(f"profile {name!r}: expected keys and values, found {type(values).__name__}")
    return profile_from_mapping({"name": path.stem, **(values or {})})


def profile_from_mapping(values: Mapping[str, Any]) -> Profile:
    """A profile from plain values, as read from YAML or from an artefact's `profile.json`."""
    return _build(Profile, values, f"profile {values.get('name', '?')!r}")


def profile_to_mapping(profile: Profile) -> dict[str, Any]:
    """Plain values of a profile; `profile_from_mapping` reads them back."""
    return dataclasses.asdict(profile)


def _build(kind: type[T], values: Any, where: str) -> T:
    if not isinstance(values, Mapping):
        raise ProfileInvalid(f"{where}: expected keys and values, found {type(values).__name__}")
    hints = typing.get_type_hints(kind)
    unknown = sorted(set(map(str, values)) - set(hints))
    if unknown:
        raise ProfileInvalid(f"{where} has an unknown key {unknown[0]!r}; it may have: {', '.join(sorted(hints))}")
    built: dict[str, Any] = {}
    for name, value in values.items():
        hint = hints[name]
        if dataclasses.is_dataclass(hint):
            built[name] = _build(typing.cast(type[Any], hint), value, f"{where}, {name}")
        elif hint is float and isinstance(value, int) and not isinstance(value, bool):
            built[name] = float(value)
        elif type(value) is not hint:
            raise ProfileInvalid(f"{where}: {name} must be {hint.__name__}, not {value!r}")
        else:
            built[name] = value
    try:
        return kind(**built)
    except (TypeError, ValueError) as error:
        raise ProfileInvalid(f"{where}: {error}") from None
