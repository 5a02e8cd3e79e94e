import torch

from ml.contracts import TrainingVideo, VideoRef
from ml.inference.fusion import fused_scores
from ml.model.detector import build_detector
from ml.profiles.loading import load_profile
from ml.training.batches import VideoClips
from ml.training.calibration import calibrate
from ml.training.targets import clip_targets

PROFILE = load_profile("tiny")
STARTS = tuple(range(0, 24000, 2000))
ENDS = tuple(start + 2000 for start in STARTS)
CENTRES = torch.tensor(STARTS).float() + 1000


def scored(odds_SM):
    """Clips at rest, and all that the members say about the sixth and seventh."""
    odds_CSM = torch.randn(len(STARTS), *odds_SM.shape, generator=torch.Generator().manual_seed(0)) * 0.1
    odds_CSM[5:7] += odds_SM
    return odds_CSM


def clips(label, left_out_by):
    targets = clip_targets(TrainingVideo(VideoRef("k", "n", "p", 24000, label)), STARTS, ENDS, ("Abnormal",))
    return VideoClips(torch.zeros(len(STARTS), 7, 64), CENTRES, targets, left_out_by)


def calibrated_on(says_about_unseen):
    """Members know the videos that they learnt from; `says_about_unseen` is what they say about the others."""
    torch.manual_seed(0)
    detector = build_detector(PROFILE, classes=1)
    videos, tracks = [], []
    for number in range(12):
        is_abnormal = number % 2 == 1
        left_out_by = tuple(range(number % 4, detector.members, 4))
        odds_SM = torch.full((3, detector.members), 3.0 if is_abnormal else -3.0)
        odds_SM[:, list(left_out_by)] = says_about_unseen(is_abnormal, number)
        videos.append(clips("abnormal" if is_abnormal else "normal", left_out_by))
        tracks.append(scored(odds_SM))
    with torch.no_grad():
        calibrate(detector, tracks, videos, PROFILE)
    return detector


def highest_fused(detector, odds):
    odds_CSM = scored(torch.full((3, detector.members), odds))
    fused = fused_scores(
        odds_CSM.transpose(0, 1),
        CENTRES,
        sigma_ms=PROFILE.scoring.smoothing_sigma_ms,
        quantiles_MQ=detector.quantiles_MQ,
        calibration=detector.calibration,
    )
    return float(fused.max())


def test_members_that_hold_on_unseen_video_tell_events_from_rest():
    detector = calibrated_on(lambda is_abnormal, number: 3.0 if is_abnormal else -3.0)
    assert highest_fused(detector, 3.0) > 0.5 > highest_fused(detector, 0.0)


def test_members_that_only_remember_are_not_believed():
    sure = calibrated_on(lambda is_abnormal, number: 3.0 if is_abnormal else -3.0)
    fooled = calibrated_on(lambda is_abnormal, number: 3.0 if number % 4 < 2 else -3.0)
    assert 0 < float(fooled.calibration[0]) < float(sure.calibration[0])
