"""What the API of finding answers."""

from ninja import Schema

from vigil.annotations.schemas import FilmstripOut


class MomentOut(Schema):
    """A stretch of a video that looks, to the model, like the one asked for."""

    video_id: int
    video_name: str
    start_ms: int
    end_ms: int
    similarity: float
    poster_url: str | None
    filmstrip: FilmstripOut | None
    url: str


class SimilarOut(Schema):
    """`model` is None where no model has embedded the video yet."""

    model: str | None
    moments: list[MomentOut]
