"""When a video was filmed, as well as its file tells. Pure. Where no time zone is said, UTC is meant."""

import re
from datetime import UTC, datetime

EARLIEST_YEAR = 1990
"""Recorders without a battery start in 1904, 1970 or 1980."""
_DATE = r"(?<!\d)(?P<year>19[89]\d|20\d\d)(?P<gap>[-_.]?)(?P<month>0[1-9]|1[0-2])(?P=gap)(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = (
    r"(?P<hour>[01]\d|2[0-3])(?P<mark>[-_.:]?)(?P<minute>[0-5]\d)(?:(?P=mark)(?P<second>[0-5]\d))?(?:[.,]?\d{3})?(?!\d)"
)
MOMENT = re.compile(rf"{_DATE}(?:[T_ @.-]{{0,3}}{_TIME}|(?!\d))")
LATER_TIME = re.compile(rf"(?<!\d){_TIME.replace('[-_.:]?', '[-.:]')}")
"""A time with marks after a folder's date: 2023-10-05/001/14.30.00-14.45.00.dav"""


def recorded_at_of(*, creation_time: str, name: str, now: datetime) -> datetime | None:
    """The container's own time; without one, or with one that cannot be, the time in the file's name; else None."""
    for moment in (moment_read(creation_time), moment_in_name(name)):
        if moment is not None and moment.year >= EARLIEST_YEAR and moment <= now:
            return moment
    return None


def moment_read(text: str) -> datetime | None:
    """A date or moment as ISO 8601 writes it; None for anything else."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def moment_in_name(name: str) -> datetime | None:
    """The date in a file's name, or else in its nearest folder, with the time: 20231005_143000, 2023-10-05T14-30-00.

    Of a start and an end the start counts; a date alone is the start of its day.
    """
    pieces = name.split("/")
    for place in range(len(pieces) - 1, -1, -1):
        found = MOMENT.search(pieces[place])
        if found is not None:
            rest = "/".join([pieces[place][found.end() :], *pieces[place + 1 :]])
            return _moment(found.groupdict(), rest)
    return None


def _moment(parts: dict[str, str | None], rest: str) -> datetime | None:
    later = LATER_TIME.search(rest) if parts["hour"] is None else None
    parts |= later.groupdict() if later else {}
    units = ("year", "month", "day", "hour", "minute", "second")
    year, month, day, hour, minute, second = (int(parts[unit] or 0) for unit in units)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:  # the 31st of February
        return None
