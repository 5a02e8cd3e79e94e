"""Phase 3: the adaptors and the small language model learn to answer about windows of the training videos.

The recipe: instructions are written from scores and people's answers (`ml.text.instructions`), a tokenizer is trained
on their language, then AdamW with a cosine schedule lowers the cross-entropy of the answers; the human's turn bears no
loss. The detector (phases 1 and 2) is frozen: its tokens come in, computed once. With `tiny` the LLM is trained too,
from scratch, since it has no language to keep. Equal inputs give equal weights; a killed run resumes from `work_dir`.

Dimensions: B conversations, T positions; see `ml.model.adaptor` for the rest.
"""

from __future__ import annotations

import hashlib
import logging
import math
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch

from annotation_templates.loading import load_template
from annotation_templates.template import QUESTION_KINDS, AnnotationTemplate
from ml.contracts import Progress, ProgressCallback, ShouldStop, TrainingVideo
from ml.errors import JobInvalid, TrainingStopped
from ml.model.language import VideoLanguageModel
from ml.model.language_artefact import LanguageArtefact, save_language
from ml.model.pretrained_language import FrozenWeights, check_seen, pretrained_language
from ml.model.scored_video import ScoredVideo
from ml.model.scratch_language import scratch_language
from ml.profiles.language import LanguageProfile
from ml.text.instructions import (
    Instruction,
    KnownVideo,
    instruction_counts,
    question_about,
    write_instructions,
)
from ml.text.preferences import PreferencePair, write_preferences
from ml.text.prompts import Speech
from ml.text.sentences import words_of
from ml.text.times import time_token
from ml.training.phase3_checkpoint import Place, load_checkpoint, save_checkpoint
from ml.training.phase3_general import GeneralLessons, GeneralVideo, general_lessons
from ml.training.phase3_lessons import Lessons, lessons_of
from ml.training.preference_loss import odds_ratio_losses
from ml.training.processes import ALONE, Processes

log = logging.getLogger(__name__)

_RECENT_LOSSES = 20
_FINAL_LR_SHARE = 0.1
_MAX_GRADIENT = 1.0
_PAIRS_SHARE = 4
"""A step compares a quarter as many preference pairs as it has conversations."""


class HasLanguage(Protocol):
    """A profile with a language half."""

    @property
    def language(self) -> LanguageProfile: ...


@dataclass(frozen=True)
class _Voice:
    """The model to train, what it speaks, and the frozen weights it stands on."""

    model: VideoLanguageModel
    speech: Speech
    frozen: FrozenWeights | None


def run_phase3(
    videos: Sequence[tuple[TrainingVideo, ScoredVideo]],
    *,
    profile: HasLanguage,
    template: str | AnnotationTemplate,
    artefact_dir: str | Path,
    work_dir: str | Path,
    seed: int,
    on_progress: ProgressCallback,
    should_stop: ShouldStop,
    weights_dir: str | Path = "",
    general_video: GeneralVideo | None = None,
    processes: Processes = ALONE,
) -> Mapping[str, float]:
    """Trains the language half and writes `artefact_dir/language`; returns the last loss and counts of instructions.

    Args:
        videos: what is known of each training video, and what the detector makes of it.
        profile: its section `language` has the recipe.
        template: questions and answers, by name or read already.
        artefact_dir: where `language/` is written once the training is over.
        work_dir: checkpoints; a second call with equal arguments goes on from them.
        seed: equal seeds give equal weights.
        on_progress: told after each step, by the main process.
        should_stop: asked before each step.
        weights_dir: root of the frozen weights' folders, for a pretrained LLM.
        general_video: scores a video of the general instruction set, where the profile has one.
        processes: the processes that share each step's batch; the main one writes.

    Raises:
        JobInvalid: nothing is known about any video, so there is nothing to tell; or a broken general set.
        WeightsInvalid: the pretrained LLM is missing or broken.
        TrainingStopped: `should_stop` said so; the checkpoint in `work_dir` is kept.
    """
    language = profile.language
    chosen = load_template(template, language.speaks) if isinstance(template, str) else template
    known = [KnownVideo(training, scored.scores, scored.segments) for training, scored in videos]
    scored_videos = [scored for _, scored in videos]
    instructions = write_instructions(known, chosen, language, seed)
    if not instructions:
        raise JobInvalid("phase 3 has nothing to learn from: give some videos a label, normal or abnormal")
    pairs = write_preferences(known, chosen, language) if language.preference_weight else ()
    general = general_lessons(language, general_video)
    counts = instruction_counts(instructions)
    if general.turns or general.broken:
        counts |= {"general": len(general.turns), "general broken": general.broken}
    if pairs:
        counts["preference pairs"] = len(pairs)
    _log_recipe(counts, language)
    texts = _texts(instructions, pairs, general, chosen)
    voice = _new_voice(scored_videos, texts, language, seed, weights_dir, processes)
    lessons = lessons_of(instructions, pairs, scored_videos, general, voice.speech, language)
    digest = _run_digest(lessons, voice, scored_videos, seed)
    loss = _fit(voice.model, lessons, digest, Path(work_dir), seed, on_progress, should_stop, processes)
    if processes.is_main:
        words = frozenset(word for text in texts for word in words_of(text) if language.llm == "scratch")
        model = voice.model if voice.frozen else voice.model.cpu()
        artefact = LanguageArtefact(model, voice.speech, language, chosen.name, words, counts, voice.frozen)
        save_language(artefact, Path(artefact_dir))
    processes.barrier()
    return {"loss": loss, **{name.replace(" ", "_"): float(count) for name, count in counts.items()}}


