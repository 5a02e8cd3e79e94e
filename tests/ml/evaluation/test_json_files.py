import pytest

from ml.errors import ScoresInvalid, TruthInvalid
from ml.evaluation.json_files import read_json


def test_a_file_with_the_mark_of_windows_is_read(tmp_path):
    (tmp_path / "a.json").write_text('{"a": [1]}', "utf-8-sig")
    assert read_json(tmp_path / "a.json", TruthInvalid) == {"a": [1]}


@pytest.mark.parametrize("error", [ScoresInvalid, TruthInvalid])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1, "b": 2, "b": 3}', "a.json cannot be read as JSON .*'b' is in it twice"),
        ('[{"x": {"y": 1, "y": 1}}]', "'y' is in it twice"),
        ("[" * 100_000, "a.json cannot be read"),
        ("{", "a.json cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_named(tmp_path, content, message, error):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(error, match=message):
        read_json(tmp_path / "a.json", error)


def test_another_coding_is_named(tmp_path):
    (tmp_path / "a.json").write_bytes('{"é": 1}'.encode("latin-1"))
    with pytest.raises(TruthInvalid, match="a.json cannot be read"):
        read_json(tmp_path / "a.json", TruthInvalid)
