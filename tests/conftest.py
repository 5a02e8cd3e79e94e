"""One embedded PostgreSQL for the whole test run, in a home of its own.

`DATABASE_URL` and `VIGIL_HOME` are set here before Django reads its settings. What the tests write there need not
survive a power cut, so the server does not wait for the disk.
"""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

# As manage.py does: threads of torch that spin take the cores from the processes beside them.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
if "VIGIL_TEST_HOME_READY" not in os.environ:
    home = Path(tempfile.mkdtemp(prefix="vigil-test-"))
    os.environ["VIGIL_TEST_HOME_READY"] = os.environ["VIGIL_HOME"] = str(home)
    (home / "static").mkdir()  # where `up` collects static files; whitenoise warns when there is no such folder
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    # Child processes that tests start (commands, workers) find Vigil as a checkout has it.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    if not os.environ.get("DATABASE_URL"):
        from vigil.config.embedded import postgres_url

        os.environ["DATABASE_URL"] = postgres_url(home, is_durable=False)

os.environ["DJANGO_SETTINGS_MODULE"] = "vigil.config.settings"

from vigil.config.texts import catalogues_compile  # noqa: E402 - found through the path set above

catalogues_compile()

import django  # noqa: E402 - the settings read what is set above

django.setup()

import pytest  # noqa: E402
from django.utils import translation  # noqa: E402


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every test begins in English: the language of a request that a test made stays with the thread."""
    translation.deactivate()
    yield
    translation.deactivate()
