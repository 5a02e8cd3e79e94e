"""Nothing that a person did is lost: each bad day of a workbench, lived through in Chromium."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError

from tests.browser.conftest import CHROMIUM, FLAGS, Desk, logged_in
from tests.browser.seeding import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEED = "tests.browser.seed_saving"
NAMES = ["offline", "expired", "closed", "killed", "restart", "errors", "merged", "clash", "tabs", "undo", "refused",
         "gone"]  # fmt: skip
PATIENCE_MS = 30_000
"""A save that failed some times waits longer before each new try."""
SENTENCE = "A man throws a chair at the door."


@pytest.fixture(scope="session")
def films(desk: Desk) -> dict[str, int]:
    """Ids of films that only these tests touch."""
    found: dict[str, int] = desk.call(f"{SEED}:films_add", project="Desk", names=[f"saving_{name}" for name in NAMES])
    return {name.removeprefix("saving_"): video_id for name, video_id in found.items()}


@pytest.fixture
def ann(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "ann")
    yield page
    page.context.close()


def opened(page: Page, video_id: int) -> Page:
    page.goto(f"/videos/{video_id}/")
    expect(page.get_by_test_id("segment-row").first).to_be_visible()
    return page


def accept_first(page: Page) -> None:
    page.get_by_test_id("segment-row").first.get_by_test_id("accept").click()


def type_sentence(page: Page, text: str = SENTENCE) -> None:
    """Writes into the first segment's explanation and leaves the box open."""
    page.get_by_test_id("segment-row").first.get_by_test_id("edit").click()
    page.get_by_test_id("explanation-input").fill(text)


def expect_state(page: Page, state: str) -> None:
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", state, timeout=PATIENCE_MS)


def saved_first(desk: Desk, video_id: int, name: str = "ann") -> dict[str, Any]:
    """The first segment of a person's annotation as the server has it."""
    work = desk.call(f"{SEED}:work_of", video_id=video_id, name=name)
    segment: dict[str, Any] = work["document"]["segments"][0]
    return segment


def no_answer_to_saves(context: BrowserContext) -> None:
    context.route("**/api/annotations/*", lambda route: route.abort())


def test_a_lost_network_keeps_the_work_and_sends_it_when_it_is_back(
    desk: Desk, ann: Page, films: dict[str, int]
) -> None:
    opened(ann, films["offline"])
    ann.context.set_offline(True)
    accept_first(ann)
    expect_state(ann, "offline")
    type_sentence(ann)
    expect(ann.get_by_test_id("save-state")).to_have_attribute("data-waiting", "1")
    assert ann.title().startswith("●")
    ann.context.set_offline(False)
    expect_state(ann, "saved")
    assert saved_first(desk, films["offline"])["explanation"] == SENTENCE
    assert not ann.title().startswith("●")


def test_an_expired_login_is_renewed_in_place_by_the_same_person_alone(
    desk: Desk, ann: Page, films: dict[str, int]
) -> None:
    opened(ann, films["expired"])
    accept_first(ann)
    expect_state(ann, "saved")
    assert desk.call(f"{SEED}:logins_end", name="ann") > 0
    type_sentence(ann)
    expect_state(ann, "signed_out")
    other = ann.context.new_page()
    other.goto("/")
    other.fill("input[name=username]", "rae")
    other.fill("input[name=password]", PASSWORD)
    other.get_by_test_id("login").click()
    other.wait_for_url(lambda url: "/login" not in url)
    ann.get_by_test_id("explanation-done").click()
    dialog = ann.get_by_test_id("sign-in-dialog")
    expect(dialog).to_contain_text("rae is logged in")
    assert saved_first(desk, films["expired"])["explanation"] != SENTENCE
    dialog.get_by_test_id("sign-in-password").fill("not it")
    dialog.get_by_test_id("sign-in-submit").click()
    expect(dialog.get_by_role("alert")).to_be_visible(timeout=PATIENCE_MS)
    dialog.get_by_test_id("sign-in-password").fill(PASSWORD)
    dialog.get_by_test_id("sign-in-submit").click()
    expect_state(ann, "saved")
    expect(dialog).to_have_count(0)
    assert saved_first(desk, films["expired"])["explanation"] == SENTENCE


def test_what_was_being_typed_in_a_closed_tab_is_there_again_and_can_be_undone(
    desk: Desk, ann: Page, films: dict[str, int]
) -> None:
    context = ann.context
    opened(ann, films["closed"])
    context.set_offline(True)
    accept_first(ann)
    type_sentence(ann)
    expect_state(ann, "offline")
    ann.close()
    context.set_offline(False)
    page = opened(context.new_page(), films["closed"])
    expect(page.get_by_test_id("notice")).to_contain_text("found in this browser")
    expect(page.get_by_test_id("segment-row").first).to_contain_text(SENTENCE)
    expect_state(page, "saved")
    assert saved_first(desk, films["closed"])["explanation"] == SENTENCE
    page.get_by_test_id("undo").click()
    expect(page.get_by_test_id("segment-row").first).not_to_contain_text(SENTENCE)


