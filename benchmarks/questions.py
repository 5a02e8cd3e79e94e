"""Fifty scripted questions in each mode through the real pages in Chromium: what a person must press, and how long the
pages themselves take. The scripts think no time at all, so the seconds are what the tool costs on top of looking.

Beside each stands the same outcome in Label Studio 1.23 as a count of presses by the recipes below: a count, not a run.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figure import Figure, figures_print
from tests.functional.installation import Vigil, until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "fifty at the desk"
QUESTIONS = 50
SECONDS = 8
NEXT_GOAL_MS = 100
SEEDS = "tests.browser.seed_questions"
SENTENCE = "A red box crosses the ground from left to right."

RECIPES: dict[str, dict[str, int]] = {
    "verify": {"click the place on the timeline": 1, "play": 1, "choice by hotkey": 1, "submit": 1},
    "glance": {"open the speed settings": 1, "choose the speed": 1, "play": 1, "pause at the moment": 1,
               "label by hotkey": 1, "drag the region": 1, "submit": 1},
    "bounds": {"click the place on the timeline": 1, "click the region": 1, "play": 1, "submit": 1},
    "bounds changed": {"drag the edge": 1, "drag it again to the frame": 1},
    "explain": {"click the region": 1, "play": 1, "submit": 1},
    "explain changed": {"click the text": 1, "take the old text away": 1, "type it": 1, "add it": 1},
    "full": {"click region one": 1, "click region two": 1, "delete region two": 1, "play": 1,
             "choice all watched": 1, "submit": 1},
    "dialogue": {"click the region": 1, "click the question": 1, "type it": 1, "add it": 1, "click the answer": 1,
                 "type that": 1, "add that": 1, "submit": 1},
}  # fmt: skip
"""Label Studio 1.23: one region is dragged on a timeline of 16 px a frame, texts are per-region boxes with an add
button, nothing nudges an edge by key, and the next task opens after submit. Hotkeys wherever it has any."""

ARRIVAL = """
window.addEventListener('keydown', () => { window.pressedAt = performance.now(); }, { capture: true });
window.awaitQuestion = (id) => {
  delete document.documentElement.dataset.arrivedMs;
  const look = () => {
    const place = document.querySelector(`[data-testid=questions][data-question-id="${id}"], [data-testid=question-banner][data-question-id="${id}"]`);
    const video = document.querySelector('[data-testid=video]');
    const isOwn = !video?.dataset.questionId || video.dataset.questionId === String(id);
    if (place && video && isOwn && video.readyState >= 2 && !video.seeking) document.documentElement.dataset.arrivedMs = performance.now() - window.pressedAt;
    else requestAnimationFrame(look);
  };
  look();
};
"""  # noqa: E501
"""From the key to the first frame of the browser in which the question and a picture of its place are shown."""


SEEN = """() => new Promise((seen) => {
  const look = () => {
    if (document.querySelector('[data-testid=video]').currentTime > 0.5) seen();
    else requestAnimationFrame(look);
  };
  look();
})"""


@dataclass
class Run:
    """What fifty questions took."""

    actions: int = 0
    seconds: float = 0.0
    next_ms: list[float] = field(default_factory=list)


class Person:
    """Presses keys and counts them; a sentence that is typed is one action, as in the recipes."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.actions += 1

    def write(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.actions += 1


def verify(person: Person, number: int) -> None:
    person.press("ynu"[number % 3])


def glance(person: Person, number: int) -> None:
    if number % 2 == 0:
        person.page.evaluate(SEEN)
        person.press("Space")
    person.press("Enter")


def is_changed(number: int) -> bool:
    """Two of five proposals need a correction."""
    return number % 5 in {1, 3}


def bounds(person: Person, number: int) -> None:
    if is_changed(number):
        person.press("Alt+BracketLeft", "Alt+BracketLeft", "Control+Enter")
    else:
        person.press("Shift+Enter")


def explain(person: Person, number: int) -> None:
    if not is_changed(number):
        person.press("Shift+Enter")
        return
    person.press("e")
    person.page.get_by_test_id("explanation-input").wait_for()
    person.press("Control+a")
    person.write(SENTENCE)
    person.press("Control+Enter")


def full(person: Person, number: int) -> None:  # noqa: ARG001
    person.press("Tab", "a", "x", "w", "Control+Enter")


def dialogue(person: Person, number: int) -> None:  # noqa: ARG001
    person.page.get_by_test_id("dialogue-composer").wait_for()
    person.press("d")
    person.write("Who is to be seen?")
    person.press("Enter")
    person.write("Nobody, only a box.")
    person.press("Control+Enter")


SCRIPTS: dict[str, tuple[str, Callable[[Person, int], None]]] = {
    "verify": ("ann", verify),
    "glance": ("ann", glance),
    "bounds": ("ann", bounds),
    "explain": ("ben", explain),
    "full": ("rae", full),
    "dialogue": ("max", dialogue),
}
"""Who answers and how. Each mode of the workbench has its own person, so that none finds the work of another mode."""


def main() -> None:
    if CHROMIUM is None:
        raise SystemExit("Chromium is not installed (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory(prefix="vigil-questions-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # under root PostgreSQL runs as another user, who has to pass through
        vigil = Vigil(Path(folder) / "home")
        try:
            vigil.command("prepare")
            films = {
                "project_name": "Fifty",
                "folder": f"{folder}/films",
                "videos": QUESTIONS,
                "seconds": SECONDS,
                "password": PASSWORD,
            }
            slug = called(vigil, "films_fill", **films)["slug"]
            vigil.up_and_ready()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
                figures = [one for mode in SCRIPTS for one in measured(browser, vigil, slug, mode)]
                browser.close()
        finally:
            vigil.end()
            until(lambda: not vigil.processes(), "the end of all processes")
    figures_print(figures)


def called(vigil: Vigil, name: str, **given: Any) -> Any:
    """What a function of the seeds answers, run inside the installation."""
    script = (
        f"import json; from {SEEDS} import {name};"
        f"print(json.dumps({name}(**json.loads({json.dumps(json.dumps(given))}))))"
    )
    done = vigil.command("shell", "--no-imports", "-c", script)
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def measured(browser: Browser, vigil: Vigil, slug: str, mode: str) -> list[Figure]:
    """The figures of one mode."""
    user, script = SCRIPTS[mode]
    sys.stderr.write(f"  {mode}\n")
    ids: list[int] = called(vigil, "ask", slug=slug, kind=mode, count=QUESTIONS, two_a_video=False)
    page = logged_in(browser, f"http://127.0.0.1:{vigil.port}", user)
    run = answered(page, slug, mode, ids, script)
    page.context.close()
    answers = called(vigil, "said", question_ids=ids)
    missing = sum(one is None for one in answers)
    if missing:
        raise RuntimeError(f"{mode}: {missing} of {QUESTIONS} answers have not arrived")
    return figures_of(mode, run)


def logged_in(browser: Browser, address: str, user: str) -> Page:
    """A page of a fresh session."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=address)
    context.add_init_script(ARRIVAL)
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_test_id("login").click()
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def answered(page: Page, slug: str, mode: str, ids: list[int], script: Callable[[Person, int], None]) -> Run:
    """Fifty questions in a row, from the first one that is shown to the last answer that has arrived."""
    page.goto(f"/projects/{slug}/questions/?mode={mode}")
    is_quick = mode in {"verify", "glance"}
    if not is_quick:
        page.get_by_test_id(f"mode-{mode}").click()
    page.locator(f"[data-question-id='{ids[0]}']").first.wait_for()
    page.evaluate("id => { window.pressedAt = 0; window.awaitQuestion(id); }", ids[0])
    arrived_ms(page)
    if mode == "glance":
        page.get_by_test_id("speed-8").click()
    person, run = Person(page), Run()
    began_at = time.perf_counter()
    for number, following in enumerate([*ids[1:], None]):
        if following is not None:
            page.evaluate("id => { window.awaitQuestion(id); }", following)
        script(person, number)
        if following is not None:
            run.next_ms.append(arrived_ms(page))
    if is_quick:
        page.locator("[data-testid=questions][data-unsent='0']").wait_for()
    else:
        page.wait_for_url("**/questions/**")
    run.seconds, run.actions = time.perf_counter() - began_at, person.actions
    return run


def arrived_ms(page: Page) -> float:
    """How long the question that is awaited took to be shown."""
    shown = page.locator("html[data-arrived-ms]")
    shown.wait_for(state="attached")
    return float(shown.get_attribute("data-arrived-ms") or "nan")


def recipe_count(mode: str) -> int:
    """Presses that the same fifty outcomes need by the recipes."""
    each = sum(RECIPES[mode].values())
    changed = sum(is_changed(number) for number in range(QUESTIONS))
    return QUESTIONS * each + changed * sum(RECIPES.get(f"{mode} changed", {}).values())


def figures_of(mode: str, run: Run) -> list[Figure]:
    plain = recipe_count(mode)
    median_ms = statistics.median(run.next_ms)
    late_ms = sorted(run.next_ms)[int(0.95 * len(run.next_ms))]
    is_verify = mode == "verify"
    goal = f"under {NEXT_GOAL_MS} ms" if is_verify else ""
    return [
        Figure(f"{mode}: actions for {QUESTIONS}", run.actions, "", f"Label Studio recipe: {plain}, counted"),
        Figure(f"{mode}: recipe over ours", plain / run.actions, "x", "counted, not run"),
        Figure(f"{mode}: seconds for {QUESTIONS}", run.seconds, "s", "a script that thinks no time"),
        Figure(f"{mode}: key to next question, median", median_ms, "ms", "", goal,
               median_ms < NEXT_GOAL_MS if is_verify else None),
        Figure(f"{mode}: key to next question, 95 %", late_ms, "ms"),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
