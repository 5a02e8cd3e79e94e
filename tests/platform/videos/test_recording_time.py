from datetime import UTC, datetime

import pytest

from vigil.videos.recording_time import moment_in_name, moment_read, recorded_at_of

NOW = datetime(2026, 11, 23, tzinfo=UTC)
AT = datetime(2023, 10, 5, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "20231005_143000.mp4", "2023-10-05T14-30-00.mp4", "gate_2023-10-05_14.30.00.mkv", "20231005143000.avi",
        "ch01_20231005143000_20231005144500.mp4", "NVR 2023_10_05 14_30_00.mp4", "2020-01-01/VID-20231005-143000.mov",
        "cam2/2023-10-05 14:30.mp4", "S20231005143000123.mp4", "2023-10-05/001/dav/14/14.30.00-14.45.00[M][0@0][0].dav",
    ],
)  # fmt: skip
def test_the_names_that_recorders_write_are_read(name):
    assert moment_in_name(name) == AT


def test_a_date_alone_is_the_start_of_its_day():
    assert moment_in_name("gate/2023-10-05/a.mp4") == datetime(2023, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["camera1.mp4", "1234567890123.mp4", "20230231_120000.mp4", "v20.12.mp4", "2023.mp4", "99912312023.mp4"]
)
def test_other_numbers_are_no_date(name):
    assert moment_in_name(name) is None


def test_the_containers_time_comes_first_unless_it_cannot_be():
    def of(creation_time: str, name: str = "20231005_143000.mp4"):
        return recorded_at_of(creation_time=creation_time, name=name, now=NOW)

    assert of("2024-01-02T03:04:05.000000Z") == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert of("1904-01-01T00:00:00.000000Z") == of("1970-01-01T00:00:00Z") == of("2031-01-01") == of("nonsense") == AT
    assert of("", "20990101_000000.mp4") is None


def test_a_time_zone_is_turned_into_utc():
    assert moment_read("2023-10-05T16:30:00+02:00") == moment_read("2023-10-05 14:30:00") == AT
    assert moment_read("yesterday") is None
