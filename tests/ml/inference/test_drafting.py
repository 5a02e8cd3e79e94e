import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import video_ref, write_video

from ml.errors import ArtefactInvalid
from ml.inference.drafting import Drafter
from ml.inference.prelabel import Prelabeller
from ml.model.artefact import write_detector
from ml.model.detector import build_detector
from ml.profiles.loading import load_profile


def test_a_model_version_without_words_is_refused_by_name(tmp_path):
    torch.manual_seed(0)
    profile = load_profile("tiny")
    write_detector(tmp_path / "run-7", build_detector(profile, classes=2), profile, ("fall", "fight"))
    drafter = Drafter(Prelabeller(str(tmp_path / "run-7"), str(tmp_path / "store")))
    with pytest.raises(ArtefactInvalid, match="model run-7 has no language model; train phase 3"):
        drafter.run(video_ref(write_video(tmp_path / "a.mp4", seconds=2)), 0, 1_000, "fight")