def _log_recipe(counts: Mapping[str, int], language: LanguageProfile) -> None:
    """The rule by which scores became instructions, and the mix, in one line of the log."""
    log.info(
        "phase 3: %s; pseudo events from a score of %s, gaps up to %s ms merged, %s ms at least; "
        "general set %.0f %% of the conversations; preference weight %s; trained: %s",
        ", ".join(f"{count} {name}" for name, count in counts.items()),
        language.pseudo_min_score,
        language.pseudo_merge_gap_ms,
        language.pseudo_min_ms,
        100 * language.general_share,
        language.preference_weight,
        language.trained,
    )


def _fit(
    model: VideoLanguageModel,
    lessons: Lessons,
    digest: str,
    work_dir: Path,
    seed: int,
    on_progress: ProgressCallback,
    should_stop: ShouldStop,
    processes: Processes,
) -> float:
    """The training loop, from the checkpoint of this run if there is one. Returns the mean of the last losses."""
    profile = lessons.profile
    optimizer = _optimizer(model, profile)
    place = load_checkpoint(work_dir, model, optimizer, digest) or Place(0, (), digest)
    # Nobody may write a checkpoint before everybody has read the last.
    processes.barrier()
    _learning_mode(model, profile)
    started, first_step, losses = time.monotonic(), place.step, list(place.losses)
    for step in range(place.step, profile.steps):
        if processes.any(should_stop()):
            if processes.is_main:
                save_checkpoint(work_dir, model, optimizer, Place(step, tuple(losses), digest))
            processes.barrier()
            raise TrainingStopped(f"phase 3 was stopped at step {step} of {profile.steps}; start it again to go on")
        lr = learning_rate(step, profile)
        for group in optimizer.param_groups:
            group["lr"] = lr
        optimizer.zero_grad(set_to_none=True)
        loss = step_gradients(model, lessons, seed=seed, step=step, processes=processes)
        torch.nn.utils.clip_grad_norm_(_trained(model), _MAX_GRADIENT)
        optimizer.step()
        losses = [*losses, loss][-_RECENT_LOSSES:]
        done = step + 1
        if processes.is_main and (done % profile.checkpoint_every == 0 or done == profile.steps):
            save_checkpoint(work_dir, model, optimizer, Place(done, tuple(losses), digest))
        eta_s = (time.monotonic() - started) / (done - first_step) * (profile.steps - done)
        if processes.is_main:
            on_progress(Progress("phase3", done, profile.steps, loss=losses[-1], lr=lr, eta_s=eta_s))
    return sum(losses) / len(losses)


