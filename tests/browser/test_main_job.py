"""The whole loop as two people live it: correct a pre-labelled video, retrain, promote, export."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLUG = "browser-tests"
SENTENCE = "A man in a long grey coat shoves a stranger beside the pharmacy and both stumble into the planter."
TRAINING_MS = 600_000


def test_a_correction_reaches_the_snapshot_the_model_and_the_export(
    served: Served, browser: Browser, tmp_path: Path
) -> None:
    annotator = logged_in(browser, served, "ann")
    video_id, suggested = video_with_a_suggestion(annotator)
    moved = correct(annotator, video_id, suggested)

    admin = logged_in(browser, served, "boss")
    retrain_and_promote(admin)
    exported = export(admin, tmp_path)

    assert SENTENCE in json.dumps(exported)
    held = snapshot_of_the_newest_run(served)
    spans = [(one["start_ms"], one["end_ms"], one["explanation"]) for line in held for one in line["segments"]]
    assert (moved["start_ms"], moved["end_ms"], SENTENCE) in spans


def video_with_a_suggestion(page: Page) -> tuple[int, dict[str, Any]]:
    """A train video for which the model suggests something, and its first suggestion."""
    page.goto(f"/projects/{SLUG}/")
    links = page.locator("a[href^='/videos/']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    for video_id in sorted({int(href.split("/")[2]) for href in links}):
        answer = page.request.get(f"/api/videos/{video_id}/workbench").json()
        is_train = not answer["video"]["name"].startswith("market_square_south")
        if is_train and answer["prediction"] and answer["prediction"]["segments"]:
            return video_id, answer["prediction"]["segments"][0]
    raise AssertionError("the starter model suggests nothing on any train video")


def correct(page: Page, video_id: int, suggested: dict[str, Any]) -> dict[str, Any]:
    """Accepts the first suggestion, drags its end, rewrites its sentence, submits; returns the saved segment."""
    page.goto(f"/videos/{video_id}/")
    row = page.get_by_test_id("segment-row").first
    row.get_by_test_id("accept").click()
    expect(page.get_by_test_id("save-state")).to_contain_text("Saved")
    drag_end(page, suggested["end_ms"])
    row = page.get_by_test_id("segment-row").first
    row.get_by_test_id("edit").click()
    page.get_by_test_id("explanation-input").fill(SENTENCE)
    page.get_by_test_id("explanation-done").click()
    with page.expect_response(lambda answer: "/submit" in answer.url) as submitted:
        page.get_by_test_id("submit").click()
    assert submitted.value.ok, submitted.value.text()
    saved = page.request.get(f"/api/videos/{video_id}/workbench").json()["annotation"]
    segment: dict[str, Any] = next(one for one in saved["document"]["segments"] if one["source_id"] == suggested["id"])
    assert saved["state"] == "submitted"
    assert segment["outcome"] == "changed"
    assert segment["explanation"] == SENTENCE
    assert segment["end_ms"] != suggested["end_ms"]
    return segment


def drag_end(page: Page, end_ms: int) -> None:
    """Drags the right edge of the accepted segment some 60 pixels to the left."""
    canvas = page.get_by_test_id("timeline")
    told = canvas.evaluate("one => ({...one.dataset})")
    plot, lanes = json.loads(told["plot"]), json.loads(told["lanes"])
    start, end = float(told["viewStartMs"]), float(told["viewEndMs"])
    box = canvas.bounding_box()
    assert box is not None
    x = box["x"] + plot["left"] + (end_ms - start) / (end - start) * plot["width"]
    y = box["y"] + (lanes["you"]["top"] + lanes["you"]["bottom"]) / 2
    page.mouse.move(x - 1, y)
    page.mouse.down()
    page.mouse.move(x - 25, y, steps=4)
    page.mouse.move(x - 30, y, steps=2)
    page.mouse.up()


def retrain_and_promote(page: Page) -> None:
    """Starts a run on the training page, follows it to its end, promotes the candidate."""
    page.goto(f"/projects/{SLUG}/training/")
    page.get_by_test_id("training-start").click()
    expect(page.get_by_test_id("run-state").first).to_have_text("running", timeout=60_000)
    expect(page.get_by_test_id("run-state").first).to_have_text("succeeded", timeout=TRAINING_MS)
    expect(page.get_by_test_id("gate-table").first).to_be_visible()
    page.get_by_test_id("promote-v2").click()
    page.get_by_test_id("promote-confirm-v2").click()
    expect(page.get_by_test_id("production")).to_contain_text("v2")


def export(page: Page, folder: Path) -> list[dict[str, Any]]:
    """Makes the LLaVA export on the export page, downloads and unpacks it; all its records."""
    page.goto(f"/projects/{SLUG}/export/")
    page.locator("input[name=format][value=llava]").check()
    page.get_by_test_id("export-start").click()
    row = page.locator("[data-testid^='export-'][data-state]").first
    expect(row).to_have_attribute("data-state", "succeeded", timeout=120_000)
    with page.expect_download() as download:
        row.locator("[data-testid^='export-download-']").click()
    target = folder / "export.zip"
    download.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        archive.extractall(folder / "export")
    records: list[dict[str, Any]] = []
    for path in sorted((folder / "export").rglob("train.json")):
        records += json.loads(path.read_text())
    missing = [record["video"] for record in records if not list((folder / "export").rglob(Path(record["video"]).name))]
    assert records and not missing
    return records


def snapshot_of_the_newest_run(served: Served) -> list[dict[str, Any]]:
    """The train lines of the snapshot that the last training run used."""
    script = (
        "import json; from vigil.retraining.models import TrainingRun;"
        "print(json.dumps(TrainingRun.objects.latest('pk').snapshot.manifest))"
    )
    shown = served.vigil.command("shell", "--no-imports", "-c", script)
    assert shown.returncode == 0, shown.stderr
    manifest = json.loads(shown.stdout.strip().splitlines()[-1])
    lines: list[dict[str, Any]] = manifest["videos"]
    return lines
