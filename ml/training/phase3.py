"""Phase 3: the adaptors and the small language model learn to answer about windows of the training videos.

The recipe: instructions are written from scores and people's answers (`ml.text.instructions`), a tokenizer is trained
on their language, then AdamW with a cosine schedule lowers the cross-entropy of the answers; the human's turn bears no
loss. The detector (phases 1 and 2) is frozen: its tokens come in, computed once. With `tiny` the LLM is trained too,
from scratch, since it has no language to keep. Equal inputs give equal weights; a killed run resumes from `work_dir`.

Dimensions: B conversations, T positions; see `ml.model.adaptor` for the rest.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import math
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from annotation_templates.loading import load_template
from annotation_templates.template import QUESTION_KINDS, AnnotationTemplate
from ml.contracts import Progress, ProgressCallback, ShouldStop, TrainingVideo
from ml.errors import JobInvalid, TrainingStopped
from ml.model.adaptor import Adaptor, ShownWindows, VideoOnShow, stacked
from ml.model.language import IGNORED, VideoLanguageModel, build_llm, spread_times
from ml.model.language_artefact import LanguageArtefact, save_language, vision_of
from ml.model.scored_video import ScoredVideo
from ml.profiles.language import LanguageProfile
from ml.text.instructions import (
    Instruction,
    KnownVideo,
    draw_chances,
    instruction_counts,
    question_about,
    write_instructions,
)
from ml.text.prompts import answer_ids, human_ids
from ml.text.sentences import words_of
from ml.text.times import time_token
from ml.text.tokenizer import VideoTokenizer
from ml.training.phase3_checkpoint import Place, load_checkpoint, save_checkpoint

log = logging.getLogger(__name__)

_RECENT_LOSSES = 20
_FINAL_LR_SHARE = 0.1
_MAX_GRADIENT = 1.0


class HasLanguage(Protocol):
    """A profile with a language half."""

    @property
    def language(self) -> LanguageProfile: ...


@dataclass(frozen=True)
class _Lessons:
    """What is drawn from in every step."""

    instructions: tuple[Instruction, ...]
    chances: tuple[float, ...]
    """Running sum of the chances to be drawn."""
    videos: tuple[VideoOnShow, ...]
    tokenizer: VideoTokenizer
    profile: LanguageProfile


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
) -> Mapping[str, float]:
    """Trains the language half and writes `artefact_dir/language`; returns the last loss and counts of instructions.

    Raises:
        JobInvalid: nothing is known about any video, so there is nothing to tell.
        TrainingStopped: `should_stop` said so; the checkpoint in `work_dir` is kept.
    """
    chosen = load_template(template) if isinstance(template, str) else template
    language = profile.language
    known = [KnownVideo(training, scored.scores, scored.segments) for training, scored in videos]
    instructions = write_instructions(known, chosen, language, seed)
    if not instructions:
        raise JobInvalid("phase 3 has nothing to learn from: give some videos a label, normal or abnormal")
    counts = instruction_counts(instructions)
    log.info(
        "phase 3: %s; pseudo events from a score of %s, gaps up to %s ms merged, %s ms at least",
        ", ".join(f"{count} {name}" for name, count in counts.items()),
        language.pseudo_min_score,
        language.pseudo_merge_gap_ms,
        language.pseudo_min_ms,
    )
    texts = {text for i in instructions for text in (i.question, i.answer)} | set(_template_texts(chosen))
    tokenizer = VideoTokenizer.train(texts, vocabulary_size=language.vocabulary_size, slots=language.slots)
    lessons = _Lessons(
        instructions,
        tuple(accumulate(draw_chances(instructions))),
        tuple(VideoOnShow(scored, language.token_groups) for _, scored in videos),
        tokenizer,
        language,
    )
    model = _new_model([scored for _, scored in videos], tokenizer, language, seed)
    digest = _run_digest(lessons, videos, seed)
    loss = _fit(model, lessons, digest, Path(work_dir), seed, on_progress, should_stop)
    words = frozenset(word for text in texts for word in words_of(text))
    artefact = LanguageArtefact(model.cpu(), tokenizer, language, chosen.name, words, counts)
    save_language(artefact, Path(artefact_dir))
    return {"loss": loss, **{name.replace(" ", "_"): float(count) for name, count in counts.items()}}


def _fit(
    model: VideoLanguageModel,
    lessons: _Lessons,
    digest: str,
    work_dir: Path,
    seed: int,
    on_progress: ProgressCallback,
    should_stop: ShouldStop,
) -> float:
    """The training loop, from the checkpoint of this run if there is one. Returns the mean of the last losses."""
    profile = lessons.profile
    optimizer = _optimizer(model, profile)
    place = load_checkpoint(work_dir, model, optimizer, digest) or Place(0, (), digest)
    model.train()
    started, first_step, losses = time.monotonic(), place.step, list(place.losses)
    for step in range(place.step, profile.steps):
        if should_stop():
            save_checkpoint(work_dir, model, optimizer, Place(step, tuple(losses), digest))
            raise TrainingStopped(f"phase 3 was stopped at step {step} of {profile.steps}; start it again to go on")
        lr = learning_rate(step, profile)
        for group in optimizer.param_groups:
            group["lr"] = lr
        # One seed a step: a resumed run draws what the unbroken one would have drawn.
        generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
        loss = model(*_batch(lessons, random.Random(f"{seed}|{step}"), generator, model.device), profile.time_weight)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), _MAX_GRADIENT)
        optimizer.step()
        losses = [*losses, float(loss.detach())][-_RECENT_LOSSES:]
        done = step + 1
        if done % profile.checkpoint_every == 0 or done == profile.steps:
            save_checkpoint(work_dir, model, optimizer, Place(done, tuple(losses), digest))
        eta_s = (time.monotonic() - started) / (done - first_step) * (profile.steps - done)
        on_progress(Progress("phase3", done, profile.steps, loss=losses[-1], lr=lr, eta_s=eta_s))
    return sum(losses) / len(losses)


def learning_rate(step: int, profile: LanguageProfile) -> float:
    """Linear warm-up, then a cosine down to a tenth of the peak."""
    if step < profile.warmup_steps:
        return profile.learning_rate * (step + 1) / profile.warmup_steps
    share = (step - profile.warmup_steps) / max(1, profile.steps - profile.warmup_steps)
    cosine = (1 + math.cos(math.pi * min(share, 1.0))) / 2
    return profile.learning_rate * (_FINAL_LR_SHARE + (1 - _FINAL_LR_SHARE) * cosine)


def conversation_batch(
    conversations: Sequence[tuple[Sequence[int], Sequence[int]]], pad_id: int
) -> tuple[Tensor, Tensor]:
    """Right-padded ids [B, T] and labels [B, T] of (human turn, answer) pairs; only the answer is labelled."""
    longest = max(len(human) + len(answer) for human, answer in conversations)
    ids_BT = torch.full((len(conversations), longest), pad_id)
    labels_BT = torch.full((len(conversations), longest), IGNORED)
    for row, (human, answer) in enumerate(conversations):
        end = len(human) + len(answer)
        ids_BT[row, :end] = torch.tensor([*human, *answer])
        labels_BT[row, len(human) : end] = torch.tensor(list(answer))
    return ids_BT, labels_BT


def _batch(
    lessons: _Lessons, rng: random.Random, generator: torch.Generator, device: torch.device
) -> tuple[Tensor, Tensor, ShownWindows, Tensor]:
    """One step's conversations, drawn and with their windows disturbed: ids, labels, windows, what is hidden."""
    profile, tokenizer = lessons.profile, lessons.tokenizer
    drawn = rng.choices(lessons.instructions, cum_weights=lessons.chances, k=profile.batch_size)
    video_tokens = 2 * profile.slots * profile.token_groups
    conversations = [
        (human_ids(tokenizer, i.question, video_tokens=video_tokens), answer_ids(tokenizer, i.answer)) for i in drawn
    ]
    ids_BT, labels_BT = conversation_batch(conversations, tokenizer.pad_id)
    # An explanation sometimes comes with another event's picture, so that the class named in the question decides
    # what is told and the picture only how: the sentence on a segment must not contradict the segment's label.
    seen = [
        rng.choice(lessons.instructions) if i.group == "explanation" and rng.random() < profile.picture_swap else i
        for i in drawn
    ]
    shown = stacked([lessons.videos[i.video_index].window(i.window) for i in seen])
    # Scores of videos the detector was trained on are surer than those it will meet: they are shifted and flattened.
    shift_B11 = torch.randn(len(drawn), 1, 1, generator=generator) * profile.score_noise
    scale_B11 = 1 - torch.rand(len(drawn), 1, 1, generator=generator) * profile.score_noise
    noise_BSK = torch.randn(shown.scores_BSK.shape, generator=generator) * profile.score_noise / 2
    shown = dataclasses.replace(shown, scores_BSK=shown.scores_BSK * scale_B11 + shift_B11 + noise_BSK)
    hidden_B2 = torch.rand(len(drawn), 2, generator=generator) < profile.modality_dropout
    return ids_BT.to(device), labels_BT.to(device), shown.to(device), hidden_B2.to(device)


