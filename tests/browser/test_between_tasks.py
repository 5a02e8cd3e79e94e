"""From one task to the next nothing is lost: skipped, gone back from, taken by somebody else, with the login ended."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Desk, logged_in
from tests.browser.seeding import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEEDS = "tests.browser.seed_questions"
SAVES = "**/api/annotations/*"


@dataclass(frozen=True)
class Tasks:
    """A project of its own, with one question a film."""

    desk: Desk
    slug: str
    videos: list[int]

    def ask(self, kind: str, count: int, *, two_a_video: bool = False) -> list[int]:
        given = {"slug": self.slug, "kind": kind, "count": count, "two_a_video": two_a_video}
        ids: list[int] = self.desk.call(f"{SEEDS}:ask", **given)
        return ids

    def outcomes(self, video: int) -> list[str]:
        work = self.desk.call(f"{SEEDS}:work_of", video_id=self.videos[video], user="ann")
        return [one["outcome"] for one in work["segments"]]


@pytest.fixture(scope="module")
def filled(desk: Desk) -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="vigil-test-between-") as folder:
        yield desk.call(f"{SEEDS}:films_fill", project_name="Between", folder=f"{folder}/films", videos=8, seconds=9)


@pytest.fixture
def tasks(desk: Desk, filled: dict[str, Any]) -> Tasks:
    return Tasks(desk, filled["slug"], filled["videos"])


@pytest.fixture
def ann(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "ann")
    yield page
    page.unroute_all(behavior="wait")  # an answer that is still on its way
    page.context.close()


def opened(page: Page, video_id: int, question_id: int) -> None:
    page.goto(f"/videos/{video_id}/?question={question_id}")
    asks(page, question_id)
    expect(page.get_by_test_id("segment-row").first).to_be_visible()


def asks(page: Page, question_id: int) -> None:
    expect(page.get_by_test_id("question-banner")).to_have_attribute("data-question-id", str(question_id))


def expect_state(page: Page, state: str) -> None:
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", state)


def broken(route: Route) -> None:
    if route.request.method == "PUT":
        route.fulfill(status=500, body="{}", content_type="application/json")
    else:
        route.continue_()


def test_skipping_waits_until_the_work_has_reached_the_server(tasks: Tasks, ann: Page) -> None:
    ids = tasks.ask("bounds", 2, two_a_video=True)
    opened(ann, tasks.videos[0], ids[0])
    ann.route(SAVES, broken)
    ann.keyboard.press("a")
    expect_state(ann, "offline")
    expect(ann.get_by_test_id("save-state")).to_contain_text("500")
    ann.keyboard.press("Control+Space")
    expect(ann.get_by_test_id("notice")).to_contain_text("Skip again")
    asks(ann, ids[0])
    ann.unroute(SAVES, broken)
    ann.get_by_test_id("save-retry").click()
    expect_state(ann, "saved")
    ann.keyboard.press("Control+Space")
    asks(ann, ids[1])
    assert tasks.outcomes(0) == ["accepted"]
    expect(ann.locator("[data-testid=segment-row][data-outcome=accepted]")).to_have_count(1)


def test_two_versions_are_put_together_before_a_task_is_left(tasks: Tasks, ann: Page) -> None:
    ids = tasks.ask("bounds", 2)
    opened(ann, tasks.videos[0], ids[0])
    ann.get_by_test_id("segment-row").last.get_by_test_id("accept").click()
    expect_state(ann, "saved")
    changes = {"explanation": "Two people fight."}
    tasks.desk.call("tests.browser.seed_saving:work_save", video_id=tasks.videos[0], name="ann", by="rae",
                    changes=changes)  # fmt: skip
    ann.route(SAVES, broken)  # so that the other version is met only by the skip
    ann.get_by_test_id("segment-row").last.get_by_test_id("edit").click()
    ann.get_by_test_id("explanation-input").fill("A man throws a chair.")
    ann.get_by_test_id("explanation-done").click()
    expect_state(ann, "offline")
    ann.unroute(SAVES, broken)
    ann.get_by_test_id("skip").click()
    expect(ann.get_by_test_id("conflict-dialog")).to_be_visible()
    asks(ann, ids[0])
    ann.keyboard.press("Control+Enter")
    expect_state(ann, "saved")
    ann.get_by_test_id("skip").click()
    asks(ann, ids[1])


def test_back_sends_what_was_done_the_moment_before(tasks: Tasks, ann: Page) -> None:
    *others, one, two = tasks.ask("bounds", 4)
    tasks.desk.call(f"{SEEDS}:withdraw", question_ids=others)
    ids = [one, two]
    opened(ann, tasks.videos[2], ids[0])
    first = ann.title()
    ann.keyboard.press("Control+Space")
    asks(ann, ids[1])
    expect(ann).not_to_have_title(first)
    ann.keyboard.press("a")
    ann.evaluate("history.back()")
    asks(ann, ids[0])
    expect(ann).to_have_title(first)
    assert tasks.outcomes(3) == ["accepted"]


def test_work_that_was_left_behind_is_sent_in_the_background(tasks: Tasks, ann: Page) -> None:
    *others, one, two = tasks.ask("bounds", 6)
    tasks.desk.call(f"{SEEDS}:withdraw", question_ids=others)
    opened(ann, tasks.videos[4], one)
    ann.keyboard.press("Control+Space")
    asks(ann, two)
    ann.route(SAVES, broken)
    ann.keyboard.press("a")
    expect_state(ann, "offline")
    ann.evaluate("history.back()")
    asks(ann, one)
    expect(ann.get_by_test_id("strays").get_by_role("link")).to_have_attribute("href", f"/videos/{tasks.videos[5]}/")
    assert tasks.outcomes(5) == []
    ann.unroute(SAVES, broken)
    expect(ann.get_by_test_id("strays")).to_have_count(0)
    assert tasks.outcomes(5) == ["accepted"]


def test_a_glance_that_somebody_took_leaves_no_marks_on_the_next_film(tasks: Tasks, ann: Page) -> None:
    def short_lease(route: Route) -> None:
        answer = route.fetch()
        given = answer.json()
        if given.get("question"):
            given["question"]["lease_ms"] = 20_000  # so that it is renewed at once
        route.fulfill(response=answer, json=given)

    ids = tasks.ask("glance", 3)
    ann.route("**/renew", lambda route: route.abort())
    ann.route("**/questions/next", short_lease)
    ann.goto(f"/projects/{tasks.slug}/questions/?mode=glance")
    page = ann.get_by_test_id("questions")
    expect(page).to_have_attribute("data-question-id", str(ids[0]))
    ann.keyboard.press("Space")
    expect(ann.get_by_test_id("mark")).to_have_count(1)
    tasks.desk.call(f"{SEEDS}:taken_by", question_id=ids[0], user="rae")
    ann.unroute("**/renew")
    ann.keyboard.press("Shift")  # a sign of life
    expect(page).to_have_attribute("data-question-id", str(ids[1]))
    expect(ann.get_by_test_id("answer-lost")).to_contain_text("went to somebody else")
    expect(ann.get_by_test_id("mark")).to_have_count(0)
    with ann.expect_request("**/answer") as sending:
        ann.keyboard.press("Enter")
    assert json.loads(sending.value.post_data or "")["payload"]["moments_ms"] == []
    expect(page).to_have_attribute("data-unsent", "0")


def test_who_was_signed_out_logs_in_beside_the_questions_and_every_answer_arrives(
    tasks: Tasks, desk: Desk, browser: Browser
) -> None:
    page = logged_in(browser, desk, "ben")
    ids = tasks.ask("verify", 3)
    page.goto(f"/projects/{tasks.slug}/questions/?mode=verify")
    expect(page.get_by_test_id("questions")).to_have_attribute("data-question-id", str(ids[0]))
    desk.call("tests.browser.seed_saving:logins_end", name="ben")
    page.keyboard.press("y")
    with page.expect_popup() as opening:
        page.get_by_role("link", name="Log in").click()
    login = opening.value
    login.fill("input[name=username]", "ben")
    login.fill("input[name=password]", PASSWORD)
    login.get_by_test_id("login").click()
    expect(login.get_by_test_id("questions")).to_be_visible()
    expect(page.get_by_test_id("questions")).to_have_attribute("data-unsent", "0")
    said = desk.call(f"{SEEDS}:said", question_ids=ids)
    assert said[0]["payload"] == {"verdict": "yes"}
    page.context.close()
