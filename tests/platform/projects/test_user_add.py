import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.factories import ProjectFactory, UserFactory
from vigil.accounts.models import Role, User
from vigil.accounts.selectors import role_of

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("user_add", *arguments, stdout=out)
    return out.getvalue()


def test_a_new_account_gets_a_password_that_works_and_its_role():
    project = ProjectFactory()
    printed = json.loads(run("ada", "--project", project.name, "--role", "reviewer", "--json"))
    user = User.objects.get(username="ada")
    assert user.check_password(printed["password"])
    assert role_of(user=user, project_id=project.pk) == Role.REVIEWER
    assert printed["project"] == project.slug


def test_the_password_can_come_from_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough secret\n"))
    assert "a long enough secret" not in run("ada", "--ask")
    assert User.objects.get(username="ada").check_password("a long enough secret")


def test_an_existing_account_only_gets_its_role():
    user, project = UserFactory(), ProjectFactory()
    before = user.password
    run(user.username, "--project", project.slug, "--role", "viewer")
    user.refresh_from_db()
    assert user.password == before and role_of(user=user, project_id=project.pk) == Role.VIEWER


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ada", "--role", "viewer"], "belong together"),
        (["ada", "--project", "no-such", "--role", "viewer"], "no project 'no-such'"),
        (["not a name!"], "valid username"),
    ],
)
def test_mistakes_are_one_line_with_status_2_and_make_nothing(arguments, said):
    with pytest.raises(CommandError, match=said) as caught:
        run(*arguments)
    assert caught.value.returncode == 2 and "\n" not in str(caught.value)
    assert not User.objects.exists()


def test_a_weak_password_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))
    with pytest.raises(CommandError, match="too short"):
        run("ada", "--ask")
