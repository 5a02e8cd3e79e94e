"""`manage.py doctor`: what is missing or misconfigured on this machine, and how to mend it."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from vigil.config.doctor import machine, services
from vigil.config.doctor.verdict import Verdict
from vigil.projects.commands import VigilCommand

CHECKS: list[Callable[[], Verdict]] = [
    machine.python,
    machine.packages,
    machine.home,
    machine.disk,
    services.postgres,
    services.migrations,
    services.broker,
    services.port,
    machine.workbench,
    machine.decoders,
    machine.encoder_weights,
    machine.pretrained_weights,
    machine.gpu,
    machine.chromium,
    services.deployment,
]


class Command(VigilCommand):
    help = "Checks this machine: one line a check, ok, warn or fail, with the cure. Exit status 1 when one fails."
    example = "manage.py doctor"
    requires_system_checks: list[str] = []
    needs_tables = False

    def run(self, **options: Any) -> dict[str, Any]:
        verdicts: list[Verdict] = []
        for check in CHECKS:
            verdict = check()
            verdicts.append(verdict)
            self.say(
                f"{verdict.state:<5} {verdict.name}: {verdict.said}" + (f" -> {verdict.cure}" if verdict.cure else "")
            )
        self.is_well = all(verdict.state != "fail" for verdict in verdicts)
        return {"ok": self.is_well, "checks": [asdict(v) for v in verdicts]}

    def handle(self, *args: Any, **options: Any) -> None:
        self.is_well = True
        super().handle(*args, **options)
        if not self.is_well:
            sys.exit(1)
