"""`manage.py import_videos`: brings files and folders into a project and waits until they are ready."""

import json
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from vigil.projects.commands import VigilCommand
from vigil.projects.services import project_get_or_create
from vigil.projects.work import WorkState
from vigil.videos.models import Video
from vigil.videos.services import ImportReport, videos_import
from vigil.videos.waiting import quarantined, videos_wait


class Command(VigilCommand):
    help = "Imports video files and folders into a project, which is made if it is new, and makes them ready to watch."
    example = "manage.py import_videos --project gate footage/ --labels footage/labels.csv"

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a video file, or a folder of them")
        parser.add_argument("--project", required=True, metavar="P", help="name of the project; made if it is new")
        parser.add_argument(
            "--labels",
            metavar="CSV",
            help="file,label[,split[,group[,recorded_at]]]; label: normal, abnormal or the name of a class",
        )
        parser.add_argument(
            "--no-wait", action="store_true", help="return once the files are in, before they are ready"
        )

    def run(self, **options: Any) -> dict[str, Any]:
        try:
            return self._import_and_wait(options)
        except KeyboardInterrupt as interrupt:
            stopped = "stopped; what came in is kept and will be made ready by a worker or by the same command again"
            raise CommandError(stopped, returncode=128 + signal.SIGINT) from interrupt

    def _import_and_wait(self, options: dict[str, Any]) -> dict[str, Any]:
        project, is_new = project_get_or_create(name=options["project"])
        if is_new:
            self.say(f"made project {project.name!r}")
        report = self._import(project, options)
        videos = list(
            Video.objects.filter(import_items__job_id=report.import_id).distinct().values_list("pk", flat=True)
        )
        if not options["no_wait"]:
            with self.progress("making ready", len(videos)) as bar:
                videos_wait(video_ids=videos, on_done=lambda done, _: bar.update(done - bar.n))
        return self._told(report, videos)

    def _import(self, project: Any, options: dict[str, Any]) -> ImportReport:
        with self.progress("importing") as bar:

            def show(_done: int, total: int, name: str) -> None:
                bar.total = total
                bar.set_postfix_str(name[-30:], refresh=False)
                bar.update()

            return videos_import(
                project=project, paths=options["paths"], labels_csv=options["labels"], on_progress=show
            )

    def _told(self, report: ImportReport, videos: list[int]) -> dict[str, Any]:
        """Prints the report for people and gives it for machines."""
        ready = Video.objects.filter(import_items__job_id=report.import_id, import_items__outcome="imported")
        failed = quarantined(videos)
        result = {
            "imported": report.imported,
            "duplicate": report.duplicate,
            "refused": [vars(refusal) for refusal in report.refused],
            "processed": ready.filter(state=WorkState.SUCCEEDED).distinct().count(),
            "quarantined": [{"file": name, "reason": reason} for name, reason in failed],
            "notices": report.notices,
        }
        for notice in report.notices:
            self.say(f"note: {notice}")
        for refusal in report.refused:
            self.say(f"refused {refusal.file}: {refusal.reason}")
        for name, reason in failed:
            self.say(f"quarantined {name}: {reason}")
        counts = ("imported", "duplicate", "processed")
        self.say(
            ", ".join(f"{result[name]} {name}" for name in counts)
            + f", {len(report.refused)} refused, {len(failed)} quarantined"
        )
        if not report.imported and not report.duplicate:
            if self.as_json:
                self.stdout.write(json.dumps(result, ensure_ascii=False))
            raise CommandError("nothing could be imported; see the reasons above", returncode=2)
        return result
