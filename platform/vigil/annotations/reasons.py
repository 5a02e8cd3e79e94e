"""Why a question is asked, in the language of who is asked."""

from django.utils.translation import get_language

from vigil.annotations.models import Question
from vigil.projects.label_titles import label_title
from vigil.projects.sentences import from_json


def reason_shown(question: Question) -> str:
    """The reason with the labels' titles; in English where that is the language, or where only English is known."""
    if get_language() in (None, "en") or not question.reason_parts:
        return question.reason
    project = question.video.project
    shown = {"label": lambda name: label_title(name, project)}
    told = [one.told(shown) for one in from_json(question.reason_parts)]
    # Chinese sentences end with a mark of full width, behind which no space stands.
    return "".join(one if one.endswith("。") else f"{one} " for one in told).strip()
