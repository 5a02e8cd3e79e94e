"""The question modes in Chromium: several in a row, taken back, offline in between, a lease that is lost, a phone."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEEN_3_S = """() => new Promise((seen) => {
  const look = () => {
    if (document.querySelector('[data-testid=video]').currentTime > 3) seen();
    else requestAnimationFrame(look);
  };
  look();
})"""
SEEDS = "tests.browser.seed_questions"


@dataclass(frozen=True)
class Asked:
    """A project of its own, with the questions that a test asks for."""

    desk: Desk
    slug: str
    videos: list[int]

    def ask(self, kind: str, count: int) -> list[int]:
        ids: list[int] = self.desk.call(f"{SEEDS}:ask", slug=self.slug, kind=kind, count=count)
        return ids

    def said(self, ids: list[int]) -> list[Any]:
        answers: list[Any] = self.desk.call(f"{SEEDS}:said", question_ids=ids)
        return answers

    def work(self, video: int) -> dict[str, Any]:
        work: dict[str, Any] = self.desk.call(f"{SEEDS}:work_of", video_id=self.videos[video], user="ann")
        return work

    def questions(self, page: Page, mode: str) -> None:
        page.goto(f"/projects/{self.slug}/questions/?mode={mode}")
        expect(page.get_by_test_id("questions")).to_have_attribute("data-state", "asking")


@pytest.fixture(scope="module")
def asked(desk: Desk) -> Iterator[Asked]:
    with tempfile.TemporaryDirectory(prefix="vigil-test-questions-") as folder:
        filled = desk.call(f"{SEEDS}:films_fill", project_name="Asked", folder=f"{folder}/films", videos=3, seconds=12)
        yield Asked(desk, filled["slug"], filled["videos"])


@pytest.fixture(scope="module")
def ann(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "ann")
    yield page
    page.context.close()


def shows(page: Page, question_id: int) -> None:
    expect(page.get_by_test_id("questions")).to_have_attribute("data-question-id", str(question_id))


def everything_arrived(page: Page) -> None:
    expect(page.get_by_test_id("questions")).to_have_attribute("data-unsent", "0")


def banner(page: Page) -> Any:
    return page.get_by_test_id("question-banner")


def test_verify_goes_on_without_a_connection_and_can_be_taken_back(asked: Asked, ann: Page) -> None:
    ids = asked.ask("verify", 5)
    asked.questions(ann, "verify")
    shows(ann, ids[0])
    expect(ann.get_by_test_id("next-video")).to_have_count(2)
    ann.keyboard.press("y")
    shows(ann, ids[1])
    everything_arrived(ann)
    ann.context.set_offline(True)
    ann.keyboard.press("n")
    shows(ann, ids[2])
    ann.keyboard.press("u")
    expect(ann.get_by_test_id("unsent")).to_be_visible()
    ann.context.set_offline(False)
    everything_arrived(ann)
    shows(ann, ids[3])
    ann.get_by_test_id("skip").click()
    shows(ann, ids[4])
    for at in (3, 2, 1):  # the skip is taken back first
        ann.keyboard.press("Control+z")
        shows(ann, ids[at])
    ann.keyboard.press("y")
    shows(ann, ids[2])
    everything_arrived(ann)
    verdicts = [one and one["payload"]["verdict"] for one in asked.said(ids)]
    assert verdicts == ["yes", "yes", None, None, None]


def test_an_answer_outlives_a_page_that_closed_without_a_connection(asked: Asked, desk: Desk, browser: Browser) -> None:
    page = logged_in(browser, desk, "ann")
    ids = asked.ask("verify", 3)
    asked.questions(page, "verify")
    shows(page, ids[0])
    page.route("**/answer", lambda route: route.abort())
    page.keyboard.press("n")
    expect(page.get_by_test_id("unsent")).to_be_visible()
    page.close()
    again = page.context.new_page()
    asked.questions(again, "verify")
    shows(again, ids[1])
    everything_arrived(again)
    assert asked.said(ids)[0]["payload"] == {"verdict": "no"}
    again.context.close()


def test_a_glance_is_marked_undone_and_counted_without_idle_time(asked: Asked, ann: Page) -> None:
    ids = asked.ask("glance", 3)
    asked.questions(ann, "glance")
    shows(ann, ids[0])
    ann.get_by_test_id("speed-4").click()
    video = ann.get_by_test_id("video")
    expect(video).to_have_js_property("playbackRate", 4)
    ann.evaluate(SEEN_3_S)
    ann.keyboard.press("Space")
    expect(ann.get_by_test_id("mark")).to_have_count(1)
    at_ms = int(ann.get_by_test_id("mark").get_attribute("data-at-ms") or 0)
    now_ms = video.evaluate("video => video.currentTime * 1000")
    assert 0 <= at_ms <= now_ms - 4 * 350 + 50, "the reaction time is taken off, as much more as it plays faster"
    ann.keyboard.press("Control+z")
    expect(ann.get_by_test_id("mark")).to_have_count(0)
    ann.keyboard.press("Space")
    ann.keyboard.press("Enter")
    shows(ann, ids[1])
    everything_arrived(ann)
    ann.keyboard.press("Control+z")
    shows(ann, ids[0])
    expect(ann.get_by_test_id("mark")).to_have_count(1)
    ann.keyboard.press("Enter")
    ann.keyboard.press("Enter")
    shows(ann, ids[2])
    everything_arrived(ann)
    first, nothing, _ = asked.said(ids)
    assert len(first["payload"]["moments_ms"]) == 1 and first["payload"]["reaction_ms"] == 350
    assert nothing["payload"]["moments_ms"] == [] and nothing["spent_ms"] < 5000


def test_bounds_in_a_row_without_a_page_load(asked: Asked, ann: Page) -> None:
    ids = asked.ask("bounds", 4)
    ann.goto(f"/projects/{asked.slug}/questions/?mode=bounds")
    ann.get_by_test_id("mode-bounds").click()
    expect(banner(ann)).to_have_attribute("data-question-id", str(ids[0]))
    ann.evaluate("() => { window.isSamePage = true; }")
    ann.keyboard.press("Shift+Enter")
    expect(banner(ann)).to_have_attribute("data-question-id", str(ids[1]))
    ann.keyboard.press("Alt+BracketLeft")
    ann.keyboard.press("Control+Enter")
    expect(banner(ann)).to_have_attribute("data-question-id", str(ids[2]))
    ann.keyboard.press("x")
    ann.keyboard.press("Control+Enter")
    expect(banner(ann)).to_have_attribute("data-question-id", str(ids[3]))
    assert ann.evaluate("() => window.isSamePage") is True
    assert f"question={ids[3]}" in ann.url
    answers = asked.said(ids)
    assert [one is not None for one in answers] == [True, True, True, False]
    first, second = answers[0]["spent_ms"], answers[1]["spent_ms"]
    assert first > 0 and 0 < second < 20_000, "each question has its own time, also on one video"
    assert [one["outcome"] for one in asked.work(0)["segments"]] == ["accepted", "changed"]
    assert [one["outcome"] for one in asked.work(1)["segments"]] == ["rejected"]
    ann.go_back()
    expect(ann.get_by_test_id("workbench")).to_be_visible()
    assert f"question={ids[2]}" in ann.url


def test_explain_is_written_and_handed_in_with_one_stroke(asked: Asked, ann: Page) -> None:
    ids = asked.ask("explain", 6)[4:]
    asked.desk.call(f"{SEEDS}:withdraw", question_ids=list(range(ids[0] - 4, ids[0])))
    ann.goto(f"/videos/{asked.videos[2]}/?question={ids[0]}")
    expect(banner(ann)).to_have_attribute("data-question-id", str(ids[0]))
    ann.keyboard.press("e")
    ann.get_by_test_id("explanation-input").fill("A red box crosses the ground.")
    expect(ann.locator("ins").first).to_be_visible()
    ann.keyboard.press("Control+Enter")
    expect(banner(ann)).to_have_attribute("data-question-id", str(ids[1]))
    assert "A red box crosses the ground." in [one["explanation"] for one in asked.work(2)["segments"]]


def test_skipping_leads_on_in_place(asked: Asked, ann: Page) -> None:
    ids = asked.ask("bounds", 6)[4:]
    asked.desk.call(f"{SEEDS}:withdraw", question_ids=list(range(ids[0] - 4, ids[0])))
    ann.goto(f"/videos/{asked.videos[2]}/?question={ids[0]}")
    expect(banner(ann)).to_have_attribute("data-question-id", str(ids[0]))
    ann.keyboard.press("Control+Space")
    expect(banner(ann)).to_have_attribute("data-question-id", str(ids[1]))
    assert asked.said(ids) == [None, None]


def test_a_question_that_was_taken_leaves_the_work_as_a_draft(asked: Asked, desk: Desk, browser: Browser) -> None:
    page = logged_in(browser, desk, "ben")
    [question_id] = asked.ask("bounds", 1)
    page.goto(f"/videos/{asked.videos[0]}/?question={question_id}")
    page.get_by_test_id("accept-submit").wait_for()
    asked.desk.call(f"{SEEDS}:taken_by", question_id=question_id, user="rae")
    page.keyboard.press("Shift+Enter")
    expect(page.get_by_test_id("question-lost")).to_be_visible()
    work = asked.desk.call(f"{SEEDS}:work_of", video_id=asked.videos[0], user="ben")
    assert (work["state"], [one["outcome"] for one in work["segments"]]) == ("draft", ["accepted"])
    page.get_by_test_id("submit-anyway").click()
    page.wait_for_url("**/projects/**")
    work = asked.desk.call(f"{SEEDS}:work_of", video_id=asked.videos[0], user="ben")
    assert work["state"] == "submitted"
    page.context.close()


@pytest.mark.parametrize("size", [(390, 844), (844, 390)])
def test_verify_and_glance_with_one_thumb(asked: Asked, ann: Page, browser: Browser, size: tuple[int, int]) -> None:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, has_touch=True, is_mobile=True,
        base_url=asked.desk.address, storage_state=ann.context.storage_state(),
    )  # fmt: skip
    page = context.new_page()
    ids = asked.ask("verify", 2)
    asked.questions(page, "verify")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    for name in ("verify-yes", "verify-no", "verify-unsure", "skip", "undo", "modes-open"):
        box = page.get_by_test_id(name).bounding_box()
        assert box and box["height"] >= 24 and box["x"] >= 0 and box["x"] + box["width"] <= width, name
        assert box["y"] + box["height"] <= height, f"{name} can be reached without scrolling"
    page.get_by_test_id("verify-no").tap()
    shows(page, ids[1])
    everything_arrived(page)
    ids = asked.ask("glance", 2)
    asked.questions(page, "glance")
    page.get_by_test_id("glance-tap").tap()
    expect(page.get_by_test_id("mark")).to_have_count(1)
    box = page.get_by_test_id("glance-finish").bounding_box()
    assert box and box["y"] + box["height"] <= height
    page.get_by_test_id("glance-finish").tap()
    shows(page, ids[1])
    context.close()


def test_the_modes_say_what_waits_and_are_remembered(asked: Asked, ann: Page) -> None:
    asked.ask("verify", 2)
    asked.questions(ann, "verify")
    ann.keyboard.press("m")
    expect(ann.get_by_test_id("mode-verify")).to_have_attribute("data-open", "2")
    expect(ann.get_by_test_id("mode-verify")).to_contain_text("seeded: verify")
    expect(ann.get_by_test_id("mode-glance")).to_have_attribute("data-open", "0")
    ann.keyboard.press("Control+2")  # the browser's own: another tab
    expect(ann.get_by_test_id("modes")).to_be_visible()
    ann.keyboard.press("2")
    expect(ann.get_by_test_id("questions-done")).to_be_visible()
    ann.goto(f"/projects/{asked.slug}/questions/")
    expect(ann.get_by_test_id("questions")).to_have_attribute("data-state", "done")
    expect(ann.get_by_test_id("modes-open")).to_contain_text("Glance")
