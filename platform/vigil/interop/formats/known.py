"""The formats that a dataset can be written in, by the name that people type."""

from collections.abc import Callable

from vigil.interop.export_request import ExportTarget
from vigil.interop.formats import label_studio, llava, sharegpt

FORMATS: dict[str, Callable[[ExportTarget], int]] = {
    "llava": llava.write,
    "sharegpt": sharegpt.write,
    "label_studio": label_studio.write,
}
TITLES = {
    "llava": "LLaVA / Video-LLaMA conversations",
    "sharegpt": "ShareGPT for LLaMA-Factory",
    "label_studio": "Label Studio tasks",
}
DESCRIPTIONS = {
    "llava": "One conversation a clip, times as text; for fine-tuning video language models of the LLaVA family.",
    "sharegpt": "The same conversations as messages, with dataset_info.json; put the folder into LLaMA-Factory.",
    "label_studio": "Every video with the model's pre-labels and people's annotations, and the configuration.",
}
