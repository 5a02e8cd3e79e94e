"""How long a person waits to find something: a list of 10,000 videos, 100,000 sentences, 1,000,000 moments.

`python -m benchmarks.finding [CLIPS]`; fewer clips make the index of moments sooner.
"""

import atexit
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="vigil-bench-finding-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ |= {"VIGIL_HOME": str(HOME), "DJANGO_SETTINGS_MODULE": "vigil.config.settings", "VIGIL_DEMO": "0"}

import django  # noqa: E402 - the settings read what is set above
import numpy as np  # noqa: E402

from vigil.config.embedded import postgres_url  # noqa: E402

os.environ["DATABASE_URL"] = postgres_url(HOME, is_durable=False)
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.figure import Figure, figures_print  # noqa: E402
from ml.contracts import ClipEmbeddings  # noqa: E402
from vigil.accounts.models import Role, User  # noqa: E402
from vigil.accounts.services import membership_set  # noqa: E402
from vigil.finding.search import sentences_found  # noqa: E402
from vigil.predictions.embeddings import embeddings_store  # noqa: E402
from vigil.predictions.models import EMBEDDING_WIDTH, Prediction  # noqa: E402
from vigil.predictions.similar import moments_like  # noqa: E402
from vigil.projects.models import Project  # noqa: E402
from vigil.projects.services import project_create  # noqa: E402
from vigil.registry.models import ModelState, ModelVersion  # noqa: E402
from vigil.videos.models import Video  # noqa: E402

VIDEOS, SENTENCES, CLIPS = 10_000, 100_000, 1_000_000
REPEATS = 15
KINDS = 4000
"""Of moments: each clip lies beside one of them, as in footage, where the same things happen again."""
SEED_VIDEOS = """
INSERT INTO videos_video (project_id, name, sha256, size_bytes, original, weak_label, classes, "group", split,
    duration_ms, start_ms, width, height, fps, frame_count, is_variable_rate, codec, probe, imported_at, recorded_at,
    state, error, attempts, created_at, claimed_by, progress)
SELECT %(project)s, 'camera_' || n %% 80 || '_' || n || '.mp4', md5(n::text), 1, 'x', 'unknown',
    '[]', 'Camera ' || n %% 80, 'train', 600000, 0, 640, 360, 25, 15000, false, 'h264', '{}', now(),
    timestamptz '2023-10-05' + n * interval '11 minutes', 'succeeded', '', 0, now(), '', 1
FROM generate_series(1, %(videos)s) AS n
"""
SEED_PREDICTIONS = """
INSERT INTO predictions_prediction (video_id, model_version_id, created_at, clip_start_ms, clip_end_ms, raw, long,
    short, fused, judgement, timing)
SELECT v.id, %(version)s, now(), starts.at, starts.at, scores.of, scores.of, scores.of, scores.of,
    jsonb_build_object('is_abnormal', v.id %% 5 = 0, 'text', 'No.'), '{}'
FROM videos_video v,
    LATERAL (SELECT array_agg(2000 * n) AS at FROM generate_series(0, 299) AS n) AS starts,
    LATERAL (SELECT array_agg(((clip.id * 7919 + clip.n * 104729) %% 997 / 1000.0)::float8 ^ 3) AS of
        FROM (SELECT n, v.id FROM generate_series(0, 299) AS n) AS clip) AS scores
"""
SEED_ANNOTATIONS = """
INSERT INTO annotations_annotation (video_id, user_id, is_frozen_truth, state, is_fully_watched, revision,
    said_revision, spent_ms, created_at, updated_at, submitted_at)
SELECT id, %(user)s, false, CASE WHEN id %% 3 = 0 THEN 'submitted' ELSE 'draft' END, false, 1, 1, 0, now(), now(), now()
FROM videos_video
"""
SEED_QUESTIONS = """
INSERT INTO annotations_question (video_id, kind, start_ms, end_ms, priority, reason, reason_parts, state,
    created_at)
SELECT id, 'verify', 0, 1000, 1, '', '[]', CASE WHEN id %% 2 = 0 THEN 'open' ELSE 'answered' END, now()
FROM videos_video
"""
SEED_SENTENCES = """
INSERT INTO annotations_segment (annotation_id, key, start_ms, end_ms, label, explanation, outcome, draft_explanation,
    dialogue)
SELECT a.id, gen_random_uuid(), 1000 * n, 1000 * n + 900, 'Fighting',
    (ARRAY['Two men', 'A woman', 'A guard', 'Somebody', '两名男子', '一名保安'])[1 + (a.id + n) %% 6] || ' ' ||
    (ARRAY['push each other', 'runs away', 'paints the wall', 'falls', '在出口附近打架', '快步跑开'])
        [1 + (a.id / 6 + n) %% 6] ||
    ' near ' || md5((a.id * 11 + n)::text) || '.', 'manual', '', '[]'
FROM annotations_annotation a, generate_series(1, %(each)s) AS n
"""
ILIKE = "SELECT count(*) FROM annotations_segment WHERE explanation ILIKE %s AND explanation ILIKE %s"
EXACT = "SELECT id FROM predictions_clipembedding ORDER BY embedding <#> %s LIMIT 10"


def main(clips: int) -> None:
    call_command("migrate", verbosity=0)
    project = project_create(name="Finding", user=None)
    user = User.objects.create_user("bench", password="never used here")
    membership_set(user=user, project_id=project.pk, role=Role.REVIEWER)
    version = ModelVersion.objects.create(
        project=project, number=1, profile="tiny", artefact="x", artefact_sha256="0", state=ModelState.PRODUCTION
    )
    fill(project, user, version)
    figures_print([*page_figures(user), *search_figures(project, user), *similar_figures(version, clips)])


