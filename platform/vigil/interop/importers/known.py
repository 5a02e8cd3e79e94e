"""The formats that annotations can be read from, by the name that people type."""

from collections.abc import Callable
from pathlib import Path

from vigil.interop.importers import activitynet, label_studio
from vigil.interop.importers.reading import Reading, ReadingOptions

IMPORTERS: dict[str, Callable[[Path, ReadingOptions], Reading]] = {
    "label_studio": label_studio.read,
    "activitynet": activitynet.read,
}
