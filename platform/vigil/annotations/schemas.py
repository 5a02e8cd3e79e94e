"""What the API takes and gives about annotations and questions. Unknown keys are refused."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from vigil.annotations.models import DraftKind, Outcome, QuestionKind
from vigil.predictions.selectors import Awaited
from vigil.projects.work import WorkState
from vigil.videos.models import Split, WeakLabel

MAX_INT = 2**31 - 1
MAX_ID = 2**63 - 1
MAX_SEGMENTS = 5000
MAX_TEXT = 5000
MAX_TURNS = 40
"""Twenty questions with their answers."""


def _storable(text: str) -> str:
    """PostgreSQL stores neither NUL nor half of a surrogate pair."""
    try:
        text.encode()
        is_storable = "\x00" not in text
    except UnicodeEncodeError:
        is_storable = False
    if not is_storable:
        raise ValueError("holds a character that no text can hold (NUL or half a surrogate pair); remove it")
    return text


Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_storable)]
LabelName = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_storable)]
Milliseconds = Annotated[StrictInt, Field(ge=0, le=MAX_INT)]
RowId = Annotated[StrictInt, Field(ge=1, le=MAX_ID)]


class Strict(BaseModel):
    """What is sent. No ninja Schema: that one looks at each of thousands of segments through a proxy of its own."""

    model_config = ConfigDict(extra="forbid")


class TurnIn(Strict):
    """One side of a dialogue. A text may be empty while it is being written."""

    role: Literal["user", "assistant"]
    text: Text


class SegmentIn(Strict):
    """One segment of a document, half open: `[start_ms, end_ms)`."""

    key: UUID
    start_ms: Milliseconds
    end_ms: Milliseconds
    label: LabelName
    explanation: Text = ""
    outcome: Outcome = Outcome.MANUAL
    source_id: RowId | None = None
    draft_explanation: Text = ""
    draft_id: RowId | None = None
    dialogue: Annotated[list[TurnIn], Field(max_length=MAX_TURNS)] = []


class DocumentIn(Strict):
    """A whole annotation as the workbench sends it. A model's segment that nobody touched is not in it."""

    segments: Annotated[list[SegmentIn], Field(max_length=MAX_SEGMENTS)]
    is_fully_watched: StrictBool = False
    spent_ms: Milliseconds = 0


class SubmitIn(Strict):
    """Which question it answers, and the time spent on that one (null: the annotation's time not yet counted)."""

    question_id: RowId | None = None
    spent_ms: Milliseconds | None = None


class GlancePayload(Strict):
    """Moments with the reaction time already taken off; none means that the person saw nothing."""

    moments_ms: Annotated[list[Milliseconds], Field(max_length=1000)]
    speed: Annotated[float, Field(gt=0, le=32)] = 1.0
    reaction_ms: Annotated[StrictInt, Field(ge=0, le=5000)] | None = None
    """What was taken off, in real time (times `speed` of the video's)."""


class VerifyPayload(Strict):
    verdict: Literal["yes", "no", "unsure"]


class BoundsPayload(Strict):
    segment: SegmentIn | None = None
    rejected: Literal[True] | None = None


class ExplainPayload(Strict):
    explanation: Annotated[Text, Field(min_length=1)]


class DraftIn(Strict):
    """What the current model is asked about one interval."""

    kind: DraftKind
    start_ms: Milliseconds
    end_ms: Milliseconds
    label: LabelName
    question: Text = ""


class DraftOut(Schema):
    id: int
    state: WorkState
    text: str
    model: str
    error: str
    is_own_words: bool
    """False: the model's words could not be shown, and the template's sentence stands in."""


class HelpsOut(Schema):
    """Texts for an event of any label, and more for some labels."""

    any: list[str]
    labels: dict[str, list[str]]


class PhrasebookOut(Schema):
    """Questions worth asking and phrases to write with; the words in a phrase's {braces} are meant to be replaced."""

    language: str
    questions: HelpsOut
    phrases: HelpsOut


