"""The compose file and the Dockerfile against the files, settings and commands that they name."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from vigil.config.celery import app
from vigil.config.env import read_env
from vigil.config.faults import SetupFault

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


def interpolated(value: str, given: dict[str, str]) -> str:
    """`${NAME:-default}` as Compose fills it in."""
    return re.sub(r"(?<!\$)\$\{(\w+):-(\w*)\}", lambda found: given.get(found[1]) or found[2], value)


def test_the_file_can_be_looked_at_before_anything_is_filled_in() -> None:
    text = (ROOT / "docker" / "compose.yaml").read_text()
    assert not re.search(r"(?<!\$)\$\{\w+:?\?", text), "`docker compose config` fails where a variable is demanded"
    assert not any("env_file" in service for service in SERVICES.values())


def test_what_is_filled_in_is_an_environment_that_vigil_accepts() -> None:
    wanted = set(re.findall(r"(?<!\$)\$\{(\w+)", (ROOT / "docker" / "compose.yaml").read_text()))
    assert wanted == set(EXAMPLE)
    filled = {**EXAMPLE, "VIGIL_SECRET_KEY": "x" * 50, "POSTGRES_PASSWORD": "p1", "VALKEY_PASSWORD": "p2"}
    given = {name: interpolated(value, filled) for name, value in SERVICES["web"]["environment"].items()}
    env = read_env({**given, "VIGIL_HOME": "/tmp/never"})
    assert env.is_served and env.allowed_hosts == ("vigil.example.org",) and env.secret_key == "x" * 50
    assert env.database_url == "postgresql://vigil:p1@postgres:5432/vigil"
    assert env.broker_url == "redis://:p2@valkey:6379/0"


def test_nothing_starts_with_secrets_that_were_not_filled_in() -> None:
    given = {name: interpolated(value, {}) for name, value in SERVICES["web"]["environment"].items()}
    with pytest.raises(SetupFault, match="VIGIL_SECRET_KEY"):
        read_env({**given, "VIGIL_HOME": "/tmp/never"})
    shell, option, script = SERVICES["valkey"]["command"]
    script = script.replace("$$", "$").replace("exec valkey-server", "echo")
    for password, status in {"": 2, "p2": 0}.items():
        ended = subprocess.run([shell, option, script], env={"VALKEY_PASSWORD": password}, capture_output=True)
        assert ended.returncode == status


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
