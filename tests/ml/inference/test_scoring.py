import dataclasses

import pytest
import torch

from ml.contracts import VideoRef
from ml.data.feature_entry import ClipFeatures
from ml.errors import ArtefactInvalid, FeaturesBroken, ProfileInvalid
from ml.inference.scoring import STRETCH_CLIPS, score_features, score_odds, scored_stretches, scored_video, seen
from ml.model.backbone import TOKENS_GROUP
from ml.model.backbones import group_shapes
from ml.model.detector import build_detector
from ml.profiles.loading import load_profile

TINY = load_profile("tiny")
MODES = {
    mode: dataclasses.replace(TINY, ltc=dataclasses.replace(TINY.ltc, mode=mode)) for mode in ("reference", "paper")
}


def features_of(clips, seed=0):
    generator = torch.Generator().manual_seed(seed)
    groups = {name: torch.randn(clips, *shape, generator=generator) for name, shape in group_shapes(TINY).items()}
    return ClipFeatures(groups, tuple(range(0, 2000 * clips, 2000)), tuple(range(2000, 2000 * clips + 1, 2000)))


def detector_for(profile):
    """A detector whose LTC nets do something."""
    torch.manual_seed(3)
    detector = build_detector(profile, classes=2).eval()
    detector.projection.fit(features_of(30).groups)
    for name, parameter in detector.ltc.named_parameters():
        if name.endswith("layers.2.weight"):
            torch.nn.init.normal_(parameter)
    return detector


@pytest.fixture(scope="module", params=["reference", "paper"])
def mode(request):
    return request.param


@pytest.fixture(scope="module")
def detector(mode):
    return detector_for(MODES[mode])


class Recorded:
    """Features that remember which stretches were asked for."""

    def __init__(self, features):
        self._features, self.asked = features, []
        self.clip_start_ms, self.clip_end_ms = features.clip_start_ms, features.clip_end_ms

    def clips(self, first, stop):
        self.asked.append((first, stop))
        return self._features.clips(first, stop)

    def chosen(self, index):
        raise AssertionError("scoring reads stretches")