def _new_model(
    scored: Sequence[ScoredVideo], tokenizer: VideoTokenizer, profile: LanguageProfile, seed: int
) -> VideoLanguageModel:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        llm = build_llm(
            vocabulary_size=tokenizer.size,
            hidden_size=profile.hidden_size,
            layers=profile.layers,
            heads=profile.heads,
            intermediate_size=profile.intermediate_size,
            pad_id=tokenizer.pad_id,
            end_id=tokenizer.end_id,
        )
        spread_times(llm, tokenizer.time_ids)
        adaptor = Adaptor(token_dim=scored[0].tokens_CQD.shape[2], hidden_size=profile.hidden_size)
    adaptor.fit_standardisation(scored)
    return vision_of(llm, adaptor, tokenizer).to(device)


def _optimizer(model: VideoLanguageModel, profile: LanguageProfile) -> torch.optim.AdamW:
    embedding = model.llm.get_input_embeddings().weight  # type: ignore[operator]
    decayed = [p for p in model.parameters() if p.ndim >= 2 and p is not embedding]
    kept = [p for p in model.parameters() if p.ndim < 2 or p is embedding]
    groups = [{"params": decayed, "weight_decay": profile.weight_decay}, {"params": kept, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=profile.learning_rate, betas=(0.9, 0.98))


def _template_texts(template: AnnotationTemplate) -> Iterable[str]:
    """All that the template can say, so that the tokenizer has words for classes this run does not hold."""
    for kind in QUESTION_KINDS:
        yield from template.questions(kind)
    for label in [None, *(label.name for label in template.labels)]:
        yield from template.explanations(label)
        if label is not None:
            yield question_about(template.label(label).title(), "")
        for kind in QUESTION_KINDS:
            pool = template.answer_pool.get(kind)
            count = max(len(pool.abnormal), len(pool.normal)) if pool else 0
            for index in range(count):
                yield template.render_answer(kind, index, label=label, start=time_token(0), end=time_token(1))


def _run_digest(lessons: _Lessons, videos: Sequence[tuple[TrainingVideo, ScoredVideo]], seed: int) -> str:
    """Identity of a run: instructions, vocabulary, profile, seed, and the detector's output."""
    digest = hashlib.sha256(repr((lessons.instructions, lessons.profile, seed)).encode())
    digest.update(lessons.tokenizer.to_json().encode())
    for _, scored in videos:
        for tokens_CQD in (scored.tokens_CQD, scored.prompt_CQD):
            digest.update(tokens_CQD.float().contiguous().cpu().numpy().tobytes())
        digest.update(repr(scored.scores).encode())
    return digest.hexdigest()
