"""What the command lines print, and how they refuse."""

import pytest

from ml.command_line import REFUSED, reported
from ml.errors import DatasetInvalid, VideoKeyInvalid


@pytest.mark.parametrize(
    ("as_json", "printed"), [(True, '{"videos": 2, "out": "p.json"}\n'), (False, "videos: 2\nout: p.json\n")]
)
def test_a_report_is_one_json_object_or_a_line_a_key(as_json, printed, capsys):
    assert reported(lambda: {"videos": 2, "out": "p.json"}, as_json=as_json) == 0
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(
    "error", [DatasetInvalid("two\nlines"), VideoKeyInvalid("two lines"), PermissionError("two lines")]
)
def test_a_refusal_is_one_line_and_status_2(error, capsys):
    def refusing():
        raise error

    assert reported(refusing, as_json=True) == REFUSED == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "refused: two lines\n")
