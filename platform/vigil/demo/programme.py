"""The demo footage, video by video: camera, light, what happens, and which split its camera belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vigil.demo.events.abandoned_object import abandoned_object
from vigil.demo.events.collision import bay_crash, cyclist_hit, post_hit, rear_end
from vigil.demo.events.falling import falling
from vigil.demo.events.fighting import fighting
from vigil.demo.events.fire import fire
from vigil.demo.events.wrong_way import wrong_way
from vigil.demo.scenes.avenue import avenue
from vigil.demo.scenes.crossing import crossing
from vigil.demo.scenes.parking_lot import parking_lot
from vigil.demo.scenes.plaza import plaza
from vigil.demo.scenes.scene import Scene
from vigil.demo.scenes.station import station
from vigil.demo.scenes.yard import yard
from vigil.demo.stage import Script, Stage

ANOMALIES: dict[str, tuple[str, Callable[[Stage, float], Script]]] = {
    "fight": ("Fighting", fighting),
    "fall": ("Falling", falling),
    "bag": ("AbandonedObject", abandoned_object),
    "fire": ("Fire", fire),
    "wrong_way": ("WrongWay", wrong_way),
    "rear_end": ("Collision", rear_end),
    "bay_crash": ("Collision", bay_crash),
    "cyclist": ("Collision", cyclist_hit),
    "post": ("Collision", post_hit),
}


@dataclass(frozen=True)
class CameraPlan:
    """One camera: all its videos lie in one split."""

    group: str
    scene: Callable[[bool, bool], Scene]
    mirrored: bool
    split: str


@dataclass(frozen=True)
class VideoPlan:
    """One video."""

    camera: CameraPlan
    number: int
    duration_s: float
    is_dark: bool
    anomalies: tuple[tuple[str, float], ...] = ()
    """What goes wrong, and at about which second."""
    everyday: tuple[tuple[str, float], ...] = ()
    """Harmless things that happen."""

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.camera.group}_{self.number:02d}.mp4"

    @property
    def label(self) -> str:
        """normal, or the class of its anomalies."""
        return ANOMALIES[self.anomalies[0][0]][0] if self.anomalies else "normal"


CAR_PARK_W = CameraPlan("car_park_west", parking_lot, False, "train")
CAR_PARK_E = CameraPlan("car_park_east", parking_lot, True, "train")
HIGH_ST_MILL = CameraPlan("high_street_mill_road", crossing, False, "train")
HIGH_ST_PARK = CameraPlan("high_street_park_road", crossing, True, "test")
MARKET_N = CameraPlan("market_square_north", plaza, False, "train")
MARKET_S = CameraPlan("market_square_south", plaza, True, "test")
PLATFORM_1 = CameraPlan("platform_1", station, False, "train")
PLATFORM_2 = CameraPlan("platform_2", station, True, "test")
AVENUE = CameraPlan("station_avenue", avenue, False, "train")
YARD = CameraPlan("depot_yard", yard, False, "train")

PROGRAMME: tuple[VideoPlan, ...] = (
    VideoPlan(CAR_PARK_W, 1, 33, False, (), (("parking", 12), ("chatting", 14))),
    VideoPlan(CAR_PARK_W, 2, 33, False, (("bay_crash", 14),), (("sitting", 8),)),
    VideoPlan(CAR_PARK_W, 3, 35, False, (("fire", 11),), (("pulling_out", 5),)),
    VideoPlan(CAR_PARK_E, 1, 30, True, (), (("pulling_out", 6), ("phoning", 14))),
    VideoPlan(CAR_PARK_E, 2, 31, True, (("fall", 12),), (("parking", 24),)),
    VideoPlan(CAR_PARK_E, 3, 32, False, (("post", 15),), (("running", 6),)),
    VideoPlan(HIGH_ST_MILL, 1, 33, False, (), (("bus_stopping", 14), ("cycling", 5), ("running", 24))),
    VideoPlan(HIGH_ST_MILL, 2, 32, False, (("rear_end", 12),), (("phoning", 5),)),
    VideoPlan(HIGH_ST_MILL, 3, 31, True, (("wrong_way", 15),), (("bag_rest", 6),)),
    VideoPlan(MARKET_N, 1, 33, False, (), (("hugging", 9), ("bag_rest", 13), ("sitting", 5))),
    VideoPlan(MARKET_N, 2, 33, False, (("fight", 13),), (("sitting", 6),)),
    VideoPlan(MARKET_N, 3, 35, True, (("bag", 11),), (("chatting", 24),)),
    VideoPlan(MARKET_N, 4, 30, True, (), (("running", 7), ("tying_a_shoe", 11), ("steaming", 18))),
    VideoPlan(PLATFORM_1, 1, 32, False, (), (("sitting", 6), ("bag_rest", 10), ("hugging", 16))),
    VideoPlan(PLATFORM_1, 2, 32, True, (("fight", 12),), (("phoning", 4),)),
    VideoPlan(PLATFORM_1, 3, 33, False, (("bag", 10),), (("tying_a_shoe", 27),)),
    VideoPlan(PLATFORM_1, 4, 30, False, (("fall", 13),), (("running", 5),)),
    VideoPlan(AVENUE, 1, 32, False, (), (("cycling", 6), ("steaming", 12), ("running", 20))),
    VideoPlan(AVENUE, 2, 32, True, (("wrong_way", 14),), (("phoning", 5),)),
    VideoPlan(AVENUE, 3, 32, False, (("cyclist", 14),), (("chatting", 4),)),
    VideoPlan(YARD, 1, 30, True, (), (("phoning", 10), ("steaming", 16))),
    VideoPlan(YARD, 2, 33, True, (("fire", 10),), ()),
    VideoPlan(YARD, 3, 48, False, (("fight", 12), ("fight", 34)), (("running", 25),)),
    VideoPlan(HIGH_ST_PARK, 1, 32, False, (), (("bus_stopping", 12), ("cycling", 22))),
    VideoPlan(HIGH_ST_PARK, 2, 32, False, (("rear_end", 13),), (("sitting", 5),)),
    VideoPlan(HIGH_ST_PARK, 3, 30, False, (("wrong_way", 14),), ()),
    VideoPlan(MARKET_S, 1, 33, False, (("fight", 12),), (("sitting", 5),)),
    VideoPlan(MARKET_S, 2, 33, False, (("bag", 10),), (("hugging", 26),)),
    VideoPlan(MARKET_S, 3, 32, True, (), (("hugging", 9), ("bag_rest", 14), ("steaming", 20))),
    VideoPlan(PLATFORM_2, 1, 32, False, (("fall", 12),), (("sitting", 20),)),
    VideoPlan(PLATFORM_2, 2, 32, True, (("fire", 10),), ()),
    VideoPlan(PLATFORM_2, 3, 30, False, (), (("bag_rest", 8), ("chatting", 12), ("tying_a_shoe", 20))),
)
"""Every class is in the train split; about half of the videos are normal; no camera is in two splits."""
