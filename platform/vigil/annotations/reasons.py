"""Why a question is asked, in the language of who is asked."""

from django.utils.translation import get_language

from annotation_templates.loading import load_template
from vigil.annotations.models import Question
from vigil.projects.sentences import from_json


def reason_shown(question: Question) -> str:
    """The reason with the labels' titles; in English where that is the language, or where only English is known."""
    language = get_language() or "en"
    if language == "en" or not question.reason_parts:
        return question.reason
    template = load_template(question.video.project.template)
    language = next((code for code in template.languages if code.lower() == language.lower()), "en")
    shown = {"label": lambda name: template.label(name).title(language)}
    told = [one.told(shown) for one in from_json(question.reason_parts)]
    # Chinese sentences end with a mark of full width, behind which no space stands.
    return "".join(one if one.endswith("。") else f"{one} " for one in told).strip()
