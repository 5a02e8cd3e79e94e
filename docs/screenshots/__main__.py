"""Takes the pictures of the docs, of a running Vigil with its demo project.

    python docs/screenshots http://127.0.0.1:8000 --logins .vigil/demo/logins.json --project demo --out docs/images

The logins are the file that the demo project keeps: [{"name": "admin", "password": ...}, ...]. VIGIL_HOME names the
installation where it is not `.vigil`. A second annotator (lin), a review and comments are added to the project, once;
looking at questions leases them to the annotator for a while. So take an installation that nobody works in.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import bench
import pages
from camera import DARK, PHONE, Camera, Trouble, session
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from stage import called

FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
PEOPLE = {"admin", "annotator", "reviewer"}


def pictures_taken(asked: argparse.Namespace, chromium: str) -> None:
    """Takes all of them, or those that were named.

    Raises:
        Trouble: the file of logins, the project, its videos or its questions are not what was asked for.
    """
    logins = {login["name"]: login for login in json.loads(asked.logins.read_text())}
    if not logins.keys() >= PEOPLE:
        raise Trouble(f"{asked.logins} holds {', '.join(logins) or 'nobody'}; it needs {', '.join(sorted(PEOPLE))}")
    asked.out.mkdir(parents=True, exist_ok=True)
    camera = Camera(asked.out, print, asked.only)
    scene = called("scene_set", slug=asked.project)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        if camera.wants("login"):
            with session(browser, asked.address, None) as page:
                camera.take(page, "login")
        with session(browser, asked.address, logins["admin"]) as page:
            pages.of_a_manager(page, asked.project, scene, camera)
        with session(browser, asked.address, logins["reviewer"]) as page:
            pages.review_queue(page, asked.project, camera)
            bench.review(page, scene, camera)
        of_the_annotator(browser, asked, logins["annotator"], camera)
        with session(browser, asked.address, scene["login"]) as page:
            bench.conflict(page, asked.project, scene["login"]["name"], camera)
        browser.close()


def of_the_annotator(browser: Browser, asked: argparse.Namespace, login: dict[str, str], camera: Camera) -> None:
    """Questions of every kind, the workbench in both languages, the quick ones on a phone."""
    with session(browser, asked.address, login) as page:
        for kind in ("verify", "glance"):
            pages.quick(page, asked.project, kind, camera)
        for kind in bench.WORKBENCH_KINDS:
            bench.asked(page, asked.project, kind, camera)
        if camera.wants("workbench", "alike", "help", "keys"):
            bench.workbench(page, asked.project, asked.video, camera)
    if camera.wants("workbench-chinese"):
        with session(browser, asked.address, login, locale="zh-CN") as page:
            bench.with_suggestion(page, asked.project, asked.video)
            camera.take(page, "workbench-chinese", DARK)
    with session(browser, asked.address, login, PHONE) as page:
        for kind in ("verify", "glance"):
            pages.quick(page, asked.project, kind, camera, name=f"{kind}-phone")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="screenshots", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("address", help="where Vigil serves, as http://127.0.0.1:8000")
    parser.add_argument("--logins", type=Path, required=True, help="JSON with the logins of the demo's people")
    parser.add_argument("--project", required=True, help="slug of the project, as in its address")
    parser.add_argument("--video", help="name of the video for the workbench (default: the highest score)")
    parser.add_argument("--out", type=Path, required=True, help="folder for the PNG files")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="take only these, as: workbench review")
    return parser


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        if chromium is None:
            raise Trouble("Chromium is not installed (Debian: apt-get install chromium)")
        pictures_taken(parser().parse_args(), chromium)
    except (Trouble, PlaywrightError) as trouble:
        print(f"screenshots: {' '.join(str(trouble).split())}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
