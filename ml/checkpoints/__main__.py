"""`python -m ml.checkpoints`: weights of profile vad_llama_7b, converted from the published files, or random."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from transformers.utils.logging import disable_progress_bar

from ml.checkpoints.conversion import Account, ConversionRefused, convert
from ml.checkpoints.folder import new_folder, write_manifest, write_parts
from ml.checkpoints.geometry import GEOMETRIES, PUBLISHED, SMALL
from ml.checkpoints.inspection import as_json, inspect_folder, parameter_counts
from ml.checkpoints.llm_folder import LLM_DIR, copy_llm
from ml.checkpoints.parent import write_parents
from ml.checkpoints.published_files import read_published
from ml.checkpoints.published_names import DETECTOR, ROLES
from ml.checkpoints.random_weights import (
    VICUNA_DIR,
    converted_tensors,
    write_as_published,
    write_random_llm,
    write_small_profiles,
)
from ml.errors import ModelError

DESCRIPTION = "Weights of profile vad_llama_7b: converted from the published files, looked at, or random."
EXAMPLE = """example:
  python -m ml.checkpoints convert --out weights/vad_llama_7b --eva eva_vit_g.pth \\
      --blip2 blip2_pretrained_flant5xxl.pth --video-llama finetune-vicuna7b-v2.pth --llm vicuna-7b
  python -m ml.checkpoints inspect weights/vad_llama_7b
"""
CONVERT_EXAMPLE = """what comes from where:
  --eva          EVA-CLIP ViT-g/14 as BLIP-2 uses it (eva_vit_g.pth): the vision model
  --blip2        BLIP-2's pretrained Q-Former (blip2_pretrained_flant5xxl.pth): image Q-Former, its queries, ln_vision
  --video-llama  Video-LLaMA with Vicuna-7B: video Q-Former, its queries, frame positions, llama_proj
  --vad-llama    VAD-LLaMA, any phase (optional): anomaly predictor, LTC nets, both adaptors; also all of the above
                 that the other files do not have. Its detector becomes the artefacts `parent` and
                 `parent_published` (of profile vad_llama_7b_published) in the folder
  --llm          folder of Vicuna-7B as transformers has it (optional; phase 3 needs it)
