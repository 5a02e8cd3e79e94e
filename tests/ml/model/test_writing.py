import pytest
import torch
from safetensors.torch import save_file

from ml.errors import PlaceUnwritable
from ml.model.writing import writing


@pytest.mark.parametrize("by", [lambda path: path.write_text("x"), lambda path: save_file({"a": torch.ones(1)}, path)])
def test_what_cannot_be_written_is_one_line_that_names_the_place(tmp_path, by):
    place = tmp_path / "nowhere"
    message = "nowhere cannot be written .*No such file.*; free some space there"
    with pytest.raises(PlaceUnwritable, match=message) as refused, writing(place):
        by(place / "a.safetensors")
    assert "\n" not in str(refused.value)


def test_other_failures_stay_what_they_are(tmp_path):
    with pytest.raises(KeyError), writing(tmp_path):
        raise KeyError("a")
