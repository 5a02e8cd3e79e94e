"""What a label is called in the reader's language."""

from django.utils.translation import get_language

from annotation_templates.loading import load_template
from vigil.projects.models import Project


def label_title(name: str, project: Project) -> str:
    """The title that the project's template gives the label, else its name."""
    template = load_template(project.template)
    # Django writes language codes in lower case, templates as the standard does (zh-Hans).
    spoken = (get_language() or "en").lower()
    language = next((code for code in template.languages if code.lower() == spoken), "en")
    return template.label(name).title(language)
