import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))
from footage import video_ref, write_video

from ml.contracts import VideoPrediction, from_json, to_json
from ml.data.encoding import VideoEncoder
from ml.inference.embedding import WIDTH, clip_embeddings, packed, projection
from ml.inference.prelabel import Prelabeller
from ml.model.artefact import write_detector
from ml.model.detector import build_detector
from ml.profiles.loading import load_profile

SHAKES = {"a.mp4": 4, "b.mp4": 8, "c.mp4": 12}


def test_embeddings_are_of_unit_length_and_keep_angles():
    tokens_CQD = torch.randn(40, 32, 48, generator=torch.Generator().manual_seed(1))
    tokens_CQD[20:] = tokens_CQD[:20] + 0.3 * torch.randn(20, 32, 48, generator=torch.Generator().manual_seed(2))
    near_CK = clip_embeddings(tokens_CQD).float()
    assert near_CK.shape == (40, WIDTH)
    torch.testing.assert_close(near_CK.norm(dim=1), torch.ones(40), atol=2e-3, rtol=0)
    assert (near_CK @ near_CK.T - 2 * torch.eye(40)).argmax(1).tolist() == [*range(20, 40), *range(20)]


def test_narrow_tokens_are_filled_up_and_wide_ones_projected_alike_everywhere():
    narrow_CK = clip_embeddings(torch.ones(2, 1, 8))
    assert narrow_CK.shape == (2, WIDTH) and narrow_CK[:, 8:].abs().sum() == 0
    assert projection(512)[0, :2].tolist() == projection(512)[0, :2].tolist()
    assert clip_embeddings(torch.zeros(1, 2, 64)).isfinite().all()


def test_embeddings_cross_the_border_as_json():
    made = packed(clip_embeddings(torch.randn(5, 2, 64, generator=torch.Generator().manual_seed(0))))
    assert (made.width, len(made.values)) == (WIDTH, 5 * WIDTH * 2)
    assert from_json(type(made), to_json(made)) == made


@pytest.fixture(scope="module")
def prelabeller(tmp_path_factory):
    """A model that has seen the three films and learnt nothing else, and the films."""
    folder = tmp_path_factory.mktemp("embedding")
    videos = [
        video_ref(write_video(folder / name, seconds=18, shakes_from_s=start_s, seed=seed))
        for seed, (name, start_s) in enumerate(SHAKES.items())
    ]
    profile = load_profile("tiny")
    encoder = VideoEncoder(profile, str(folder / "store"), torch.device("cpu"))
    seen = [encoder.open(video).features for video in videos]
    clips = [each.clips(0, len(each.clip_start_ms)) for each in seen]
    torch.manual_seed(0)
    detector = build_detector(profile, classes=2)
    detector.projection.fit({name: torch.cat([one[name] for one in clips]) for name in clips[0]})
    write_detector(folder / "model", detector, profile, ("fall", "fight"))
    return Prelabeller(str(folder / "model"), str(folder / "store"), device="cpu"), videos


def test_the_same_motion_in_other_films_is_found(prelabeller):
    model, videos = prelabeller
    rows, shakes, films = [], [], []
    for video, start_s in zip(videos, SHAKES.values(), strict=True):
        prediction = model.run(video)
        assert prediction.embeddings is not None
        rows.append(np.frombuffer(prediction.embeddings.values, "<f2").reshape(-1, WIDTH).astype(np.float32))
        shakes += [start_s * 1000 <= at_ms < (start_s + 4) * 1000 for at_ms in prediction.scores.clip_start_ms]
        films += [video.name] * len(rows[-1])
    near = np.concatenate(rows) @ np.concatenate(rows).T
    near[np.array(films)[:, None] == np.array(films)] = -2
    is_shaking = np.array(shakes)
    found = is_shaking[near[is_shaking].argmax(1)]
    assert found.mean() > 0.9 > 3 * is_shaking.mean()


def test_a_video_is_embedded_again_as_it_was_and_survives_json(prelabeller):
    model, videos = prelabeller
    prediction = model.run(videos[0])
    assert model.embed(videos[0]) == prediction.embeddings
    assert from_json(VideoPrediction, to_json(prediction)) == prediction
