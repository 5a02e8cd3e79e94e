"""From published checkpoints to the tensors of our networks, with an account of every key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ml.checkpoints.geometry import Geometry
from ml.checkpoints.published_files import PublishedFile
from ml.checkpoints.published_names import NEEDED, Wanted, reason_left_out, wanted_tensors
from ml.errors import WeightsInvalid

FILE_OF_MODULE = {
    "visual_encoder": "--eva",
    "ln_vision": "--blip2",
    "Qformer": "--blip2",
    "query_tokens": "--blip2",
    "video_Qformer": "--video-llama",
    "video_query_tokens": "--video-llama",
    "video_frame_position_embedding": "--video-llama",
}
"""Where each needed module was published."""


@dataclass(frozen=True)
class Account:
    """What became of every key of the published files."""

    written: Mapping[str, Mapping[str, str]]
    """By part and name: `file: key` of where a tensor came from."""
    unmatched: tuple[str, ...]
    """`file: key` of what nothing is known of."""
    left_out: Mapping[str, tuple[str, ...]]
    """`file: key` of what has no place here, by reason."""
    overruled: tuple[str, ...]
    """`file: key` of what another file said differently, and was believed."""
    missing: tuple[str, ...]
    """Published keys that no file has and that are needed."""
    missing_modules: tuple[str, ...]
    """Published modules that are needed and of which no file has a single key."""
    misshapen: tuple[str, ...]
    """Keys whose tensors have another shape than the architecture, or hold broken numbers."""
    absent_parts: tuple[str, ...]
    """Published modules that may be absent and are."""


class ConversionRefused(WeightsInvalid):
    """Files that do not make a whole model; the account says what they lack."""

    def __init__(self, message: str, account: Account) -> None:
        super().__init__(message)
        self.account = account


def convert(files: Mapping[str, PublishedFile], geometry: Geometry) -> tuple[dict[str, dict[str, Tensor]], Account]:
    """Tensors by part and name, and the account.

    Args:
        files: published files by role: eva, blip2, video_llama, vad_llama.
        geometry: the sizes that they must have.

    Raises:
        ConversionRefused: a needed key is missing, or a tensor has a wrong shape or broken numbers.
    """
    named = {role: _full_names(role, file) for role, file in files.items()}
    wanted = wanted_tensors(geometry)
    absent = _absent_modules(wanted, named)
    taken = _Taken(named, files)
    for tensor in wanted:
        if _module(tensor.sources[0]) not in absent:
            taken.take(tensor)
    unmatched, left_out, overruled = _rest(named, files, taken.used, geometry)
    account = Account(
        written=taken.written,
        unmatched=unmatched,
        left_out=left_out,
        overruled=overruled,
        missing=tuple(taken.missing),
        missing_modules=tuple(sorted({_module(key) for key in taken.missing} - _modules(named))),
        misshapen=tuple(taken.misshapen),
        absent_parts=tuple(sorted(absent)),
    )
    if taken.missing or taken.misshapen:
        raise ConversionRefused(_refusal(account), account)
    return taken.parts, account


@dataclass
class _Taken:
    """What has been found so far."""

    named: Mapping[str, Mapping[str, Tensor]]
    files: Mapping[str, PublishedFile]
    parts: dict[str, dict[str, Tensor]] = field(default_factory=dict)
    written: dict[str, dict[str, str]] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    """Role of the file that each published key was taken from."""
    missing: list[str] = field(default_factory=list)
    misshapen: list[str] = field(default_factory=list)

    def take(self, wanted: Wanted) -> None:
        """Find one of our tensors, or note why it cannot be had."""
        roles = {source: self._first_with(source, wanted.roles) for source in wanted.sources}
        if absent := [source for source, role in roles.items() if role is None]:
            self.missing.extend(absent)
            return
        found = {source: role for source, role in roles.items() if role is not None}
        values = _joined([self.named[role][source] for source, role in found.items()])
        places = [f"{self.files[role].name}: {source}" for source, role in found.items()]
        if tuple(values.shape) != wanted.shape:
            self.misshapen.append(f"{places[0]} is {list(values.shape)}, not {list(wanted.shape)}")
        elif not torch.isfinite(values).all():
            self.misshapen.append(f"{places[0]} holds broken numbers")
        self.used |= found
        self.parts.setdefault(wanted.part, {})[wanted.name] = values
        self.written.setdefault(wanted.part, {})[wanted.name] = " + ".join(places)

    def _first_with(self, source: str, roles: Sequence[str]) -> str | None:
        return next((role for role in roles if source in self.named.get(role, {})), None)


def _full_names(role: str, file: PublishedFile) -> Mapping[str, Tensor]:
    """EVA's own file has no `visual_encoder.` before its keys; as a part of other checkpoints it has."""
    if role != "eva" or any(key.startswith("visual_encoder.") for key in file.tensors):
        return file.tensors
    return {f"visual_encoder.{key}": values for key, values in file.tensors.items()}


