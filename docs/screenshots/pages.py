"""Pictures of the pages around the workbench, and of the two quick modes, at a desk and on a phone."""

import json
from typing import Any

from camera import BOTH, DARK, Camera, Trouble, opened
from playwright.sync_api import Page, Route


def of_a_manager(page: Page, slug: str, scene: dict[str, Any], camera: Camera) -> None:
    """Home, the project's videos, finding, training, export, upload, agreement."""
    project = f"/projects/{slug}"
    for name, place in {
        "home": "/",
        "project": f"{project}/",
        "training": f"{project}/training/",
        "export": f"{project}/export/",
        "upload": f"{project}/upload/",
    }.items():
        if camera.wants(name):
            opened(page, place)
            camera.take(page, name, BOTH)
    for name, place in {
        "cards": f"{project}/?view=cards",
        "calendar": f"{project}/?view=calendar",
        "cameras": f"{project}/?view=cameras",
        "search": f"{project}/search/?q={scene['word']}",
        "agreement": f"{project}/agreement/",
        "agreement-video": f"/videos/{scene['twice']}/agreement/",
        "settings": "/settings/",
    }.items():
        if camera.wants(name):
            opened(page, place)
            page.wait_for_load_state("networkidle")
            camera.take(page, name, DARK)


def review_queue(page: Page, slug: str, camera: Camera) -> None:
    """What waits for a reviewer."""
    if camera.wants("review-queue"):
        opened(page, f"/projects/{slug}/review/")
        camera.take(page, "review-queue", DARK)


def quick(page: Page, slug: str, kind: str, camera: Camera, name: str = "") -> None:
    """The questions page with a question of this kind, a moment into its seconds."""
    name = name or kind
    if not camera.wants(name):
        return

    def only_this_kind(route: Route) -> None:
        wanted = {**json.loads(route.request.post_data or "{}"), "kinds": [kind]}
        route.continue_(post_data=json.dumps(wanted))

    page.route("**/questions/next", only_this_kind)
    opened(page, f"/projects/{slug}/questions/?mode={kind}")
    page.locator("[data-testid=questions][data-state=asking], [data-testid=questions][data-state=done]").wait_for()
    if page.get_by_test_id("questions-done").count():
        raise Trouble(f"no {kind} question waits for this annotator in {slug!r}")
    page.wait_for_function(
        "() => { const video = document.querySelector('[data-testid=video]'); window.began ??= video.currentTime;"
        " return video.readyState >= 2 && Math.abs(video.currentTime - window.began) > 1.2; }"
    )
    page.keyboard.press("k")
    if kind == "glance":
        page.keyboard.press("Space")
    camera.take(page, name, DARK if name != kind else BOTH)
    page.unroute("**/questions/next")
