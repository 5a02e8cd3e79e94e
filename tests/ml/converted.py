"""Small published files with random weights, and the folder that a conversion makes of them."""

from pathlib import Path

from ml.checkpoints.__main__ import main

PUBLISHED_FILES = {
    "--eva": "eva_vit_g.pth",
    "--blip2": "blip2_pretrained_flant5xxl.pth",
    "--video-llama": "video_llama.pth",
    "--vad-llama": "vad_llama.pth",
    "--llm": "vicuna",
}


def published_small(root: Path) -> Path:
    """`root / "files"`: what a person would have downloaded, a few thousand numbers large."""
    assert main(["random", "--small", "--as-published", "--out", str(root / "files")]) == 0
    return root / "files"


def convert_arguments(files: Path, *leave_out: str) -> list[str]:
    """Arguments of `convert` that name all files but some."""
    named = {flag: name for flag, name in PUBLISHED_FILES.items() if flag not in leave_out}
    return [part for flag, name in named.items() for part in (flag, str(files / name))]


def converted_small(root: Path) -> Path:
    """`root`, a weights root with the converted folder `small` and, beside it, the `files` that it was made from."""
    arguments = convert_arguments(published_small(root))
    assert main(["convert", "--small", "--out", str(root / "small"), *arguments]) == 0
    return root
