"""A small model from scratch and lessons in which people changed every draft, for tests of phase 3's steps."""

from __future__ import annotations

from dataclasses import replace

import torch

from annotation_templates.loading import load_template
from ml.model.language import VideoLanguageModel
from ml.model.scratch_language import scratch_language
from ml.profiles.language import LanguageProfile
from ml.text.instructions import KnownVideo, write_instructions
from ml.text.preferences import write_preferences
from ml.training.phase3_general import GeneralLessons
from ml.training.phase3_lessons import Lessons, lessons_of
from tests.ml.scored_videos import WIDTH, training_set

LESSONS_PROFILE = LanguageProfile(
    hidden_size=32, layers=1, heads=2, intermediate_size=48, slots=4, draws=2, batch_size=6, preference_weight=0.5
)
TEMPLATE = load_template("surveillance")


def model_and_lessons(profile: LanguageProfile = LESSONS_PROFILE) -> tuple[VideoLanguageModel, Lessons]:
    """A model and lessons in which every person changed a draft."""
    videos = []
    for training, scored in training_set():
        edited = tuple(replace(segment, draft="A dog barks.") for segment in training.segments)
        videos.append((replace(training, segments=edited), scored))
    known = [KnownVideo(training, scored.scores, scored.segments) for training, scored in videos]
    instructions = write_instructions(known, TEMPLATE, profile, 0)
    pairs = write_preferences(known, TEMPLATE, profile)
    texts = {text for i in instructions for text in (i.question, i.answer)} | {"A dog barks."}
    torch.manual_seed(0)
    model, tokenizer = scratch_language(texts, profile, token_dim=WIDTH)
    return model, lessons_of(
        instructions, pairs, [scored for _, scored in videos], GeneralLessons(), tokenizer, profile
    )
