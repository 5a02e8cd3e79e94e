import torch

from ml.contracts import VideoRef
from ml.data.feature_entry import ClipFeatures
from ml.inference.scoring import score_clips, scored_video
from ml.model.detector import build_detector
from ml.model.ltc import LtcState
from ml.model.motion import GROUP_SIZES
from ml.profiles.loading import load_profile

PROFILE = load_profile("tiny")


def detector_and_groups(clips):
    torch.manual_seed(3)
    detector = build_detector(PROFILE, classes=2).eval()
    groups = {name: torch.randn(clips, size) for name, size in GROUP_SIZES.items()}
    detector.projection.fit(groups)
    for net in (detector.ltc_long, detector.ltc_short):
        torch.nn.init.normal_(net.layers[-1].weight)
    return detector, groups


def test_cutting_the_stream_anywhere_changes_nothing():
    detector, groups = detector_and_groups(30)
    tokens = detector.projection(groups)
    whole, _ = score_clips(detector, PROFILE.ltc, tokens, LtcState.empty(detector.width))
    state, longs = LtcState.empty(detector.width), []
    for part in (slice(0, 1), slice(1, 17), slice(17, 30)):
        branches, state = score_clips(detector, PROFILE.ltc, tokens[part], state)
        longs.append(branches.long.probability_C)
    torch.testing.assert_close(torch.cat(longs), whole.long.probability_C, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(whole.long.probability_C, whole.raw.probability_C)


def test_a_scored_video_holds_what_the_language_model_needs():
    detector, groups = detector_and_groups(5)
    starts = (0, 2000, 4000, 6000, 8000)
    features = ClipFeatures(groups, starts, (2000, 4000, 6000, 8000, 8700))
    scored = scored_video(VideoRef("k", "n", "p", 8700), detector, PROFILE, features, ("Fall", "Fight"))
    queries = PROFILE.detector.members * PROFILE.detector.queries
    assert scored.tokens_CQD.shape == scored.prompt_CQD.shape == (5, queries, PROFILE.detector.token_dim)
    assert len(scored.scores.fused) == len(scored.scores.raw) == 5
    assert all(0 <= score <= 1 for score in scored.scores.fused)
    assert not scored.tokens_CQD.requires_grad
