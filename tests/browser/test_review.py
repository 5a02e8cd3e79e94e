"""Review as three people live it: sent back, fixed, corrected, talked about, and annotated twice without looking."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, logged_in
from tests.browser.seed_review import KEYS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEED = "tests.browser.seed_review"
expect.set_options(timeout=30_000)  # as long as every other wait of the browser tests
HTML = "<b>Look</b> at the man in <script>alert(1)</script> red."


def row(page: Page, key: str):
    return page.locator(f"[data-row-id='{key}']")


def saved(page: Page) -> None:
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")


def test_a_segment_is_sent_back_another_fixed_and_the_correction_returns(desk: Desk, browser: Browser) -> None:
    filled = desk.call(f"{SEED}:project_fill", name="Review of ann")
    (video_id,) = filled["videos"]
    annotation_id = desk.call(f"{SEED}:annotate", name="ann", video_id=video_id, spans=[[2000, 4000], [9000, 12000]])

    rae = logged_in(browser, desk, "rae")
    rae.goto(f"/projects/{filled['slug']}/review/")
    rae.get_by_test_id("review-open").first.click()
    expect(rae.get_by_test_id("review-banner")).to_contain_text("ann")
    row(rae, KEYS[0]).get_by_test_id("review-reject").click()
    rae.get_by_test_id("review-reason-text").fill("It begins a second later.")
    rae.get_by_test_id("review-reason-send").click()
    expect(row(rae, KEYS[0]).get_by_test_id("review")).to_have_attribute("data-verdict", "rejected")
    row(rae, KEYS[1]).get_by_test_id("edit").click()
    rae.get_by_test_id("explanation-input").fill("Two men fight beside the gate.")
    rae.get_by_test_id("explanation-done").click()
    expect(row(rae, KEYS[1]).get_by_test_id("review")).to_have_attribute("data-verdict", "fixed")
    rae.get_by_test_id("review-end").click()
    rae.wait_for_url("**/review/")
    held = desk.call(f"{SEED}:told", annotation_id=annotation_id)
    assert held["sent_back"] == [True]
    assert held["saved_by"] == ["ann", "rae"]
    assert (held["counts"]["segments"], held["counts"]["left_out"]) == (1, 1)
    rae.context.close()

    ann = logged_in(browser, desk, "ann")
    ann.goto(f"/projects/{filled['slug']}/review/")
    ann.get_by_test_id("sent-back-open").first.click()
    expect(ann.get_by_test_id("sent-back")).to_be_visible()
    expect(row(ann, KEYS[0]).get_by_test_id("review-comment")).to_have_text("It begins a second later.")
    expect(row(ann, KEYS[1]).get_by_test_id("review")).to_contain_text("rae")
    row(ann, KEYS[0]).get_by_role("button").first.click()
    for _ in range(3):
        ann.keyboard.press("Alt+Shift+BracketLeft")
    saved(ann)
    with ann.expect_response(lambda answer: "/submit" in answer.url):
        ann.get_by_test_id("submit").click()
    ann.context.close()

    rae = logged_in(browser, desk, "rae")
    rae.goto(f"/projects/{filled['slug']}/review/")
    rae.get_by_test_id("review-open").first.click()
    expect(row(rae, KEYS[0]).get_by_test_id("review")).to_have_attribute("data-outdated", "true")
    row(rae, KEYS[0]).get_by_role("button").first.click()
    rae.keyboard.press("Shift+A")
    expect(row(rae, KEYS[0]).get_by_test_id("review")).to_have_attribute("data-verdict", "accepted")
    rae.keyboard.press("Control+Shift+Enter")
    rae.wait_for_url("**/review/")
    held = desk.call(f"{SEED}:told", annotation_id=annotation_id)
    assert (held["sent_back"], held["counts"]["segments"]) == ([True, False], 2)
    rae.context.close()


def test_a_comment_is_pinned_answered_and_resolved_and_history_tells_who(desk: Desk, browser: Browser) -> None:
    filled = desk.call(f"{SEED}:project_fill", name="Talk about it")
    (video_id,) = filled["videos"]
    desk.call(f"{SEED}:annotate", name="ann", video_id=video_id, spans=[[2000, 4000]])

    ann = logged_in(browser, desk, "ann")
    ann.goto(f"/videos/{video_id}/?at=5000")
    expect(ann.get_by_test_id("segment-row")).not_to_have_count(0)
    ann.keyboard.press("c")
    ann.get_by_test_id("comment-text").first.fill(HTML)
    ann.context.route(
        "**/comments", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    ann.keyboard.press("Control+Enter")
    expect(ann.get_by_test_id("notice")).to_be_visible()
    ann.reload()
    ann.context.unroute("**/comments")
    ann.get_by_test_id("tab-comments").click()
    expect(ann.get_by_test_id("comment-text").first).to_have_value(HTML)
    ann.get_by_test_id("comment-send").click()
    comment = ann.locator("[data-comment-id]")
    expect(comment.get_by_test_id("comment-text")).to_have_text(HTML)
    expect(comment.get_by_test_id("comment-time")).to_contain_text("0:05")
    expect(ann.get_by_test_id("tab-count-comments")).to_have_text("1")

    ben = logged_in(browser, desk, "ben")
    ben.goto(f"/videos/{video_id}/")
    ben.get_by_test_id("tab-comments").click()
    ben.get_by_test_id("comment-time").click()
    ben.get_by_test_id("comment-reply-open").click()
    ben.get_by_test_id("reply-text").fill("He is the postman.")
    ben.get_by_test_id("reply-send").click()
    expect(ben.get_by_test_id("comment-reply")).to_contain_text("He is the postman.")
    ben.get_by_test_id("comment-resolve").click()
    expect(ben.get_by_test_id("tab-count-comments")).to_have_count(0)
    ben.context.close()

    ann.get_by_test_id("tab-segments").click()
    row(ann, KEYS[0]).get_by_test_id("edit").click()
    ann.get_by_test_id("explanation-input").fill("Two women fight.")
    ann.get_by_test_id("explanation-done").click()
    saved(ann)
    ann.get_by_test_id("tab-history").click()
    changes = ann.get_by_test_id("history-change")
    expect(changes.first).to_contain_text("ann")
    ann.get_by_test_id("history-restore").last.click()
    saved(ann)
    ann.get_by_test_id("tab-segments").click()
    expect(row(ann, KEYS[0])).to_contain_text("Two men fight.")
    ann.context.close()


def test_a_blind_second_annotator_sees_nothing_until_they_submit_then_both_are_compared(
    desk: Desk, browser: Browser
) -> None:
    filled = desk.call(f"{SEED}:project_fill", name="Twice and blind")
    (video_id,) = filled["videos"]
    desk.call(f"{SEED}:annotate_twice_blind", slug=filled["slug"])
    desk.call(f"{SEED}:annotate", name="ann", video_id=video_id, spans=[[2000, 4000], [9000, 12000]])

    ben = logged_in(browser, desk, "ben")
    ben.goto(f"/projects/{filled['slug']}/review/")
    ben.get_by_test_id("second-reading").first.click()
    ben.get_by_test_id("tab-comments").click()
    expect(ben.get_by_test_id("blind")).to_be_visible()
    told = ben.request.get(f"/api/videos/{video_id}/said").json()
    assert told["is_blind"] is True and told["others"] == []
    ben.goto(f"/videos/{video_id}/agreement/")
    expect(ben.get_by_test_id("agreement-blind")).to_be_visible()

    desk.call(f"{SEED}:annotate", name="ben", video_id=video_id, spans=[[2200, 4000]])
    ben.reload()
    expect(ben.get_by_test_id("agreement-pair")).to_have_count(1)
    expect(ben.get_by_test_id("matched-segment")).to_have_count(1)
    expect(ben.get_by_test_id("unmatched-segment")).to_have_count(1)
    assert len(ben.request.get(f"/api/videos/{video_id}/said").json()["others"]) == 1
    ben.context.close()
