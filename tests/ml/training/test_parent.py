import dataclasses
import json

import pytest

from ml.contracts import TrainingJob
from ml.errors import JobInvalid, WeightsInvalid
from ml.profiles.loading import load_profile
from ml.training.parent import check_parents_backbone, check_parents_profile

TINY = load_profile("tiny")


def changed(section, **values):
    return dataclasses.replace(TINY, **{section: dataclasses.replace(getattr(TINY, section), **values)})


def test_what_a_run_may_change_of_its_parent():
    check_parents_profile(TINY, changed("detector", dropout=0.5))
    check_parents_profile(TINY, changed("ltc", list_length=TINY.ltc.list_length + 1))
    check_parents_profile(TINY, changed("phase2", epochs=1))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (dataclasses.replace(TINY, name="huge"), "has profile 'tiny', not 'huge'; add phase 1"),
        (changed("detector", token_dim=32), "has detector.token_dim 64, profile 'tiny' has 32; add phase 1"),
        (changed("ltc", mode="paper"), "has ltc.mode 'reference', profile 'tiny' has 'paper'"),
    ],
)
def test_a_parent_of_another_network_is_refused(other, message):
    with pytest.raises(JobInvalid, match=message):
        check_parents_profile(TINY, other)


def test_a_parent_of_another_backbone_is_refused_and_one_that_does_not_say_is_not(tmp_path):
    job = TrainingJob((), "tiny", (2,), "out", "work", "store", "surveillance", parent_dir=str(tmp_path))
    card = tmp_path / "model_card.json"
    card.write_text(json.dumps({"backbone": "theirs"}))
    check_parents_backbone(job, "theirs")
    with pytest.raises(WeightsInvalid, match="features of theirs, the weights at hand make ours"):
        check_parents_backbone(job, "ours")
    card.write_text("{}")
    check_parents_backbone(job, "ours")
