"""The formats that a dataset can be written in, by the name that people type."""

from collections.abc import Callable

from django.utils.translation import gettext_noop

from vigil.interop.export_request import ExportTarget
from vigil.interop.formats import label_studio, llava, sharegpt

FORMATS: dict[str, Callable[[ExportTarget], int]] = {
    "llava": llava.write,
    "sharegpt": sharegpt.write,
    "label_studio": label_studio.write,
}
TITLES = {
    "llava": gettext_noop("LLaVA / Video-LLaMA conversations"),
    "sharegpt": gettext_noop("ShareGPT for LLaMA-Factory"),
    "label_studio": gettext_noop("Label Studio tasks"),
}
DESCRIPTIONS = {
    "llava": gettext_noop(
        "One conversation a clip, times as text; for fine-tuning video language models of the LLaVA family."
    ),
    "sharegpt": gettext_noop(
        "The same conversations as messages, with dataset_info.json; put the folder into LLaMA-Factory."
    ),
    "label_studio": gettext_noop(
        "Every video with the model's pre-labels and people's annotations, and the configuration."
    ),
}
