"""A used port is refused with its holder and a free port beside it."""

import os
import socket

import pytest

from vigil.config.faults import SetupFault
from vigil.config.ports import port_fault, refuse_used_port


def test_a_used_port_names_who_has_it_and_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(
            SetupFault, match=f"port {port} is in use by process {os.getpid()} .*make run PORT="
        ) as caught:
            refuse_used_port("127.0.0.1", port)
    suggested = int(str(caught.value).rsplit("=", 1)[1])
    assert port_fault("127.0.0.1", suggested) is None
    refuse_used_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SetupFault, match="cannot listen on 192.0.2.1"):
        refuse_used_port("192.0.2.1", 8000)
