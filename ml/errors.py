"""Errors that name the thing and the cure in one line; everything that `ml` refuses is one of these."""

from __future__ import annotations


class ModelError(Exception):
    """Something the model half cannot do; the message is one line for a person."""


class VideoUnreadable(ModelError):
    """A video file that cannot be decoded."""


class FeaturesBroken(VideoUnreadable):
    """A video of which the encoder gives numbers that are not finite; nothing of it is kept."""


class VideoKeyInvalid(ModelError, ValueError):
    """A video key that could not be the name of a folder."""


class StoreUnwritable(ModelError):
    """The feature store cannot take an entry; nothing in it was changed."""


class StoreUnreadable(ModelError):
    """The feature store has an entry that cannot be read at the moment; nothing says that it is not sound."""


class FeatureEntryCorrupt(ModelError):
    """An entry of the feature store that fails its check; it is recomputed where the video is at hand."""


class ProfileInvalid(ModelError):
    """A profile that is unknown, has unknown keys or contradicts itself."""


class ArtefactInvalid(ModelError):
    """An artefact folder that is missing, incomplete or not for this profile."""


class WeightsInvalid(ModelError):
    """Pretrained weights that are missing, truncated, unpinned, or not of the architecture that was asked for."""


class AnswerUnreadable(ModelError):
    """The language model answered, but not in words that can be shown to a person."""


class JobInvalid(ModelError):
    """A training job that cannot be run as it stands."""


class PlaceUnwritable(ModelError):
    """A work folder, an artefact or a scratch file that cannot be written: no space, or no right to."""


class DatasetInvalid(ModelError):
    """A data set's folder, list or index that is missing or not of its form."""


class TruthInvalid(ModelError):
    """A ground truth file that cannot be read."""


class ScoresInvalid(ModelError):
    """Scores to evaluate that cannot be read or do not fit their videos."""


class TrainingStopped(ModelError):
    """The run was asked to stop; its checkpoint is kept and the next call goes on from there."""
