"""manage.py train: trains a candidate model from everything known now and puts it through the gate."""

import sys
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandError, CommandParser

from ml.contracts import Progress
from vigil.gpu.services.train import train_next
from vigil.gpu.waiting import wait_until_done
from vigil.projects.commands import VigilCommand
from vigil.projects.errors import Conflict, Invalid
from vigil.projects.models import Project
from vigil.projects.selectors import project_by_name
from vigil.projects.work import WorkState
from vigil.retraining.models import TrainingRun
from vigil.retraining.selectors import unfinished_run
from vigil.retraining.services.requests import checked_phases, run_cancel, run_request

LARGEST_SEED = 2**31 - 1


class Command(VigilCommand):
    help = "Trains a candidate model version from the project's videos and answers, and compares it with production."
    example = "manage.py train --project demo --phases 1,2,3 --wait"

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="name or slug of the project")
        parser.add_argument("--profile", default="", help="model profile; default: the project's")
        parser.add_argument("--phases", default="1,2,3", help="which phases to train; the others come from the model")
        parser.add_argument("--seed", type=seed_number, default=0, help="0 to 2147483647 (default: 0)")
        parser.add_argument("--wait", action="store_true", help="wait for the end; without a worker do it here")
        parser.add_argument("--cancel", action="store_true", help="cancel the run that waits or trains, and stop")

    def run(self, **options: Any) -> Any:
        project = project_by_name(name=options["project"])
        if options["cancel"]:
            return self._cancel(project)
        run = self._taken_up(project, options) or self._requested(project, options)
        if options["wait"]:
            self._wait(run)
        return self._report(run)

    def _cancel(self, project: Project) -> dict[str, Any]:
        run = unfinished_run(project=project)
        if run is None:
            raise Conflict(f"project {project.name!r} has no run that waits or trains")
        run_cancel(user=None, run=run)
        self.say(f"training run {run.pk} is cancelled")
        return {"run": run.pk, "state": "cancelled"}

    def _requested(self, project: Project, options: dict[str, Any]) -> TrainingRun:
        run = run_request(
            user=None, project=project, phases=_phases(options["phases"]), profile=options["profile"],
            seed=options["seed"],
        )  # fmt: skip
        known = ", ".join(f"{count} {kind}" for kind, count in run.snapshot.counts.items() if count)
        self.say(f"training run {run.pk} on snapshot {run.snapshot.content_sha256[:12]}: {known}")
        return run

    def _taken_up(self, project: Project, options: dict[str, Any]) -> TrainingRun | None:
        """The run that a stopped or killed command left, if it is the one that is asked for."""
        run = unfinished_run(project=project)
        if run is None:
            return None
        profile = options["profile"] or project.profile
        if (tuple(run.phases), run.profile) != (checked_phases(_phases(options["phases"])), profile):
            phases = ",".join(str(phase) for phase in run.phases)
            raise Conflict(
                f"training run {run.pk} (profile {run.profile}, phases {phases}) is {run.state}; wait for it, or "
                f"end it with: manage.py train --project {project.slug} --cancel"
            )
        self.say(f"training run {run.pk} of before is {run.state}; going on with it")
        return run

    def _wait(self, run: TrainingRun) -> None:
        own = TrainingRun.objects.filter(pk=run.pk)
        with self.progress("train") as bar:
            phase_shown = ""

            def show(progress: Progress) -> None:
                nonlocal phase_shown
                if progress.phase != phase_shown:
                    phase_shown = progress.phase
                    self.say(f"  {progress.phase}: {progress.total_steps} steps") if bar.disable else None
                bar.set_description(progress.phase, refresh=False)
                bar.total, bar.n = progress.total_steps, progress.step
                bar.set_postfix_str(f"loss {progress.loss:.3f}" if progress.loss is not None else "", refresh=False)
                bar.update(0)

            def look() -> None:
                run.refresh_from_db()
                if run.phase:
                    show(Progress(run.phase, run.step, run.total_steps, eta_s=run.eta_s))

            try:
                wait_until_done(own, work=lambda: train_next(runs=own.all(), on_progress=show), on_look=look)
            except KeyboardInterrupt:
                self.stderr.write(f"stopped; the same command goes on with training run {run.pk} where it is")
                sys.exit(130)
        run.refresh_from_db()
        if run.state != WorkState.SUCCEEDED:
            raise CommandError(f"training run {run.pk} {run.state}: {run.error or 'nobody said why'}", returncode=1)

    def _report(self, run: TrainingRun) -> dict[str, Any]:
        run.refresh_from_db()
        model = run.model_version.name if run.model_version else None
        if run.state == WorkState.SUCCEEDED:
            self._say_result(run, model)
        elif run.state == WorkState.QUEUED:
            self.say(f"training run {run.pk} waits for a worker; add --wait to do it here where none runs")
        return {
            "run": run.pk,
            "state": run.state,
            "model": model,
            "model_state": run.model_version.state if run.model_version else None,
            "snapshot": run.snapshot.content_sha256,
            "counts": run.counts,
            "gate": run.gate,
        }

    def _say_result(self, run: TrainingRun, model: str | None) -> None:
        seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at and run.started_at else 0.0
        self.say(f"training run {run.pk} made {model} in {seconds:.0f} s")
        for reason in run.gate.get("verdict", {}).get("reasons", []):
            self.say(f"  gate: {reason}")
        if run.gate.get("promoted_as_first"):
            self.say(
                f"  {model} is the project's first model and is now in production; prelabel --wait renews the videos"
            )
        elif run.model_version is not None:
            self.say(f"  promote it with: manage.py promote --project {run.project.slug} {model}")


def seed_number(text: str) -> int:
    """A seed that the database can hold."""
    if not (text.isascii() and text.isdecimal()) or int(text[:11]) > LARGEST_SEED:
        raise ArgumentTypeError(f"{text[:20]!r} is not a seed; give a whole number from 0 to {LARGEST_SEED}")
    return int(text)


def _phases(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise Invalid(f"--phases {text!r} is not a list of numbers; write it as 1,2,3") from None
