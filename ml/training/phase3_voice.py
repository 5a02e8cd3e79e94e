"""The model that phase 3 trains, before its first step, and the texts that a tokenizer of its own is made for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from annotation_templates.template import QUESTION_KINDS, AnnotationTemplate
from ml.model.language import VideoLanguageModel
from ml.model.pretrained_language import FrozenWeights, check_seen, pretrained_language
from ml.model.scored_video import ScoredVideo
from ml.model.scratch_language import scratch_language
from ml.profiles.language import LanguageProfile
from ml.text.instructions import Instruction, question_about
from ml.text.preferences import PreferencePair
from ml.text.prompts import Speech
from ml.text.times import time_token
from ml.training.phase3_general import GeneralLessons
from ml.training.processes import Processes


@dataclass(frozen=True)
class Voice:
    """The model to train, what it speaks, and the frozen weights it stands on."""

    model: VideoLanguageModel
    speech: Speech
    frozen: FrozenWeights | None


def new_voice(
    scored: Sequence[ScoredVideo],
    texts: Iterable[str],
    profile: LanguageProfile,
    seed: int,
    weights_dir: str | Path,
    processes: Processes,
) -> Voice:
    """The model before its first step: from scratch with a tokenizer for `texts`, or pretrained."""
    token_dim = scored[0].tokens_CQD.shape[2]
    speech: Speech
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if profile.llm == "pretrained":
            model, speech, frozen = pretrained_language(
                profile, token_dim=token_dim, weights_dir=weights_dir, device=processes.device
            )
        else:
            model, speech = scratch_language(texts, profile, token_dim=token_dim)
            frozen = None
    check_seen(scored[0], model, profile)
    if profile.standardise:
        model.adaptor.fit_standardisation(scored)
    return Voice(model.to(processes.device), speech, frozen)


def said_texts(
    instructions: Iterable[Instruction],
    pairs: Iterable[PreferencePair],
    general: GeneralLessons,
    template: AnnotationTemplate,
) -> set[str]:
    """Everything that is said in a run and all that the template can say."""
    texts = {text for i in instructions for text in (i.question, i.answer)} | set(_template_texts(template))
    texts |= {text for pair in pairs for text in (pair.question, pair.chosen, pair.rejected)}
    return texts | {text for turn, _ in general.turns for text in (turn.question, turn.answer)}


def _template_texts(template: AnnotationTemplate) -> Iterable[str]:
    """All that the template can say, so that the tokenizer has words for classes this run does not hold."""
    for kind in QUESTION_KINDS:
        yield from template.questions(kind)
    for label in [None, *(label.name for label in template.labels)]:
        yield from template.explanations(label)
        if label is not None:
            yield question_about(template.title(label), "")
        for kind in QUESTION_KINDS:
            pool = template.answer_pool.get(kind)
            count = max(len(pool.abnormal), len(pool.normal)) if pool else 0
            for index in range(count):
                yield template.render_answer(kind, index, label=label, start=time_token(0), end=time_token(1))
