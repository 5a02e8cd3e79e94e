"""The compose file and the Dockerfile against the files, settings and commands that they name."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from vigil.config.celery import app
from vigil.config.env import read_env

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / "docker" / ".env.example").read_text().splitlines()
    if line and not line.startswith("#")
)
BUILT = [name for name, service in SERVICES.items() if "build" in service]


def test_the_services_of_the_design_are_there() -> None:
    assert {"postgres", "valkey", "web", "worker-cpu", "worker-gpu", "beat", "migrate"} <= set(SERVICES)


@pytest.mark.parametrize("name", BUILT)
def test_each_built_service_has_a_target_and_its_dockerfile(name: str) -> None:
    build = SERVICES[name]["build"]
    assert (ROOT / "docker" / build["context"] / build["dockerfile"]).resolve() == ROOT / "docker" / "Dockerfile"
    assert f" AS {build['target']}\n" in DOCKERFILE
    assert SERVICES[name]["image"] == f"vigil/{build['target']}"


def test_everything_copied_exists_and_reaches_the_builder() -> None:
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )?(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert "platform/vigil" in sources and "requirements/lock.txt" in sources
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(source == name or source.startswith(f"{name}/") for name in allowed), source


def test_images_do_not_run_as_root() -> None:
    for stage in ("web", "worker-cpu", "worker-gpu"):
        assert f"FROM base AS {stage}\n" in DOCKERFILE
    base = DOCKERFILE.split("FROM python:${PYTHON} AS base")[1].split("FROM base")[0]
    assert "\nUSER vigil\n" in base
    assert "USER root" not in DOCKERFILE


@pytest.mark.parametrize("name", SERVICES)
def test_services_wait_for_services_that_exist_and_can_say_that_they_are_ready(name: str) -> None:
    for other, wish in SERVICES[name].get("depends_on", {}).items():
        assert other in SERVICES
        if wish["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]


def test_the_environment_is_one_that_vigil_accepts() -> None:
    wanted = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker" / "compose.yaml").read_text()))
    assert wanted <= set(EXAMPLE)
    filled = {**EXAMPLE, "VIGIL_SECRET_KEY": "x" * 50, **SERVICES["web"]["environment"], "VIGIL_HOME": "/tmp/never"}
    env = read_env(filled)
    assert env.is_served and env.allowed_hosts == ("vigil.example.org",)
    assert env.database_url.startswith("postgresql://") and env.broker_url.startswith("redis://")


def test_every_queue_has_a_worker_with_and_without_a_gpu() -> None:
    queues = {entry["options"]["queue"] for entry in app.conf.beat_schedule.values()}
    served = set(re.findall(r'"-Q", "([\w,]+)"', DOCKERFILE))
    assert {queue for names in served for queue in names.split(",")} >= queues
    assert "gpu" in SERVICES["worker-gpu-on-cpu"]["command"]
    assert SERVICES["worker-gpu"]["profiles"] == ["gpu"] and SERVICES["worker-gpu-on-cpu"]["profiles"] == ["cpu"]


def test_secrets_are_neither_in_the_images_nor_in_the_example() -> None:
    assert not re.search(r"(?i)(password|secret_key)\s*=", DOCKERFILE)
    assert [EXAMPLE[name] for name in ("POSTGRES_PASSWORD", "VALKEY_PASSWORD", "VIGIL_SECRET_KEY")] == ["", "", ""]


def test_nothing_is_published_beyond_this_machine() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000"]
