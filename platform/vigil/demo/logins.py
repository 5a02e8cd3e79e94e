"""The demo's logins: generated once, kept in a file that only its owner may read."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from vigil.accounts.models import Role
from vigil.accounts.services import password_generated

NAMES = {"admin": Role.OWNER, "reviewer": Role.REVIEWER, "annotator": Role.ANNOTATOR}


@dataclass(frozen=True)
class Login:
    """One person of the demo."""

    name: str
    password: str

    @property
    def role(self) -> Role:
        """Their role in the demo project."""
        return NAMES[self.name]


def logins_kept(path: Path) -> list[Login]:
    """The logins in `path`, which is made with mode 0600 at the first call."""
    if not path.exists():
        logins = [Login(name, password_generated()) for name in NAMES]
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump([asdict(login) for login in logins], file)
        part.replace(path)
    return [Login(**login) for login in json.loads(path.read_text())]
