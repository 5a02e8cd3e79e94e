import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from tests.factories import MembershipFactory, ProjectFactory, UserFactory
from vigil.accounts.models import Role


def rendered(source: str, **context) -> str:
    return Template("{% load page_parts %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("duration_ms", "text"), [(0, "0:00"), (59_400, "0:59"), (61_000, "1:01"), (3_723_000, "1:02:03"), (None, "")]
)
def test_clock(duration_ms, text):
    assert rendered("{{ value|clock }}", value=duration_ms) == text


def test_an_asset_that_is_not_built_leaves_the_page_working():
    assert "is not built" in rendered("{% built_asset 'src/no_such_entry.ts' %}")


@pytest.mark.parametrize(("cookie", "theme"), [("vigil-dark", "vigil-dark"), ('"><script>', ""), ("", "")])
def test_theme_comes_from_the_cookie_through_an_allow_list(cookie, theme):
    request = RequestFactory().get("/")
    request.COOKIES["vigil_theme"] = cookie
    assert rendered("{% theme_chosen %}", request=request) == theme


def test_address_with_changes_one_parameter_and_restarts_paging():
    request = RequestFactory().get("/?split=test&page=3&sort=name")
    assert rendered("{% address_with sort='score' %}", request=request) == "?split=test&amp;sort=score"
    assert rendered("{% address_with split=None %}", request=request) == "?sort=name"


@pytest.mark.django_db
def test_may_follows_the_role():
    membership = MembershipFactory(role=Role.ANNOTATOR)
    source = "{% may 'annotator' project as yes %}{% may 'manager' project as no %}{{ yes }} {{ no }}"
    assert rendered(source, user=membership.user, project=membership.project) == "True False"
    assert rendered(source, user=UserFactory(), project=membership.project) == "False False"


@pytest.mark.django_db
def test_labels_carry_their_titles_in_the_readers_language():
    project = ProjectFactory()
    assert rendered("{{ 'AbandonedObject'|titled:project }}", project=project) == "Abandoned object"
    with translation.override("zh-hans"):
        assert rendered("{{ 'Fighting'|titled:project }}", project=project) == "打斗"
        assert rendered("{{ 'Juggling'|titled:project }}", project=project) == "Juggling"
