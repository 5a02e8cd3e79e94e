"""Pictures of the workbench: its panels, dialogs, question modes, and a review."""

from typing import Any

from camera import BOTH, DARK, Camera, Trouble, opened
from playwright.sync_api import Locator, Page, expect
from stage import called

WORKBENCH_KINDS = ("bounds", "explain", "dialogue", "full")
MOST_VIDEOS_TRIED = 12


def ready(page: Page) -> None:
    """Waits until the picture at the playhead is there, and the filmstrip."""
    page.locator("[data-testid=segment-row], [data-testid=no-segments]").first.wait_for()
    page.wait_for_function(
        "() => { const video = document.querySelector('[data-testid=video]');"
        " return video.readyState >= 2 && !video.seeking && video.dataset.settled === 'true'; }"
    )
    page.wait_for_load_state("networkidle")


def step_into(page: Page, row: Locator) -> None:
    """Selects the segment and goes a third into it."""
    start_ms, end_ms = (int(row.get_attribute(name) or 0) for name in ("data-start-ms", "data-end-ms"))
    row.locator("button").first.click()
    page.get_by_test_id("timeline").focus()
    for _ in range(min(20, (end_ms - start_ms) // 3000)):
        page.keyboard.press("ArrowRight")
    ready(page)


def with_suggestion(page: Page, slug: str, wanted: str | None) -> int:
    """Opens a video with an open suggestion, a third into it; its id."""
    opened(page, f"/projects/{slug}/?sort=score" + (f"&q={wanted}" if wanted else ""))
    links = page.locator("[data-testid=video-row] a.font-medium").evaluate_all("all => all.map(a => a.href)")
    for link in links[:MOST_VIDEOS_TRIED]:
        opened(page, link)
        page.get_by_test_id("workbench").wait_for()
        row = page.locator("[data-testid=segment-row][data-outcome=open]").first
        if row.count():
            step_into(page, row)
            return int(link.split("/videos/")[1].split("/")[0])
    raise Trouble(f"none of the {len(links)} videos of {slug!r} has an open suggestion; run manage.py prelabel")


def workbench(page: Page, slug: str, wanted: str | None, camera: Camera) -> None:
    """Segments, the moments alike, help and keys."""
    with_suggestion(page, slug, wanted)
    camera.take(page, "workbench")
    page.get_by_test_id("tab-similar").click()
    page.locator("[data-testid=similar-moment], [data-testid=similar-none]").first.wait_for()
    page.wait_for_load_state("networkidle")
    camera.take(page, "alike", DARK)
    page.get_by_test_id("tab-segments").click()
    page.get_by_test_id("timeline").focus()
    page.keyboard.press("?")
    page.get_by_test_id("help-overlay").wait_for()
    camera.take(page, "help", DARK)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+,")
    page.get_by_test_id("key-settings-dialog").wait_for()
    camera.take(page, "keys", DARK)


def asked(page: Page, slug: str, kind: str, camera: Camera) -> None:
    """A question of this kind in the workbench; the one of a dialogue with a first pair."""
    if not camera.wants(kind):
        return
    token = next((one["value"] for one in page.context.cookies() if one["name"] == "csrftoken"), "")
    answer = page.request.post(
        f"/api/projects/{slug}/questions/next", data={"kinds": [kind]}, headers={"X-CSRFToken": token}
    )
    question = answer.json().get("question") if answer.ok else None
    if question is None:
        raise Trouble(f"no {kind} question waits for this annotator in {slug!r}")
    opened(page, f"/videos/{question['video_id']}/?question={question['id']}")
    page.get_by_test_id("question-banner").wait_for()
    if kind != "dialogue":
        ready(page)
    elif page.get_by_test_id("dialogue-pair").count() == 0:
        page.get_by_test_id("suggested-question").first.wait_for()
        page.get_by_test_id("suggested-question").first.click()
        page.get_by_test_id("dialogue-answer").first.fill("The man in the white jacket: he turns round first.")
        page.get_by_test_id("suggested-question").first.click()
    if kind == "explain":
        page.get_by_test_id("timeline").focus()
        page.keyboard.press("e")
        box = page.get_by_test_id("explanation-input")
        box.press("End")
        box.press_sequentially(" One of them falls.")
    camera.take(page, kind, DARK)
    saved(page)


def saved(page: Page) -> None:
    """Waits until nothing is left to be sent."""
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=20_000)


def review(page: Page, scene: dict[str, Any], camera: Camera) -> None:
    """A reviewer on somebody's annotation, with a segment sent back, its comments and its history."""
    if not camera.wants("review", "comments", "history"):
        return
    opened(page, f"/videos/{scene['reviewed_video']}/?annotation={scene['reviewed']}")
    page.get_by_test_id("review-banner").wait_for()
    ready(page)
    step_into(page, page.locator("[data-testid=segment-row]:not([data-outcome=open])").first)
    camera.take(page, "review", BOTH)
    page.get_by_test_id("tab-comments").click()
    page.get_by_test_id("comment-text").first.wait_for()
    camera.take(page, "comments", DARK)
    page.get_by_test_id("tab-history").click()
    page.get_by_test_id("history-change").first.wait_for()
    camera.take(page, "history", DARK)


def conflict(page: Page, slug: str, name: str, camera: Camera) -> None:
    """Two people change one segment at once; and a login that ran out meanwhile."""
    if not camera.wants("conflict", "sign-in"):
        return
    video_id = called("undecided_video", slug=slug, name=name)
    if not video_id:
        raise Trouble(f"{name} has answered every video of {slug!r}; the conflict needs one that is open")
    opened(page, f"/videos/{video_id}/")
    ready(page)
    row = page.locator("[data-testid=segment-row][data-outcome=open]").first
    row.get_by_test_id("accept").click()
    saved(page)
    called("saved_by_another", video_id=video_id, name=name, by="reviewer", more="Several people look on.")
    first = page.locator("[data-testid=segment-row]:not([data-outcome=open])").first
    first.get_by_test_id("edit").click()
    written = page.get_by_test_id("explanation-input").input_value()
    page.get_by_test_id("explanation-input").fill(f"{written} Nobody comes to help.")
    page.get_by_test_id("explanation-done").click()
    page.get_by_test_id("conflict-dialog").wait_for()
    camera.take(page, "conflict", DARK)
    page.get_by_test_id("conflict-all-theirs").click()
    page.get_by_test_id("conflict-save").click()
    saved(page)
    page.context.clear_cookies(name="sessionid")
    first.get_by_test_id("edit").click()
    page.get_by_test_id("explanation-input").fill(f"{written} Somebody calls for help.")
    page.get_by_test_id("explanation-done").click()
    page.get_by_test_id("sign-in-dialog").wait_for()
    camera.take(page, "sign-in", DARK)