def step_gradients(
    model: VideoLanguageModel, lessons: Lessons, *, seed: int, step: int, processes: Processes = ALONE
) -> float:
    """The gradients of one step, summed over all processes; returns the step's loss, the same in each.

    Every process draws the same batch and takes its share of it; the losses are divided by counts over the whole
    batch, so that any number of processes gives one update.
    """
    profile = lessons.profile
    # One seed a step: a resumed run draws what the unbroken one would have drawn. Dropout draws from torch's own state.
    generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
    rng = random.Random(f"{seed}|{step}")
    told = 0.0
    with torch.random.fork_rng(devices=[model.device] if model.device.type == "cuda" else []):
        torch.manual_seed((seed * 1_000_003 + step) * 1_009 + processes.rank)
        share, is_mine = _share(profile.batch_size, processes)
        batch = lessons.drawn(rng, generator, share).to(model.device)
        part = model(batch.ids_BT, batch.labels_BT, batch.shown, batch.hidden_B2, profile.time_weight)
        loss = part.total * is_mine / processes.total(part.weight * is_mine)
        loss.backward()
        told += float(processes.total(loss.detach()))
        if lessons.pairs and profile.preference_weight:
            count = max(1, profile.batch_size // _PAIRS_SHARE)
            share, is_mine = _share(count, processes)
            batch = lessons.compared(rng, share, count).to(model.device)
            likelihood_B = model.answer_log_likelihood(batch.ids_BT, batch.labels_BT, batch.shown)
            chosen_B, rejected_B = likelihood_B.chunk(2)
            preferred = odds_ratio_losses(chosen_B, rejected_B).sum() * is_mine / count * profile.preference_weight
            preferred.backward()  # type: ignore[no-untyped-call]
            told += float(processes.total(preferred.detach()))
    processes.sum_gradients(_trained(model))
    return told


def _share(count: int, processes: Processes) -> tuple[Sequence[int], float]:
    """This process's places in a batch, and 1; a process for which none is left computes the first one for nothing."""
    share = processes.share(range(count))
    return (share, 1.0) if len(share) else (range(1), 0.0)


def _learning_mode(model: VideoLanguageModel, profile: LanguageProfile) -> None:
    """Dropout on where something of the LLM learns; a wholly frozen one is as it is in serving."""
    model.train()
    if profile.trained == "adaptor" and not profile.gradient_checkpointing:
        model.llm.eval()


def _trained(model: VideoLanguageModel) -> list[torch.nn.Parameter]:
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def learning_rate(step: int, profile: LanguageProfile) -> float:
    """Linear warm-up, then a cosine down to a tenth of the peak."""
    if step < profile.warmup_steps:
        return profile.learning_rate * (step + 1) / profile.warmup_steps
    share = (step - profile.warmup_steps) / max(1, profile.steps - profile.warmup_steps)
    cosine = (1 + math.cos(math.pi * min(share, 1.0))) / 2
    return profile.learning_rate * (_FINAL_LR_SHARE + (1 - _FINAL_LR_SHARE) * cosine)


def _new_voice(
    scored: Sequence[ScoredVideo],
    texts: Iterable[str],
    profile: LanguageProfile,
    seed: int,
    weights_dir: str | Path,
    processes: Processes,
) -> _Voice:
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
    return _Voice(model.to(processes.device), speech, frozen)


def _optimizer(model: VideoLanguageModel, profile: LanguageProfile) -> torch.optim.AdamW:
    embedding = model.llm.get_input_embeddings().weight
    decayed = [p for p in _trained(model) if p.ndim >= 2 and p is not embedding]
    kept = [p for p in _trained(model) if p.ndim < 2 or p is embedding]
    groups = [{"params": decayed, "weight_decay": profile.weight_decay}, {"params": kept, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=profile.learning_rate, betas=(0.9, profile.beta2))


def _texts(
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


def _run_digest(lessons: Lessons, voice: _Voice, scored: Sequence[ScoredVideo], seed: int) -> str:
    """Identity of a run: instructions, vocabulary, profile, seed, frozen weights, and the detector's output."""
    digest = hashlib.sha256(repr((lessons.instructions, lessons.pairs, lessons.profile, seed, voice.frozen)).encode())
    digest.update(lessons.speech.identity.encode())
    for video in scored:
        seen = () if video.seen_CGH is None else (video.seen_CGH,)
        for tokens_CQD in (video.tokens_CQD, video.prompt_CQD, *seen):
            digest.update(tokens_CQD.float().contiguous().cpu().numpy().tobytes())
        digest.update(repr(video.scores).encode())
    return digest.hexdigest()
