from __future__ import annotations

import numpy as np

from vigil.demo.people.looks import TOPS, make_look


def test_colours_that_others_wear_are_left_to_them() -> None:
    rng = np.random.default_rng(0)
    taken = tuple(list(TOPS)[:-1])
    assert {make_look(rng, taken).top_name for _ in range(20)} == {list(TOPS)[-1]}


def test_words_name_what_is_drawn() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        look = make_look(rng)
        article = "an" if look.top_name == "orange" else "a"
        assert look.words == f"{'woman' if look.is_woman else 'man'} in {article} {look.top_name} {look.garment}"
        assert look.top == TOPS[look.top_name]
