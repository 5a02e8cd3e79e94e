"""The docs show pictures that exist and are small, and the script that takes them says what it misses."""

import json
import re
import subprocess
import sys

import pytest

PICTURE = re.compile(r"(?:!\[[^\]]*\]\(|<img src=\")((?:docs/)?images/[\w-]+\.\w+)")
LINK = re.compile(r"\]\((docs/[\w/.-]+)\)")
LARGEST_BYTES = 250_000


@pytest.mark.parametrize("page", ["README.md", "docs/workbench.md"])
def test_every_picture_and_page_that_is_named_is_there(pytestconfig, page):
    place = pytestconfig.rootpath / page
    text = place.read_text("utf-8")
    named = PICTURE.findall(text) + LINK.findall(text)
    assert named
    assert [one for one in named if not (place.parent / one).exists()] == []


def test_every_picture_of_the_docs_is_small(pytestconfig):
    pictures = (pytestconfig.rootpath / "docs" / "images").glob("*.png")
    assert [one.name for one in pictures if one.stat().st_size >= LARGEST_BYTES] == []


@pytest.mark.parametrize("mode", ["workbench", "verify", "glance", "bounds", "explain", "dialogue", "full", "review"])
def test_each_mode_is_shown(pytestconfig, mode):
    assert f"images/{mode}-dark.png" in (pytestconfig.rootpath / "docs" / "workbench.md").read_text("utf-8")


def test_the_script_says_whose_login_it_misses(pytestconfig, tmp_path):
    logins = tmp_path / "logins.json"
    logins.write_text(json.dumps([{"name": "admin", "password": "x"}]))
    run = subprocess.run(
        [sys.executable, "docs/screenshots", "http://127.0.0.1:1", "--logins", str(logins), "--project", "demo",
         "--out", str(tmp_path)],
        cwd=pytestconfig.rootpath, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 2
    assert run.stderr.startswith("screenshots: ")
    assert len(run.stderr.splitlines()) == 1
