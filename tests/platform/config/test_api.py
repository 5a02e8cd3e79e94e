"""The committed description of the API, from which the workbench's types are made, is that of the server."""

import io

from django.core.management import call_command

from vigil.config.env import ROOT

OPENAPI = ROOT / "platform" / "workbench" / "openapi.json"


def test_openapi_json_is_what_the_server_describes() -> None:
    described = io.StringIO()
    call_command(
        "export_openapi_schema",
        api="vigil.config.api.api",
        sort_keys=True,
        indent=1,
        stdout=described,
        skip_checks=True,
    )
    assert OPENAPI.read_text(encoding="utf-8") == described.getvalue().rstrip("\n"), "run: make api"
