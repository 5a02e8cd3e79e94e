"""`manage.py up`: serves Vigil on this machine."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from vigil.config.env import env
from vigil.config.supervisor import Address, Supervisor
from vigil.projects.commands import OneLineParser


def port_number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 1 to 65535")
    return int(text)


class Command(BaseCommand):
    help = "Starts PostgreSQL, Valkey, the web server and the workers, and stops them all on Ctrl-C."
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, epilog="example: manage.py up --port 8765", **kwargs)
        parser.__class__ = OneLineParser
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=port_number, default=8000, help="port to serve on (default: 8000)")
        parser.add_argument("--host", default="127.0.0.1", help="address to serve on (default: this machine only)")

    def handle(self, *args: Any, **options: Any) -> None:
        Supervisor(env, Address(options["host"], options["port"])).run()
