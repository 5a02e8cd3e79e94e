"""Makes an account, or changes its role in a project."""

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db import transaction

from vigil.accounts.models import Role, User
from vigil.accounts.services import membership_set, password_generated, user_create
from vigil.projects.commands import VigilCommand
from vigil.projects.errors import Invalid
from vigil.projects.selectors import project_by_name


class Command(VigilCommand):
    help = "Make an account (with --project and --role: and give it that role; an existing account gets the role)."
    example = "manage.py user_add ada --project 'City cameras' --role annotator"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the person logs in with")
        parser.add_argument("--project", help="name or slug of a project")
        parser.add_argument("--role", choices=[role.value for role in Role], help="the role in that project")
        parser.add_argument("--admin", action="store_true", help="may do everything in every project")
        parser.add_argument("--ask", action="store_true", help="ask for the password instead of generating one")

    @transaction.atomic
    def run(self, **options: Any) -> dict[str, Any]:
        if bool(options["project"]) != bool(options["role"]):
            raise Invalid("--project and --role belong together; give both or neither")
        project = project_by_name(name=options["project"]) if options["project"] else None
        user = User.objects.filter(username=options["name"]).first()
        password = None
        if user is None:
            user, password = _account(options["name"], is_admin=options["admin"], asks=options["ask"])
        elif project is None:
            raise Invalid(
                f"there is already an account {user.username!r}; give --project and --role to change its role"
            )
        if project is not None:
            membership_set(user=user, project_id=project.pk, role=Role(options["role"]))
        shown = None if options["ask"] else password
        self.say(f"account {user.username}" + (f", password {shown}" if shown else ""))
        if project is not None:
            self.say(f"{user.username} is {options['role']} in {project.name}")
        return {"name": user.username, "password": shown, "project": project and project.slug, "role": options["role"]}


def _account(name: str, *, is_admin: bool, asks: bool) -> tuple[User, str]:
    """A new account and its password, both checked by Django's rules."""
    password = _password_asked(name) if asks else password_generated()
    try:
        User.username_validator(name)
        validate_password(password, User(username=name))
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    return user_create(name=name, password=password, is_superuser=is_admin), password


def _password_asked(name: str) -> str:
    """Typed twice at a terminal, or one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("Again: ") != password:
        raise Invalid("the two passwords differ; start again")
    return password