Pickled files are read without running any code that they may hold. Nothing is written unless everything is there.
Then set the weights root (VIGIL_WEIGHTS, or --weights of ml.training) to the folder that holds the one written.
"""
Told = tuple[list[str], str]
"""Lines of a command that was carried out, and in one line what it found to be wrong; empty where nothing is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0, or 2 for input that is refused or changed (with one line that says why)."""
    options = _parser().parse_args(arguments)
    disable_progress_bar()
    try:
        told: Told = options.run(options)
    except ConversionRefused as error:
        print(as_json(_plain(error.account)) if options.json else "\n".join(_told(error.account)))
        print(f"refused: {error}", file=sys.stderr)
        return 2
    except ModelError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 2
    lines, refusal = told
    print("\n".join(lines))
    if refusal:
        print(f"refused: {refusal}", file=sys.stderr)
    return 2 if refusal else 0


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m ml.checkpoints", description=DESCRIPTION, epilog=EXAMPLE, formatter_class=plain
    )
    commands = parser.add_subparsers(required=True, metavar="convert | random | inspect")
    command = commands.add_parser(
        "convert", help="published files to a folder of weights", epilog=CONVERT_EXAMPLE, formatter_class=plain
    )
    command.set_defaults(run=_convert)
    for role in ROLES:
        command.add_argument(_flag(role), type=Path, metavar="FILE", help=".pth or .safetensors")
    command.add_argument("--llm", type=Path, metavar="FOLDER", help="folder of Vicuna-7B with its tokenizer")
    _add_writing(command)
    command = commands.add_parser("random", help="random weights of the same architecture, for timings and rehearsals")
    command.set_defaults(run=_random)
    command.add_argument("--as-published", action="store_true", help="write published files instead, to be converted")
    command.add_argument(
        "--without-llm", action="store_true", help="leave the language model out (13.5 GB at full size)"
    )
    command.add_argument("--seed", type=int, default=0)
    _add_writing(command)
    command = commands.add_parser("inspect", help="what a folder holds, and whether it is still as it was written")
    command.set_defaults(run=_inspect)
    command.add_argument("folder", type=Path, nargs="?", help="a converted folder; without one, the sizes alone")
    command.add_argument("--geometry", choices=sorted(GEOMETRIES), default=PUBLISHED.name)
    command.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _add_writing(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="the folder to write")
    command.add_argument("--force", action="store_true", help="replace a folder that a conversion wrote")
    command.add_argument(
        "--small", action="store_true", help="sizes of a few thousand numbers, with a profile.yaml of their own"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")


def _convert(options: argparse.Namespace) -> Told:
    name = _folder_name(options.out)
    geometry = SMALL if options.small else PUBLISHED
    paths: dict[str, Path] = {role: path for role in ROLES if (path := getattr(options, role)) is not None}
    with new_folder(options.out, may_replace=options.force) as draft:
        files = {role: read_published(_told_path(path)) for role, path in paths.items()}
        parts, account = convert(files, geometry)
        trained = parts.pop(DETECTOR, None)
        write_parts(draft, parts, geometry)
        if options.llm is not None:
            copy_llm(_told_path(options.llm), draft, geometry)
        if options.small:
            write_small_profiles(draft, geometry, name)
        sources = {f"{_flag(role)} {file.name}": file.sha256() for role, file in files.items()}
        if trained is not None:
            write_parents(draft, trained, geometry, name=name, sources=sorted(sources))
        write_manifest(draft, geometry, sources=sources, tensors=account.written)
    if options.json:
        return [as_json({"out": str(options.out), **_plain(account)})], ""
    return [*_told(account), f"written: {options.out}"], ""


def _random(options: argparse.Namespace) -> Told:
    geometry = SMALL if options.small else PUBLISHED
    with new_folder(options.out, may_replace=options.force) as draft:
        if not options.without_llm:
            write_random_llm(draft / (VICUNA_DIR if options.as_published else LLM_DIR), geometry, options.seed)
        if options.as_published:
            write_as_published(draft, geometry, options.seed)
        else:
            write_parts(draft, converted_tensors(geometry, options.seed), geometry)
            if options.small:
                write_small_profiles(draft, geometry, _folder_name(options.out))
            write_manifest(draft, geometry, sources={}, tensors={})
    written = sorted(path.name for path in options.out.iterdir())
    if options.json:
        return [as_json({"out": str(options.out), "geometry": geometry.name, "written": written})], ""
    return [f"written: {options.out} ({', '.join(written)})"], ""


def _inspect(options: argparse.Namespace) -> Told:
    found = inspect_folder(options.folder) if options.folder is not None else None
    geometry = GEOMETRIES[found.geometry if found is not None else options.geometry]
    counts = parameter_counts(geometry)
    changed = found.changed if found is not None else ()
    refusal = f"{', '.join(changed)}: changed since it was written; convert the weights again" if changed else ""
    if options.json:
        values = {"geometry": geometry.name, "parameters": counts}
        return [as_json(values | ({"files": dataclasses.asdict(found)["files"]} if found is not None else {}))], refusal
    lines = [f"geometry: {geometry.name}", *(f"  {name:<16} {count:>15,} parameters" for name, count in counts.items())]
    for file in found.files if found is not None else ():
        state = "as written" if file.is_as_written else "CHANGED since it was written"
        held = f"{file.tensors:>5} tensors {file.parameters:>15,} parameters" if file.tensors else " " * 40
        lines.append(f"  {file.path:<36} {held} {file.bytes:>15,} bytes  {'/'.join(file.dtypes):<8}  {state}")
    return lines, refusal


def _folder_name(out: Path) -> str:
    """What profiles call the folder below the weights root, also where it was given as `.` or `a/..`."""
    return Path(os.path.abspath(out)).name  # noqa: PTH100  # resolve() would follow links away from the root


def _flag(role: str) -> str:
    return f"--{role.replace('_', '-')}"


def _told_path(path: Path) -> Path:
    """The path; a person at a terminal is told what is being read, since gigabytes take minutes."""
    if sys.stderr.isatty():
        print(f"reading {path} ...", file=sys.stderr)
    return path


def _plain(account: Account) -> dict[str, object]:
    return dataclasses.asdict(account)


def _told(account: Account) -> list[str]:
    """The account for a person: every unmatched and every missing key, the rest in numbers."""
    lines = [f"{part}: {len(tensors)} tensors" for part, tensors in account.written.items()]
    lines += [f"left out, {reason}: {len(places)} keys" for reason, places in account.left_out.items()]
    lines += [f"missing: all of {module}" for module in account.missing_modules]
    single = [key for key in account.missing if key.split(".")[0] not in account.missing_modules]
    lists = {
        "not there, and not needed": account.absent_parts,
        "differs from another file": account.overruled,
        "unmatched": account.unmatched,
        "missing": single,
        "wrong": account.misshapen,
    }
    return lines + [f"{what}: {place}" for what, places in lists.items() for place in places]


if __name__ == "__main__":
    sys.exit(main())