def test_a_killed_browser_has_kept_what_was_done(
    desk: Desk, browser: Browser, films: dict[str, int], tmp_path: Path
) -> None:
    def started() -> BrowserContext:
        kind = browser.browser_type
        return kind.launch_persistent_context(tmp_path, executable_path=CHROMIUM, args=FLAGS, base_url=desk.address)

    context = started()
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=username]", "ben")
    page.fill("input[name=password]", PASSWORD)
    page.get_by_test_id("login").click()
    page.wait_for_url(lambda url: "/login" not in url)
    opened(page, films["killed"])
    context.set_offline(True)
    accept_first(page)
    type_sentence(page)
    expect_state(page, "offline")
    cookies = context.cookies()  # a session cookie is not what is tested here
    for process in browser_processes(tmp_path):
        process.kill()
    with suppress(PlaywrightError):
        context.close()  # it is dead already

    context = started()
    context.add_cookies([{key: one[key] for key in ("name", "value", "domain", "path")} for one in cookies])  # type: ignore[misc]
    page = opened(context.new_page(), films["killed"])
    expect(page.get_by_test_id("segment-row").first).to_contain_text(SENTENCE)
    expect_state(page, "saved")
    assert saved_first(desk, films["killed"], "ben")["explanation"] == SENTENCE
    context.close()


