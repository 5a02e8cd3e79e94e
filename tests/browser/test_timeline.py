"""The timeline under a real pointer: zoom, drag, snap, autoscroll, minimap, loops, and what it says of odd data."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Desk, logged_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FRAME_MS = 40
DURATION_MS = 20_000


@dataclass(frozen=True)
class TimelinePage:
    """A page with an open timeline; places are named by lane and time."""

    page: Page

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, str] = self.page.get_by_test_id("timeline").evaluate("one => ({...one.dataset})")
        return {
            "start": float(told["viewStartMs"]), "end": float(told["viewEndMs"]),
            "plot": json.loads(told["plot"]), "lanes": json.loads(told["lanes"]),
        }  # fmt: skip

    @property
    def span_ms(self) -> float:
        return float(self.told["end"] - self.told["start"])

    @property
    def time_s(self) -> float:
        minutes, seconds = self.page.get_by_test_id("time").inner_text().split(":")
        return 60 * int(minutes) + float(seconds)

    def at(self, lane: str, time_ms: float) -> tuple[float, float]:
        told = self.told
        box = self.page.get_by_test_id("timeline").bounding_box()
        assert box is not None
        whole = lane == "minimap"
        start, end = (0.0, float(DURATION_MS)) if whole else (told["start"], told["end"])
        x = box["x"] + told["plot"]["left"] + (time_ms - start) / (end - start) * told["plot"]["width"]
        return x, box["y"] + (told["lanes"][lane]["top"] + told["lanes"][lane]["bottom"]) / 2

    def drag(self, lane: str, from_ms: float, to_ms: float, *, off_px: float = 0) -> None:
        (x, y), (to_x, to_y) = self.at(lane, from_ms), self.at(lane, to_ms)
        self.page.mouse.move(x + off_px, y)
        self.page.mouse.down()
        self.page.mouse.move((x + to_x) / 2, y, steps=3)
        self.page.mouse.move(to_x + off_px, to_y, steps=3)
        self.page.mouse.up()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def rows(self) -> list[tuple[int, int, str]]:
        found: list[list[Any]] = self.page.get_by_test_id("segment-row").evaluate_all(
            "all => all.map(r => [Number(r.dataset.startMs), Number(r.dataset.endMs), r.dataset.outcome])"
        )
        return [(start, end, outcome) for start, end, outcome in found]

    def until(self, holds: Callable[[], bool], what: str) -> None:
        for _ in range(200):
            if holds():
                return
            self.page.evaluate("() => new Promise((done) => requestAnimationFrame(done))")
        raise AssertionError(f"waited for {what}")


@pytest.fixture(scope="module")
def videos(desk: Desk) -> dict[str, int]:
    folder = Path(desk.vigil.home).parent / "timeline-films"
    filled: dict[str, int] = desk.call(
        "tests.browser.seed_timeline:timeline_fill", project_name="Timeline", folder=str(folder)
    )
    return filled


@pytest.fixture(scope="module")
def person(desk: Desk, browser: Browser) -> Iterator[Page]:
    page = logged_in(browser, desk, "ann")
    yield page
    page.context.close()


@pytest.fixture
def opened(person: Page, videos: dict[str, int]) -> Callable[[str], TimelinePage]:
    def open_one(name: str) -> TimelinePage:
        person.goto(f"/videos/{videos[name]}/")
        person.locator("[data-testid=timeline][data-drawn]").wait_for()
        return TimelinePage(person)

    return open_one


def test_one_turn_of_the_wheel_goes_from_the_whole_film_to_one_frame_and_back(
    opened: Callable[[str], TimelinePage],
) -> None:
    timeline = opened("plain")
    assert timeline.span_ms == DURATION_MS
    timeline.page.mouse.move(*timeline.at("scores", 9000))
    timeline.page.get_by_test_id("hover-preview").wait_for()
    expect(timeline.page.get_by_test_id("hover-score")).to_have_text("0.90")
    for _ in range(40):
        timeline.page.mouse.wheel(0, -120)
    timeline.until(lambda: timeline.span_ms < FRAME_MS, "a single frame")
    px_ms = DURATION_MS / timeline.told["plot"]["width"]  # of the view in which the pointer was put there
    assert timeline.told["start"] - px_ms <= 9000 <= timeline.told["end"] + px_ms
    for _ in range(40):
        timeline.page.mouse.wheel(0, 120)
    timeline.until(lambda: timeline.span_ms == DURATION_MS, "the whole film")
    timeline.page.mouse.dblclick(*timeline.at("scores", 9000))
    timeline.until(lambda: timeline.span_ms < 10 * FRAME_MS, "single frames by a double click")
    timeline.page.mouse.dblclick(*timeline.at("scores", 9000))
    timeline.until(lambda: timeline.span_ms == DURATION_MS, "the whole film by a double click")


def test_dragging_the_ruler_up_zooms_and_along_scrubs(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("plain")
    x, y = timeline.at("ruler", 10_000)
    timeline.page.mouse.move(x, y)
    timeline.page.mouse.down()
    timeline.page.mouse.move(x + 1, y - 120, steps=4)
    timeline.page.mouse.up()
    assert timeline.span_ms < DURATION_MS / 20
    timeline.press("0")
    timeline.drag("ruler", 2000, 5000)
    expect(timeline.page.get_by_test_id("time")).to_have_text("00:05.000")


def test_drawing_and_moving_edges_snap_to_marks_and_frames_and_undo_takes_them_back(
    opened: Callable[[str], TimelinePage],
) -> None:
    timeline = opened("plain")
    before = timeline.rows()
    timeline.drag("you", 1000, 3000)
    (drawn,) = [row for row in timeline.rows() if row[2] == "manual"]
    assert drawn[0] % FRAME_MS == 0 and drawn[1] % FRAME_MS == 0
    (suggested,) = [row for row in before if row[0] < 8000]
    timeline.drag("you", drawn[1], suggested[0], off_px=-1)
    (moved,) = [row for row in timeline.rows() if row[2] == "manual"]
    assert moved == (drawn[0], suggested[0], "manual")  # held by the edge of the model's segment
    timeline.press("Control+z", "Control+z")
    assert timeline.rows() == before


def test_a_drag_beyond_the_border_scrolls_until_it_is_let_go(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("plain")
    timeline.page.mouse.dblclick(*timeline.at("model", 8000))
    timeline.until(lambda: timeline.span_ms < DURATION_MS, "the segment shown large")
    right_ms = timeline.told["end"]
    x, y = timeline.at("you", right_ms - 1000)
    timeline.page.mouse.move(x, y)
    timeline.page.mouse.down()
    timeline.page.mouse.move(x + 10, y)
    timeline.page.mouse.move(timeline.at("you", right_ms)[0] + 60, y)
    timeline.until(lambda: timeline.told["end"] == DURATION_MS, "the view at the end of the film")
    timeline.page.mouse.up()
    (drawn,) = [row for row in timeline.rows() if row[2] == "manual"]
    assert drawn[1] == DURATION_MS and drawn[0] < right_ms
    timeline.press("Control+z")


def test_split_merge_and_undo(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("plain")
    timeline.page.mouse.click(*timeline.at("model", 8000))
    timeline.press("s")
    assert sorted(row[2] for row in timeline.rows()) == ["changed", "manual", "open"]
    timeline.press("Shift+Tab", "m")
    assert [row[2] for row in timeline.rows() if row[2] != "open"] != []
    assert len(timeline.rows()) == 2
    timeline.press("Control+z", "Control+z")
    assert sorted(row[2] for row in timeline.rows()) == ["open", "open"]


def test_what_others_marked_has_a_lane_of_its_own(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("second")
    timeline.until(lambda: timeline.told["lanes"]["others"]["bottom"] > timeline.told["lanes"]["others"]["top"], "ben")
    timeline.page.mouse.move(*timeline.at("others", 3000))
    expect(timeline.page.get_by_test_id("hover-preview")).to_contain_text("ben: Fighting")
    timeline.drag("you", 1000, 4000, off_px=2)
    (drawn,) = [row for row in timeline.rows() if row[2] == "manual"]
    assert drawn[1] == 4000  # held by the edge of ben's segment
    timeline.press("Control+z")


def test_the_minimap_jumps_moves_and_grows_its_window(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("plain")
    timeline.page.mouse.dblclick(*timeline.at("model", 8000))
    timeline.until(lambda: timeline.span_ms < DURATION_MS / 2, "the segment shown large")
    span_ms = timeline.span_ms
    timeline.page.mouse.click(*timeline.at("minimap", 16_000))
    timeline.until(lambda: timeline.told["start"] < 16_000 < timeline.told["end"], "the place on the minimap")
    assert timeline.span_ms == pytest.approx(span_ms)
    timeline.drag("minimap", 16_000, 10_000)
    assert timeline.told["start"] < 10_000 < timeline.told["end"]
    timeline.drag("minimap", timeline.told["end"], 19_000)
    assert timeline.told["end"] == pytest.approx(19_000, abs=100) and timeline.span_ms > span_ms


def test_labels_are_tapped_while_it_plays(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("third")
    timeline.press("u", "Home", "Space")
    timeline.until(lambda: timeline.time_s > 1, "the film to play")
    timeline.press("2")
    begun_s = timeline.time_s
    timeline.until(lambda: timeline.time_s > begun_s + 0.5, "half a second more")
    timeline.press("2", "Space")
    (tapped,) = [row for row in timeline.rows() if row[2] == "manual"]
    assert 0 <= tapped[0] < tapped[1] < DURATION_MS
    timeline.press("Control+z")


def test_several_segments_are_marked_and_judged_at_once(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("third")
    timeline.page.keyboard.down("Shift")
    timeline.drag("model", 1000, 19_000)
    timeline.page.keyboard.up("Shift")
    expect(timeline.page.get_by_test_id("marked")).to_contain_text("2 segments marked")
    timeline.press("a")
    assert [row[2] for row in timeline.rows()] == ["accepted", "accepted"]
    timeline.press("Control+z")
    assert [row[2] for row in timeline.rows()] == ["open", "open"]


def test_five_thousand_segments_leave_the_page_usable(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("crowded")
    expect(timeline.page.get_by_test_id("open-count")).to_have_text("5000 to judge")
    assert 0 < len(timeline.rows()) <= 60
    timeline.press("Tab", "a")
    expect(timeline.page.get_by_test_id("open-count")).to_have_text(re.compile(r"^49\d\d to judge$"))
    timeline.press("Control+z")
    expect(timeline.page.get_by_test_id("open-count")).to_have_text("5000 to judge")


def test_a_segment_past_the_end_is_shown_up_to_it_and_says_so(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("beyond")
    expect(timeline.page.get_by_test_id("past-end")).to_contain_text("00:20.000")
    timeline.page.mouse.click(*timeline.at("model", 17_500))
    timeline.press("a")
    expect(timeline.page.get_by_test_id("past-end")).to_have_count(0)
    assert (15_000, DURATION_MS, "changed") in timeline.rows()
    expect(timeline.page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    timeline.press("Control+z")


def test_a_video_without_a_prediction_can_be_labelled(opened: Callable[[str], TimelinePage]) -> None:
    timeline = opened("unseen")
    expect(timeline.page.get_by_test_id("no-segments")).to_be_visible()
    timeline.drag("you", 4000, 6000)
    expect(timeline.page.get_by_test_id("timeline-spoken")).to_contain_text("00:04.000 to 00:06.000")
    timeline.press("Control+z")
