"""How people are dressed, and the words that describe them truthfully."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vigil.demo.drawing.arrays import Colour

TOPS: dict[str, Colour] = {
    "red": (48, 44, 186),
    "dark blue": (110, 62, 38),
    "light blue": (206, 164, 112),
    "green": (74, 112, 54),
    "yellow": (70, 190, 214),
    "white": (222, 224, 226),
    "black": (44, 42, 42),
    "grey": (130, 128, 126),
    "orange": (44, 118, 222),
    "purple": (122, 60, 104),
    "beige": (156, 188, 206),
    "brown": (52, 74, 104),
}
TROUSERS: dict[str, Colour] = {
    "dark": (52, 46, 44),
    "blue": (112, 78, 56),
    "grey": (104, 102, 100),
    "beige": (128, 156, 172),
}
SKINS: tuple[Colour, ...] = ((150, 178, 224), (122, 152, 204), (86, 116, 168), (62, 84, 124))
HAIRS: tuple[Colour, ...] = ((28, 26, 28), (34, 46, 70), (58, 84, 120), (120, 122, 124), (44, 96, 150))
GARMENTS = ("jacket", "coat", "hoodie", "T-shirt")


@dataclass(frozen=True)
class Look:
    """One person's appearance."""

    is_woman: bool
    height_m: float
    build: float
    """1.0 is average; wider above."""
    garment: str
    top_name: str
    top: Colour
    trousers: Colour
    skin: Colour
    hair: Colour
    has_backpack: bool
    backpack: Colour
    has_cap: bool
    cap: Colour

    @property
    def noun(self) -> str:
        """man or woman."""
        return "woman" if self.is_woman else "man"

    @property
    def words(self) -> str:
        """For example: man in a red jacket."""
        article = "an" if self.top_name[0] in "aeiou" else "a"
        return f"{self.noun} in {article} {self.top_name} {self.garment}"


def make_look(rng: np.random.Generator, avoid: tuple[str, ...] = ()) -> Look:
    """A random look; the colours in `avoid` are left to other people, so that a sentence names one person only."""
    is_woman = bool(rng.random() < 0.4)
    names = [name for name in TOPS if name not in avoid] or list(TOPS)
    top_name = names[int(rng.integers(len(names)))]
    trousers = list(TROUSERS.values())[int(rng.integers(len(TROUSERS)))]
    bags: tuple[Colour, ...] = ((40, 40, 44), (60, 50, 120), (90, 70, 40))
    return Look(
        is_woman=is_woman,
        height_m=float(rng.normal(1.66 if is_woman else 1.78, 0.05)),
        build=float(np.clip(rng.normal(1.0, 0.08), 0.86, 1.2)),
        garment=GARMENTS[int(rng.integers(len(GARMENTS)))],
        top_name=top_name,
        top=TOPS[top_name],
        trousers=trousers,
        skin=SKINS[int(rng.choice(4, p=(0.4, 0.3, 0.18, 0.12)))],
        hair=HAIRS[int(rng.integers(len(HAIRS)))],
        has_backpack=bool(rng.random() < 0.2),
        backpack=bags[int(rng.integers(len(bags)))],
        has_cap=bool(rng.random() < 0.15),
        cap=TOPS[list(TOPS)[int(rng.integers(len(TOPS)))]],
    )
