"""What people ask and answer, and what the model drafts, all the way: API, gpu work, snapshot, training, export."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests.factories import MembershipFactory
from tests.functional.quick_training import write_footage, write_quick_profile
from vigil.accounts.models import Role
from vigil.gpu.services.drafts import draft_next
from vigil.gpu.services.loaded_model import LoadedModel
from vigil.projects.models import Project
from vigil.videos.models import Video

TURNS = [{"role": "user", "text": "What flickers?"}, {"role": "assistant", "text": "A grey patch in the middle."}]


def manage(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def quick_profile(tmp_path, monkeypatch):
    folder = tmp_path / "profiles"
    write_quick_profile(folder)
    monkeypatch.setattr("ml.profiles.loading.PROFILES_DIR", folder)
    monkeypatch.setattr("vigil.projects.profiles.PROFILES_DIR", folder)
    return ["--profile", "quick"]


class Person:
    """An annotator at the API."""

    def __init__(self, project: Project) -> None:
        self.client = Client()
        self.client.force_login(MembershipFactory(project=project, role=Role.ANNOTATOR).user)

    def get(self, path: str) -> dict:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def send(self, method: str, path: str, body: dict, revision: int | None = None) -> dict:
        headers = {} if revision is None else {"If-Match": f'"{revision}"'}
        answer = self.client.generic(method, path, json.dumps(body), "application/json", headers=headers)
        assert answer.status_code in (200, 202), answer.content
        return answer.json()

    def drafted(self, video: Video, model: LoadedModel, **asked) -> dict:
        what = {"kind": "explanation", "start_ms": 4_000, "end_ms": 8_000, "label": "Fighting", **asked}
        draft = self.send("POST", f"/api/videos/{video.pk}/drafts", what)
        assert draft_next(model=model) == 1
        return self.get(f"/api/drafts/{draft['id']}")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_words_of_people_and_model_go_round(tmp_path: Path, quick_profile: list[str]) -> None:
    write_footage(tmp_path / "clips", train=4, test=0)
    manage("import_videos", "--project", "Yard", str(tmp_path / "clips"))
    manage("train", "--project", "Yard", "--wait", *quick_profile)
    project = Project.objects.get()
    video = Video.objects.get(name="clip1.mp4")
    ann, model = Person(project), LoadedModel()

    draft = ann.drafted(video, model)
    assert (draft["state"], draft["model"], draft["error"]) == ("succeeded", "v1", "")
    assert draft["text"].strip()
    answered = ann.drafted(video, model, kind="answer", question="Is there any anomaly in the video?")
    # So small a model may have no readable answer: then it says so, and never shows broken words.
    assert (answered["state"] == "succeeded" and answered["is_own_words"]) or "ask in other words" in answered["error"]

    opened = ann.get(f"/api/videos/{video.pk}/workbench")["annotation"]
    segment = {
        "key": "6f1c0c5e-0c59-4d0a-8f6b-0d5f3f0f7a11", "start_ms": 4_000, "end_ms": 8_000, "label": "Fighting",
        "explanation": "A grey patch flickers.", "draft_id": draft["id"], "dialogue": TURNS,
    }  # fmt: skip
    saved = ann.send("PUT", f"/api/annotations/{opened['id']}", {"segments": [segment]}, revision=0)
    ann.send("POST", f"/api/annotations/{opened['id']}/submit", {"question_id": None}, revision=saved["revision"])

    outcome = json.loads(manage("train", "--project", "Yard", "--phases", "3", "--wait", "--json", *quick_profile))
    assert outcome["counts"]["dialogue_turns"] == 1
    manage("export_dataset", "--project", "Yard", "--format", "llava", "--out", str(tmp_path / "out"))
    records = json.loads((tmp_path / "out" / "train.json").read_text("utf-8"))
    (record,) = [one for one in records if one["provenance"]["label"] == "Fighting"]
    assert [turn["value"] for turn in record["conversations"][-2:]] == [turn["text"] for turn in TURNS]
    # The template's words are nobody's: a preference is only against what the model itself wrote.
    of_the_model = draft["text"] if draft["is_own_words"] else ""
    assert (record["provenance"]["model"], record["provenance"]["draft"]) == ("v1", of_the_model)