def browser_processes(profile: Path) -> list[psutil.Process]:
    """The first process of the browser with this profile folder; its children end with it."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if f"--user-data-dir={profile}" in words and not any(word.startswith("--type=") for word in words):
            found.append(process)
    return found


def test_a_restarted_server_gets_what_was_done_meanwhile(desk: Desk, ann: Page, films: dict[str, int]) -> None:
    opened(ann, films["restart"])
    served = [one for one in web_processes(desk) if one.status() != psutil.STATUS_STOPPED]
    for process in served:
        process.kill()  # `up` starts it again
    accept_first(ann)
    type_sentence(ann)
    expect_state(ann, "saved")
    assert saved_first(desk, films["restart"])["explanation"] == SENTENCE
    assert {one.pid for one in web_processes(desk)}.isdisjoint(one.pid for one in served)


def web_processes(desk: Desk) -> list[psutil.Process]:
    assert desk.vigil.process is not None
    children = psutil.Process(desk.vigil.process.pid).children(recursive=True)
    found = [one for one in children if "granian" in " ".join(one.cmdline())]
    assert found
    return found


def test_a_server_that_answers_500_is_asked_again(desk: Desk, ann: Page, films: dict[str, int]) -> None:
    answers = iter([500, 502, 503])

    def failing(route: Route) -> None:
        status = next(answers, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, body="<h1>Server error</h1>", content_type="text/html")

    ann.route("**/api/annotations/*", failing)
    opened(ann, films["errors"])
    accept_first(ann)
    expect_state(ann, "offline")
    ann.get_by_test_id("save-retry").click()
    expect_state(ann, "saved")
    assert saved_first(desk, films["errors"])["outcome"] == "accepted"


def test_two_peoples_changes_that_fit_together_are_merged_without_a_question(
    desk: Desk, ann: Page, films: dict[str, int]
) -> None:
    opened(ann, films["merged"])
    accept_first(ann)
    expect_state(ann, "saved")
    desk.call(f"{SEED}:work_save", video_id=films["merged"], name="ann", by="rae", changes={"label": "Arson"})
    type_sentence(ann)
    expect(ann.get_by_test_id("notice")).to_contain_text("rae")
    expect_state(ann, "saved")
    both = saved_first(desk, films["merged"])
    assert (both["label"], both["explanation"]) == ("Arson", SENTENCE)
    expect(ann.get_by_test_id("conflict-dialog")).to_have_count(0)


def test_where_two_people_changed_the_same_the_person_chooses_by_keyboard_and_can_undo(
    desk: Desk, ann: Page, films: dict[str, int]
) -> None:
    opened(ann, films["clash"])
    accept_first(ann)
    expect_state(ann, "saved")
    changes = {"explanation": "Two people fight.", "label": "Arson"}
    desk.call(f"{SEED}:work_save", video_id=films["clash"], name="ann", by="rae", changes=changes)
    type_sentence(ann)
    dialog = ann.get_by_test_id("conflict-dialog")
    expect(dialog).to_contain_text("rae saved another version")
    expect(dialog.get_by_test_id("collision")).to_have_attribute("data-choice", "mine")
    ann.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    ann.keyboard.press("3")
    expect(dialog.get_by_test_id("collision")).to_have_attribute("data-choice", "both")
    ann.keyboard.press("Control+Enter")
    expect_state(ann, "saved")
    both = saved_first(desk, films["clash"])
    assert (both["label"], both["explanation"]) == ("Arson", f"{SENTENCE} Two people fight.")
    ann.get_by_test_id("explanation-done").click()
    ann.get_by_test_id("undo").click()
    expect_state(ann, "saved")
    assert saved_first(desk, films["clash"])["explanation"] == SENTENCE


def test_a_second_tab_looks_on_until_it_takes_over_with_the_work_of_the_first(
    desk: Desk, ann: Page, films: dict[str, int]
) -> None:
    opened(ann, films["tabs"])
    accept_first(ann)
    expect_state(ann, "saved")
    second = opened(ann.context.new_page(), films["tabs"])
    expect(second.get_by_test_id("elsewhere-banner")).to_be_visible()
    expect(second.get_by_test_id("accept")).to_have_count(0)
    no_answer_to_saves(ann.context)
    type_sentence(ann)
    expect_state(ann, "offline")
    second.get_by_test_id("take-over").click()
    expect(second.get_by_test_id("elsewhere-banner")).to_have_count(0)
    expect(second.get_by_test_id("segment-row").first).to_contain_text(SENTENCE)
    expect(ann.get_by_test_id("elsewhere-banner")).to_be_visible()
    ann.context.unroute_all()
    second.evaluate("window.dispatchEvent(new Event('online'))")
    expect_state(second, "saved")
    assert saved_first(desk, films["tabs"])["explanation"] == SENTENCE
    second.close()
    expect(ann.get_by_test_id("elsewhere-banner")).to_have_count(0)
    expect(ann.get_by_test_id("segment-row").first).to_contain_text(SENTENCE)


def test_undo_goes_back_behind_saves_and_a_reload(desk: Desk, ann: Page, films: dict[str, int]) -> None:
    opened(ann, films["undo"])
    for outcome in ("accept", "reject"):
        row = ann.locator("[data-testid=segment-row][data-outcome=open]").first
        row.get_by_test_id(outcome).click()
        expect_state(ann, "saved")
    steps = "request => request.result?.past.length === 2"
    ann.wait_for_function(KEPT_STEPS.replace("CHECK", steps))
    ann.reload()
    expect(ann.get_by_test_id("undo")).to_be_enabled()
    for left in (1, 0):
        ann.get_by_test_id("undo").click()
        expect_state(ann, "saved")
        work = desk.call(f"{SEED}:work_of", video_id=films["undo"], name="ann")
        assert len(work["document"]["segments"]) == left
    ann.get_by_test_id("redo").click()
    expect(ann.locator("[data-testid=segment-row][data-outcome=accepted]")).to_have_count(1)


KEPT_STEPS = """() => new Promise((done) => {
  const opening = indexedDB.open('vigil');
  opening.onsuccess = () => {
    const store = opening.result.transaction('kept').objectStore('kept');
    const reading = store.openCursor(IDBKeyRange.bound(['steps'], ['steps', []]));
    let isKept = false;
    reading.onsuccess = () => {
      const cursor = reading.result;
      if (!cursor) { opening.result.close(); done(isKept); return; }
      isKept ||= (CHECK)({result: cursor.value});
      cursor.continue();
    };
  };
})"""


def test_work_that_the_server_refuses_stays_and_its_segment_is_shown(
    desk: Desk, ann: Page, films: dict[str, int]
) -> None:
    opened(ann, films["refused"])
    desk.call(f"{SEED}:film_cut", video_id=films["refused"], duration_ms=4000)
    accept_first(ann)
    expect_state(ann, "refused")
    expect(ann.get_by_test_id("save-state")).to_contain_text("beyond the video's end")
    row = ann.get_by_test_id("segment-row").first
    expect(row).to_have_attribute("aria-current", "true")
    expect(row).to_have_attribute("data-outcome", "accepted")
    with ann.expect_download() as downloading:
        ann.get_by_test_id("save-download").click()
    taken = json.loads(downloading.value.path().read_text())
    assert [one["outcome"] for one in taken["document"]["segments"]] == ["accepted"]
    desk.call(f"{SEED}:film_cut", video_id=films["refused"], duration_ms=9000)
    type_sentence(ann)
    expect_state(ann, "saved")
    assert saved_first(desk, films["refused"])["explanation"] == SENTENCE


def test_work_on_a_deleted_annotation_can_be_taken_away_as_a_file(desk: Desk, ann: Page, films: dict[str, int]) -> None:
    opened(ann, films["gone"])
    desk.call(f"{SEED}:work_delete", video_id=films["gone"], name="ann")
    accept_first(ann)
    expect_state(ann, "gone")
    with ann.expect_download() as downloading:
        ann.get_by_test_id("gone-banner").get_by_role("button").click()
    taken = json.loads(downloading.value.path().read_text())
    assert [one["outcome"] for one in taken["document"]["segments"]] == ["accepted"]
