"""What phase 3 learns from, and how a step's batch is drawn from it: own instructions, a general set, preferences.

Dimensions: B conversations, T positions; see `ml.model.adaptor` for the rest.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

import torch
from torch import Tensor

from ml.contracts import ScoreTrack
from ml.model.adaptor import ShownWindows, VideoOnShow, stacked
from ml.model.language import IGNORED
from ml.model.scored_video import ScoredVideo
from ml.profiles.language import LanguageProfile
from ml.text.instructions import Instruction, draw_chances
from ml.text.preferences import PreferencePair
from ml.text.prompts import Speech
from ml.text.times import Window
from ml.text.windows import message_about
from ml.training.phase3_general import GeneralLessons


class OnShow(Protocol):
    """A video of which windows can be shown."""

    def window(self, window: Window) -> ShownWindows: ...


@dataclass(frozen=True)
class ConversationBatch:
    """Conversations of one step as this process takes them."""

    ids_BT: Tensor
    labels_BT: Tensor
    shown: ShownWindows
    hidden_B2: Tensor

    def to(self, device: torch.device) -> ConversationBatch:
        """The same on `device`."""
        return ConversationBatch(
            self.ids_BT.to(device), self.labels_BT.to(device), self.shown.to(device), self.hidden_B2.to(device)
        )


@dataclass(frozen=True)
class Lessons:
    """What is drawn from in every step."""

    instructions: tuple[Instruction, ...]
    """Those of the project, then those of the general set."""
    chances: tuple[float, ...]
    """Running sum of the chances to be drawn."""
    own: int
    """How many instructions are the project's."""
    pairs: tuple[PreferencePair, ...]
    videos: tuple[OnShow, ...]
    scores: tuple[ScoreTrack, ...]
    speech: Speech
    profile: LanguageProfile

    def drawn(self, rng: random.Random, generator: torch.Generator, share: Sequence[int]) -> ConversationBatch:
        """One step's conversations, drawn and with their windows disturbed.

        Every process of a run draws the same and takes its `share` of the places [0, batch_size).
        """
        profile = self.profile
        drawn = rng.choices(self.instructions, cum_weights=self.chances, k=profile.batch_size)
        seen = [self._picture(instruction, rng) for instruction in drawn]
        mine = [drawn[i] for i in share]
        ids_BT, labels_BT = conversation_batch(
            [self._conversation(each.video_index, each.window, each.question, each.answer) for each in mine],
            self.speech.pad_id,
        )
        shown = stacked([self.videos[seen[i].video_index].window(seen[i].window) for i in share])
        shown, hidden_B2 = _disturbed(shown, share, profile, generator)
        return ConversationBatch(ids_BT, labels_BT, shown, hidden_B2)

    def compared(self, rng: random.Random, share: Sequence[int], count: int) -> ConversationBatch:
        """Preference pairs: all the chosen answers of this process's share of `count` pairs, then all the rejected."""
        drawn = rng.choices(self.pairs, k=count)
        pairs = [drawn[i] for i in share]
        told = [(pair, pair.chosen) for pair in pairs] + [(pair, pair.rejected) for pair in pairs]
        ids_BT, labels_BT = conversation_batch(
            [self._conversation(pair.video_index, pair.window, pair.question, answer) for pair, answer in told],
            self.speech.pad_id,
        )
        shown = stacked([self.videos[pair.video_index].window(pair.window) for pair, _ in told])
        return ConversationBatch(ids_BT, labels_BT, shown, torch.zeros(len(told), 2, dtype=torch.bool))

    def _conversation(
        self, video_index: int, window: Window, question: str, answer: str
    ) -> tuple[Sequence[int], Sequence[int]]:
        message = message_about(self.scores[video_index], window, self.profile)
        asked = self.speech.human_ids(question, video_tokens=self.profile.video_tokens, message=message)
        return asked, self.speech.answer_ids(answer)

    def _picture(self, instruction: Instruction, rng: random.Random) -> Instruction:
        # An explanation sometimes comes with another event's picture, so that the class named in the question decides
        # what is told and the picture only how: the sentence on a segment must not contradict the segment's label.
        is_swapped = instruction.group == "explanation" and rng.random() < self.profile.picture_swap
        return self.instructions[rng.randrange(self.own)] if is_swapped else instruction


def lessons_of(
    instructions: Sequence[Instruction],
    pairs: Sequence[PreferencePair],
    videos: Sequence[ScoredVideo],
    general: GeneralLessons,
    speech: Speech,
    profile: LanguageProfile,
) -> Lessons:
    """Everything a run draws from; the general set is drawn with chance `general_share`, exact in expectation."""
    general_share = profile.general_share if general.turns else 0.0
    chances = [chance * (1 - general_share) for chance in draw_chances(instructions)]
    chances += [general_share / len(general.turns) for _ in general.turns]
    asked = [
        Instruction(len(videos) + place, general.videos[place].whole, turn.question, turn.answer, "general", "general")
        for turn, place in general.turns
    ]
    return Lessons(
        (*instructions, *asked),
        tuple(accumulate(chances)),
        len(instructions),
        tuple(pairs),
        (*(VideoOnShow(scored, profile.token_groups) for scored in videos), *general.videos),
        (*(scored.scores for scored in videos), *(video.scores for video in general.videos)),
        speech,
        profile,
    )


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


def _disturbed(
    shown: ShownWindows, share: Sequence[int], profile: LanguageProfile, generator: torch.Generator
) -> tuple[ShownWindows, Tensor]:
    """Windows with other scores, and [B, 2] what of them is hidden; drawn for the whole batch, given for the share.

    Scores of videos the detector was trained on are surer than those it will meet: they are shifted and flattened.
    """
    count, places = profile.batch_size, list(share)
    shift_B11 = torch.randn(count, 1, 1, generator=generator) * profile.score_noise
    scale_B11 = 1 - torch.rand(count, 1, 1, generator=generator) * profile.score_noise
    noise_BSK = torch.randn(count, *shown.scores_BSK.shape[1:], generator=generator) * profile.score_noise / 2
    hidden_B2 = torch.rand(count, 2, generator=generator) < profile.modality_dropout
    scores_BSK = shown.scores_BSK * scale_B11[places] + shift_B11[places] + noise_BSK[places]
    return dataclasses.replace(shown, scores_BSK=scores_BSK), hidden_B2[places]
