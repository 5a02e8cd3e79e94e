"""Phase 3: adaptors and language model learn to answer about windows of the training videos.

The recipe: instructions are written from scores and people's answers (`ml.text.instructions`), and AdamW with a cosine
schedule lowers the cross-entropy of the answers; the human's turn bears no loss. A general instruction set is mixed in
and a preference loss added where the profile says so. The detector (phases 1 and 2) is frozen: its tokens come in,
computed once. A pretrained LLM stays frozen too, and its adaptors learn, with LoRA matrices if wanted; that of `tiny`
is trained from scratch with a tokenizer of its own, since it has no language to keep.

Equal inputs give equal weights, in any number of processes to rounding; a killed run resumes from `work_dir`.
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import torch

from annotation_templates.loading import load_template
from annotation_templates.template import AnnotationTemplate
from ml.contracts import Progress, ProgressCallback, ShouldStop, TrainingVideo
from ml.errors import JobInvalid, TrainingStopped
from ml.model.language import VideoLanguageModel
from ml.model.language_artefact import LanguageArtefact, save_language
from ml.model.scored_video import ScoredVideo
from ml.profiles.language import LanguageProfile
from ml.text.instructions import KnownVideo, instruction_counts, write_instructions
from ml.text.preferences import write_preferences
from ml.text.sentences import words_of
from ml.training.phase3_checkpoint import Place, load_checkpoint, save_checkpoint
from ml.training.phase3_general import GeneralVideo, general_lessons
from ml.training.phase3_lessons import Lessons, lessons_of
from ml.training.phase3_step import learning_rate, new_optimizer, set_learning, step_gradients, trained_weights
from ml.training.phase3_voice import Voice, new_voice, said_texts
from ml.training.processes import ALONE, Processes

log = logging.getLogger(__name__)

_RECENT_LOSSES = 20
_MAX_GRADIENT = 1.0
_DIGEST_CLIPS = 64


class HasLanguage(Protocol):
    """A profile with a language half."""

    @property
    def language(self) -> LanguageProfile: ...


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
    general = general_lessons(language, general_video, processes, should_stop)
    counts = instruction_counts(instructions)
    if general.turns or general.broken:
        counts |= {"general": len(general.turns), "general broken": general.broken}
    if pairs:
        counts["preference pairs"] = len(pairs)
    _log_recipe(counts, language)
    texts = said_texts(instructions, pairs, general, chosen)
    voice = new_voice(scored_videos, texts, language, seed, weights_dir, processes)
    lessons = lessons_of(instructions, pairs, scored_videos, general, voice.speech, language)
    # The main process's: another kind of GPU may round the detector's output otherwise, and all must start at one step.
    digest = processes.gathered([_run_digest(lessons, voice, scored_videos, seed)])[0]
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
    optimizer = new_optimizer(model, profile)
    place = load_checkpoint(work_dir, model, optimizer, digest) or Place(0, (), digest)
    # Nobody may write a checkpoint before everybody has read the last.
    processes.barrier()
    set_learning(model)
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
        if not math.isfinite(loss):
            raise JobInvalid(
                f"phase3 came apart: the loss is {loss} in step {step + 1}; lower language.learning_rate or lengthen "
                "language.warmup_steps in the profile, and start the run again"
            )
        torch.nn.utils.clip_grad_norm_(trained_weights(model), _MAX_GRADIENT)
        optimizer.step()
        losses = [*losses, loss][-_RECENT_LOSSES:]
        done = step + 1
        if processes.is_main and (done % profile.checkpoint_every == 0 or done == profile.steps):
            save_checkpoint(work_dir, model, optimizer, Place(done, tuple(losses), digest))
        eta_s = (time.monotonic() - started) / (done - first_step) * (profile.steps - done)
        if processes.is_main:
            on_progress(Progress("phase3", done, profile.steps, loss=losses[-1], lr=lr, eta_s=eta_s))
    return sum(losses) / len(losses)


def _run_digest(lessons: Lessons, voice: Voice, scored: Sequence[ScoredVideo], seed: int) -> str:
    """Identity of a run: instructions, vocabulary, profile, seed, frozen weights, and the detector's output."""
    digest = hashlib.sha256(repr((lessons.instructions, lessons.pairs, lessons.profile, seed, voice.frozen)).encode())
    digest.update(lessons.speech.identity.encode())
    for video in scored:
        seen = () if video.seen_CGH is None else (video.seen_CGH,)
        # Some clips of each video tell one detector from another; a day of video need not be read for it.
        every = 1 + len(video.tokens_CQD) // _DIGEST_CLIPS
        for tokens_CQD in (video.tokens_CQD, video.prompt_CQD, *seen):
            digest.update(tokens_CQD[::every].float().contiguous().cpu().numpy().tobytes())
        digest.update(repr(video.scores).encode())
    return digest.hexdigest()
