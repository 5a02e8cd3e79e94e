"""A whole installation for the browser tests: real footage, a real starter model, `manage.py up`, Chromium."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.seeding import PASSWORD, PEOPLE
from tests.functional.installation import ROOT, Vigil, until
from vigil.demo.generate import generate
from vigil.demo.programme import PROGRAMME

PROJECT = "Browser tests"
FILES = {
    "market_square_north_01.mp4", "market_square_north_02.mp4", "platform_1_01.mp4", "platform_1_02.mp4",
    "depot_yard_01.mp4", "depot_yard_02.mp4", "market_square_south_01.mp4", "market_square_south_03.mp4",
}  # fmt: skip
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# A busy machine is no failure: a condition is waited for as long as a person would.
expect.set_options(timeout=30_000)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass(frozen=True)
class Served:
    """A running Vigil with one trained project."""

    vigil: Vigil
    passwords: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.vigil.port}"


def checked(run: "subprocess.CompletedProcess[str]") -> str:
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    # Not pytest's own folder: every other pytest of this user closes that one again, and under root PostgreSQL runs
    # as another user, who has to pass through.
    with tempfile.TemporaryDirectory(prefix="vigil-test-browser-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def served(folder: Path) -> Iterator[Served]:
    """Imports eight demo videos, trains the starter model, pre-labels, and serves."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    footage = generate(folder / "footage", programme=[plan for plan in PROGRAMME if plan.file in FILES])
    vigil = Vigil(folder / "home")
    checked(vigil.command("import_videos", "--project", PROJECT, str(footage.directory)))
    checked(vigil.command("import_annotations", "--project", PROJECT, "--format", "activitynet", "--as", "truth",
                          str(footage.segments_json)))  # fmt: skip
    checked(vigil.command("train", "--project", PROJECT, "--wait"))
    checked(vigil.command("prelabel", "--project", PROJECT, "--wait"))
    passwords = {}
    for name, words in {"ann": ("--project", PROJECT, "--role", "annotator"), "boss": ("--admin",)}.items():
        passwords[name] = json.loads(checked(vigil.command("user_add", name, *words, "--json")))["password"]
    try:
        vigil.up_and_ready()
        yield Served(vigil, passwords)
    finally:
        vigil.end()
        until(lambda: not vigil.processes(), "the end of all processes")


@dataclass(frozen=True)
class Desk(Served):
    """A running Vigil with people and predictions and without a trained model: quick to set up."""

    filled: dict[str, Any]

    inside: "Inside"

    def call(self, place: str, **given: Any) -> Any:
        """What a function answers that runs inside the installation; `place` is "module:function"."""
        return self.inside.call(place, **given)


class Inside:
    """A process of the installation that calls functions, started at the first call."""

    def __init__(self, vigil: Vigil) -> None:
        self.vigil = vigil
        self.process: subprocess.Popen[str] | None = None

    def call(self, place: str, **given: Any) -> Any:
        """What the function answers; its traceback as an assertion where it failed."""
        module, name = place.split(":")
        process = self.running()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps({"module": module, "name": name, "given": given}) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, f"the process that calls {place} has ended"
        told = json.loads(line)
        assert "trouble" not in told, told["trouble"]
        return told["answer"]

    def running(self) -> "subprocess.Popen[str]":
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c",
                 "from tests.browser.inside import serve; serve()"],
                cwd=ROOT, env=self.vigil.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        return self.process

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    """Three short films with suggestions and questions; ann and ben annotate, rae reviews, vic looks, boss is admin."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory(prefix="vigil-test-desk-", ignore_cleanup_errors=True) as folder:
        vigil = Vigil(Path(folder) / "home")
        passwords = dict.fromkeys((*PEOPLE, "boss"), PASSWORD)
        inside = Inside(vigil)
        try:
            checked(vigil.command("prepare"))
            films = Path(folder) / "films"
            films.mkdir()
            filled = inside.call("tests.browser.seeding:desk_fill", project_name="Desk", folder=str(films))
            vigil.up_and_ready()
            yield Desk(vigil, passwords, filled, inside)
        finally:
            inside.end()
            vigil.end()
            until(lambda: not vigil.processes(), "the end of all processes")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def logged_in(browser: Browser, served: Served, name: str) -> Page:
    """A page of a fresh session, logged in through the form."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=served.address)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/")
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", served.passwords[name])
    page.get_by_test_id("login").click()
    page.wait_for_url(lambda url: "/login" not in url)
    return page