def _module(key: str) -> str:
    return key.split(".")[0]


def _modules(named: Mapping[str, Mapping[str, Tensor]]) -> set[str]:
    """Published modules of which a file has something."""
    return {_module(key) for tensors in named.values() for key in tensors}


def _absent_modules(wanted: Sequence[Wanted], named: Mapping[str, Mapping[str, Tensor]]) -> set[str]:
    """Published modules that need not be there, and of which no file has a single tensor."""
    return {_module(tensor.sources[0]) for tensor in wanted if tensor.part not in NEEDED} - _modules(named)


def _joined(found: Sequence[Tensor]) -> Tensor:
    """The tensor itself; of two, the biases of queries and values with the keys' zeros between them."""
    if len(found) == 1:
        return found[0].clone().contiguous()
    queries, values = found
    return torch.cat([queries, torch.zeros_like(queries), values])


def _rest(
    named: Mapping[str, Mapping[str, Tensor]],
    files: Mapping[str, PublishedFile],
    used: Mapping[str, str],
    geometry: Geometry,
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]], tuple[str, ...]]:
    """What was not written: unmatched, left out by reason, overruled."""
    unmatched, overruled = [], []
    left_out: dict[str, list[str]] = defaultdict(list)
    for role, tensors in named.items():
        for key, values in tensors.items():
            place = f"{files[role].name}: {key}"
            if key in used:
                winner = named[used[key]][key]
                if used[key] != role and not _is_same(winner, values):
                    overruled.append(f"{place} (taken from {files[used[key]].name})")
            elif (reason := reason_left_out(key, geometry)) is not None:
                left_out[reason].append(place)
            else:
                unmatched.append(place)
    return tuple(unmatched), {reason: tuple(places) for reason, places in left_out.items()}, tuple(overruled)


def _is_same(first: Tensor, second: Tensor) -> bool:
    """Whether two tensors say the same, as far as the coarser of them can tell."""
    coarser = min(first, second, key=lambda values: values.element_size()).dtype
    return first.shape == second.shape and torch.equal(first.to(coarser), second.to(coarser))


def _refusal(account: Account) -> str:
    if account.misshapen:
        rest = f" (and {len(account.misshapen) - 1} more)" if len(account.misshapen) > 1 else ""
        return f"{account.misshapen[0]}{rest}; these files are of another architecture"
    if account.missing_modules:
        files = sorted({FILE_OF_MODULE.get(module, "--vad-llama") for module in account.missing_modules})
        return (
            f"nothing of {', '.join(account.missing_modules)} is in these files; "
            f"name the published file that holds it: {', '.join(files)}"
        )
    modules = sorted({_module(key) for key in account.missing})
    return (
        f"{len(account.missing)} keys are missing, of {', '.join(modules)}; the first is {account.missing[0]}: "
        "the files are not whole, or not the ones that were meant"
    )
