"""Annotation templates by name: a taxonomy of labels with the questions and answers of its instructions.

A template is a folder here with `taxonomy.yaml` and `instructions.yaml`. Both the platform (hotkeys, colours,
exports) and `ml` (phase 3, the explainer) read it through this module, which needs neither Django nor torch.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from annotation_templates.checking import (
    HOTKEYS,
    Mapping_,
    TemplateError,
    checked_colour,
    checked_keys,
    checked_mapping,
    checked_strings,
    checked_text,
)
from annotation_templates.rendering import compiled_sentence
from annotation_templates.template import EXPLANATION, QUESTION_KINDS, AnnotationTemplate, Label, Sentence

TEMPLATES_DIR = Path(__file__).parent