class PhrasebooksOut(Schema):
    books: list[PhrasebookOut]


class AnswerIn(Strict):
    payload: dict[str, Any]
    spent_ms: Milliseconds = 0


class AnswerOut(Schema):
    answer_id: int


class TurnOut(Schema):
    role: Literal["user", "assistant"]
    text: str


class SegmentOut(Schema):
    """One segment as it is stored, without the limits on what may be sent: what an import brought is shown whole."""

    key: UUID
    start_ms: int
    end_ms: int
    label: str
    explanation: str
    outcome: Outcome
    source_id: int | None
    draft_explanation: str
    draft_id: int | None
    dialogue: list[TurnOut]


class DocumentOut(Schema):
    segments: list[SegmentOut]
    is_fully_watched: bool
    spent_ms: int


class SavedOut(Schema):
    revision: int
    saved_at: datetime


class NextUrl(Schema):
    url: str


class SubmittedOut(Schema):
    revision: int
    next: NextUrl | None


class ProblemOut(Schema):
    """Every refusal: one sentence that names the thing and the cure."""

    error: str
    detail: str


class ConflictOut(ProblemOut):
    """A newer revision exists; both versions are now with the client."""

    revision: int | None = None
    document: DocumentOut | None = None
    saved_by: str | None = None


class PlayOut(Schema):
    proxy_url: str | None
    start_ms: int
    end_ms: int
    poster_url: str | None


class QuestionOut(Schema):
    id: int
    kind: QuestionKind
    video_id: int
    start_ms: int
    end_ms: int
    segment_id: int | None
    reason: str
    leased_until: datetime | None
    lease_ms: int
    """What was left of the lease when this was sent; no clock of the client is needed."""
    model: str
    label: str | None
    play: PlayOut
    video_name: str
    duration_ms: int


class PersonOut(Schema):
    id: int
    name: str


class MeOut(PersonOut):
    may_manage: bool


class AwaitedOut(Schema):
    """What stands between a video and its prediction."""

    state: Awaited
    error: str


class ProjectOut(Schema):
    id: int
    slug: str
    name: str


class FilmstripOut(Schema):
    url: str
    columns: int
    rows: int
    tile_width: int
    tile_height: int
    interval_ms: float
    count: int


class VideoOut(Schema):
    id: int
    name: str
    duration_ms: int
    fps: float
    frame_count: int
    width: int
    height: int
    is_variable_rate: bool
    weak_label: WeakLabel
    split: Split
    state: WorkState
    error: str
    progress: float
    """Of making the playable copy, from 0 to 1."""
    queued_before: int
    """How many videos are made ready before this one."""
    proxy_url: str | None
    poster_url: str | None
    filmstrip: FilmstripOut | None


class LabelOut(Schema):
    name: str
    title: str
    hotkey: str | None
    color: str


class JudgementOut(Schema):
    is_abnormal: bool
    text: str
    start_ms: int | None = None
    end_ms: int | None = None
    confidence: float | None = None


class PredictedSegmentOut(Schema):
    id: int
    start_ms: int
    end_ms: int
    label: str
    confidence: float
    explanation: str
    judgement: JudgementOut | None


class PredictionOut(Schema):
    id: int
    model: str
    scores_url: str
    clip_start_ms: list[int]
    clip_end_ms: list[int]
    raw: list[float]
    long: list[float]
    short: list[float]
    fused: list[float]
    judgement: JudgementOut | None
    segments: list[PredictedSegmentOut]


class AnnotationOut(Schema):
    id: int
    revision: int
    state: Literal["draft", "submitted", "read_only"]
    author: PersonOut | None
    document: DocumentOut


class WorkbenchOut(Schema):
    me: MeOut
    project: ProjectOut
    video: VideoOut
    labels: list[LabelOut]
    prediction: PredictionOut | None
    awaited: AwaitedOut | None
    annotation: AnnotationOut
    question: QuestionOut | None


class FrameTimesOut(Schema):
    times_ms: list[int]