def test_where_a_video_is_cut_changes_nothing(detector):
    tokens = detector.projection(features_of(30).groups)
    whole = detector.full_length(tokens[None], torch.ones(1, 30, dtype=torch.bool))
    state, longs = None, []
    for part in tokens.split([1, 16, 13]):
        branches, state = detector.stream(part, state)
        longs.append(branches.long.probability_C)
    torch.testing.assert_close(torch.cat(longs), whole.long.probability_C, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(whole.long.probability_C, whole.raw.probability_C)


def test_a_long_video_is_read_by_the_stretch_and_scored_as_one(detector):
    features = Recorded(features_of(STRETCH_CLIPS + 40))
    scored = score_features(detector, features)
    assert features.asked == [(0, STRETCH_CLIPS), (STRETCH_CLIPS, STRETCH_CLIPS + 40)]
    with torch.no_grad():
        tokens = detector.projection(features_of(STRETCH_CLIPS + 40).groups)
        whole = detector.full_length(tokens[None], torch.ones(1, len(tokens), dtype=torch.bool))
    torch.testing.assert_close(scored.long_C, whole.long.probability_C, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(scored.prompt_CQD.float(), whole.prompt_CQD, atol=1e-2, rtol=2e-3)
    torch.testing.assert_close(score_odds(detector, features), scored.odds_CSM)


def test_nothing_is_remembered_of_the_video_before(detector):
    first, second = features_of(12, seed=1), features_of(9, seed=2)
    alone = score_features(detector, second)
    score_features(detector, first)
    again = score_features(detector, second)
    assert torch.equal(alone.long_C, again.long_C)
    # Scored as one stretch of video with the first before it, it would not be the same.
    joined = ClipFeatures(
        {name: torch.cat([first.groups[name], values]) for name, values in second.groups.items()},
        first.clip_start_ms + second.clip_start_ms,
        first.clip_end_ms + second.clip_end_ms,
    )
    assert not torch.allclose(score_features(detector, joined).long_C[12:], alone.long_C)


def test_the_branches_that_count_for_the_fused_score(detector, mode):
    odds = score_odds(detector, features_of(4))
    assert odds.shape == (4, {"reference": 3, "paper": 1}[mode], detector.members)


def test_a_scored_video_holds_what_the_language_model_needs(detector, mode):
    features = features_of(5)
    scored = scored_video(VideoRef("k", "n", "p", 8700), detector, MODES[mode], features, ("Fall", "Fight"))
    queries = TINY.detector.members * TINY.detector.queries
    assert scored.tokens_CQD.shape == scored.prompt_CQD.shape == (5, queries, TINY.detector.token_dim)
    assert scored.tokens_CQD.dtype == torch.half
    assert len(scored.scores.fused) == len(scored.scores.raw) == 5
    assert all(0 <= score <= 1 for score in scored.scores.fused)
    assert not scored.tokens_CQD.requires_grad


def test_a_video_of_one_clip_is_scored(detector, mode):
    scored = scored_video(VideoRef("k", "n", "p", 2000), detector, MODES[mode], features_of(1), ("Fall", "Fight"))
    assert len(scored.scores.fused) == len(scored.tokens_CQD) == 1
    assert torch.isfinite(scored.prompt_CQD).all()


def test_features_that_are_no_numbers_are_refused_by_video_and_clip():
    features = features_of(6)
    next(iter(features.groups.values()))[4, 0] = float("nan")
    with pytest.raises(FeaturesBroken, match=r"yard\.mp4: clip 4 \(8\.0 s to 10\.0 s\)"):
        scored_video(VideoRef("k", "yard.mp4", "p", 12_000), detector_for(TINY), TINY, features, ("Fall", "Fight"))


def test_a_detector_that_gives_no_numbers_is_refused_by_video_and_clip():
    detector = detector_for(TINY)
    with torch.no_grad():
        detector.ltc.long.layers[-1].bias.fill_(float("nan"))
    with pytest.raises(ArtefactInvalid, match=r"yard\.mp4: clip 0 .* train the model again"):
        list(scored_stretches(detector, features_of(3), "yard.mp4"))


def test_tokens_of_the_encoder_a_picture_apart_are_averaged():
    # Two clips of 3 moments with 2 places each; a value tells clip, moment and place.
    clip, moment, place = torch.meshgrid(torch.arange(2.0), torch.arange(3.0), torch.arange(2.0), indexing="ij")
    tokens = (100 * clip + 10 * moment + place).reshape(2, 6, 1)
    assert seen(tokens, 2).flatten().tolist() == [10, 11, 110, 111]
    assert torch.equal(seen(tokens, 6), tokens)
    with pytest.raises(ProfileInvalid, match="6 tokens do not divide into 4; change language.token_groups"):
        seen(tokens, 4)


def test_what_the_encoder_saw_is_kept_of_every_clip_of_a_long_video():
    vlm = load_profile("video_vlm")
    small = dataclasses.replace(
        vlm,
        encoder=dataclasses.replace(vlm.encoder, tokens=8, width=4),
        detector=dataclasses.replace(vlm.detector, token_dim=4, members=1, folds=0),
    )
    clips = STRETCH_CLIPS + 3
    tokens = torch.randn(clips, 8, 4, generator=torch.Generator().manual_seed(0))
    times = tuple(range(0, 2000 * clips, 2000)), tuple(range(2000, 2000 * clips + 1, 2000))
    features = ClipFeatures({TOKENS_GROUP: tokens}, *times)
    detector = build_detector(small, classes=1).eval()
    video = VideoRef("a", "a.mp4", "a.mp4", 2000 * clips, "unknown", (), "train")
    scored = scored_video(video, detector, small, features, ("event",))
    assert scored.seen_CGH is not None
    assert torch.equal(scored.seen_CGH, tokens.half())
    hidden = dataclasses.replace(small, language=dataclasses.replace(small.language, encoder_tokens=False))
    assert scored_video(video, detector, hidden, features, ("event",)).seen_CGH is None
