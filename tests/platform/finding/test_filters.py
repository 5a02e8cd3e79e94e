from datetime import date

import pytest
from django.http import QueryDict

from vigil.finding.filters import VideoFilters

EVERYTHING = (
    "q=gate&state=ready&labelled=no&judged=abnormal&questions=yes&review=waiting&weak_label=normal&split=test"
    "&dated=yes&camera=North&label=Fighting&day_from=2023-10-05&day_to=2023-10-07&score_from=0.25&score_to=0.75"
    "&sort=score&view=calendar&month=2023-10"
)


def of(query: str) -> VideoFilters:
    return VideoFilters.of_query(QueryDict(query))


def test_an_address_brings_its_filters_back():
    filters = of(EVERYTHING)
    assert filters.month == date(2023, 10, 1) and filters.day_after == date(2023, 10, 8)
    assert of(filters.address[1:]) == filters
    assert dict(QueryDict(filters.address[1:]).items()) == dict(QueryDict(EVERYTHING).items())
    assert VideoFilters().address == "?"


def test_each_chip_takes_its_own_filter_away():
    filters = of(EVERYTHING)
    assert len(filters.chips) == 13
    for chip in filters.chips:
        assert len(of(chip.address[1:]).chips) == 12
    assert filters.chips[-2].text == "Filmed: 2023-10-05 to 2023-10-07"
    assert filters.chips[-1].text == "Highest score: 0.25 to 0.75"


def test_order_and_view_are_no_filters():
    assert not of("sort=score&view=cards&month=2023-10").is_narrowed
    assert of("score_from=0").is_narrowed and of("q=x").is_narrowed


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense", "sort=project__created_by__password", "split='; DROP TABLE", "q=%00", "view=../x",
        "day_from=yesterday", "day_to=2023-13-40", "score_from=7", "score_to=nan", "month=9999-12", "month=1",
        "labelled=%00",
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_as_if_it_were_not_given(query):
    assert of(query) == VideoFilters()