def fill(project: Project, user: User, version: ModelVersion) -> None:
    given = {"project": project.pk, "videos": VIDEOS, "user": user.pk, "version": version.pk}
    with connection.cursor() as cursor:
        for statement in (SEED_VIDEOS, SEED_PREDICTIONS, SEED_ANNOTATIONS, SEED_QUESTIONS, SEED_SENTENCES):
            cursor.execute(statement, {**given, "each": SENTENCES // VIDEOS})
        cursor.execute("ANALYZE")
    told("rows are in")


def median_ms(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    work()
    times = []
    for _ in range(repeats):
        started_s = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started_s))
    return statistics.median(times)


def page_figures(user: User) -> list[Figure]:
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    queries = {
        "as it opens": "",
        "by score": "?sort=score",
        "three filters": "?labelled=no&questions=yes&judged=abnormal",
    }
    queries |= {"calendar": "?view=calendar", "cameras": "?view=cameras"}
    figures = []
    for name, query in queries.items():
        spent_ms = median_ms(lambda query=query: opened(client, f"/projects/finding/{query}"))
        figures.append(
            Figure(f"page of 10,000 videos, {name}", round(spent_ms), "ms", "", "under 1000 ms", spent_ms < 1000)
        )
    told("pages are measured")
    return figures


def opened(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")


def search_figures(project: Project, user: User) -> list[Figure]:
    figures = []
    for name, text in {"English": "guard paints", "Chinese": "保安打架", "one rare word": "c4ca"}.items():
        spent_ms = median_ms(lambda text=text: sentences_found(project=project, user=user, model=None, text=text))
        words = text.split() if " " in text else [text[:2], text[2:]]
        scanned_ms = median_ms(lambda words=words: rows(ILIKE, [f"%{word}%" for word in words]))
        against = f"counting by ILIKE, unranked: {scanned_ms:.0f} ms, {scanned_ms / spent_ms:.1f}x"
        figures.append(
            Figure(
                f"search of 100,000 sentences, {name}",
                round(spent_ms, 1),
                "ms",
                against,
                "under 250 ms",
                spent_ms < 250,
            )
        )
    told("searches are measured")
    return figures


def rows(statement: str, given: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def similar_figures(version: ModelVersion, clips: int) -> list[Figure]:
    videos = list(Video.objects.order_by("pk")[: max(1, clips // 300)])
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX clip_embedding_nearest")
        started_s = time.perf_counter()
        stored = sum(store(video, version, seed) for seed, video in enumerate(videos))
        stored_s = time.perf_counter() - started_s
        told(f"{stored} clips are in")
        started_s = time.perf_counter()
        cursor.execute("SET maintenance_work_mem = '2GB'")
        cursor.execute("SET max_parallel_maintenance_workers = 0")
        cursor.execute(
            "CREATE INDEX clip_embedding_nearest ON predictions_clipembedding USING hnsw (embedding halfvec_ip_ops)"
        )
        cursor.execute("ANALYZE predictions_clipembedding")
        built_s = time.perf_counter() - started_s
    told("the index is made")
    asked = videos[:: max(1, len(videos) // 20)][:20]
    places = iter(asked * REPEATS)
    near_ms = median_ms(lambda: moments_like(video=next(places), start_ms=100_000, end_ms=104_000), len(asked))
    one_clip = "SELECT embedding::text FROM predictions_clipembedding WHERE video_id = %s AND clip = 50"
    wanted = [rows(one_clip, [one.pk])[0][0] for one in asked]
    found, exact_ms = recall(wanted)
    size = f"{stored:,} clips"
    return [
        Figure(f"moments alike among {size}", round(near_ms, 1), "ms", "", "under 200 ms", near_ms < 200),
        Figure("faster than the exact scan", round(exact_ms / near_ms, 1), "x", f"exact scan: {exact_ms:.0f} ms"),
        Figure("recall@10 of the index", round(found, 3), "", "exact scan", "over 0.9", found > 0.9),
        Figure("clips stored a second, without the index", round(stored / stored_s), "clips/s"),
        Figure(f"index of {size} made", round(built_s), "s"),
    ]


def store(video: Video, version: ModelVersion, seed: int) -> int:
    numbers = np.random.default_rng(seed)
    kinds = np.random.default_rng(7).normal(size=(KINDS, EMBEDDING_WIDTH))
    near = kinds[numbers.integers(0, KINDS, 300)] + 0.4 * numbers.normal(size=(300, EMBEDDING_WIDTH))
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    prediction = Prediction(video=video, model_version=version)
    prediction.clip_start_ms = list(range(0, 600_000, 2000))
    prediction.clip_end_ms = list(range(2000, 602_000, 2000))
    return embeddings_store(
        prediction=prediction, embeddings=ClipEmbeddings(EMBEDDING_WIDTH, near.astype("<f2").tobytes())
    )


def recall(wanted: list[str]) -> tuple[float, float]:
    """Of the ten nearest clips by scanning all, the share that the index finds; milliseconds of a scan."""
    shares, times = [], []
    with connection.cursor() as cursor:
        for embedding in wanted:
            cursor.execute("SET enable_indexscan = off")
            started_s = time.perf_counter()
            exact = {row[0] for row in rows(EXACT, [embedding])}
            times.append(1000 * (time.perf_counter() - started_s))
            cursor.execute("SET enable_indexscan = on")
            cursor.execute("SET hnsw.ef_search = 240")
            shares.append(len(exact & {row[0] for row in rows(EXACT, [embedding])}) / 10)
    return statistics.mean(shares), statistics.median(times)


def told(words: str) -> None:
    sys.stderr.write(f"finding: {words}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CLIPS)
