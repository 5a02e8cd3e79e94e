"""Whether a port is free, and who has it if not."""

import errno
import socket

import psutil

from vigil.config.faults import SetupFault


def refuse_used_port(host: str, port: int) -> None:
    """Raises `SetupFault`, naming who has the port and a free one near it."""
    fault = port_fault(host, port)
    if fault is None:
        return
    if fault == errno.EADDRINUSE:
        free = next((near for near in range(port + 1, min(port + 200, 65536)) if port_fault(host, near) is None), 0)
        raise SetupFault(f"port {port} is in use{_by_whom(port)}; try another, as in: make run PORT={free or 8765}")
    if fault == errno.EACCES:
        raise SetupFault(f"port {port} needs more rights than this user has; use one from 1024 up: make run PORT=8000")
    raise SetupFault(f"cannot listen on {host}:{port}: {errno.errorcode.get(fault, fault)}")


def port_fault(host: str, port: int) -> int | None:
    """The errno of binding there, or None when the port is free."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            return error.errno or errno.EADDRNOTAVAIL
    return None


def _by_whom(port: int) -> str:
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
            try:
                process = psutil.Process(connection.pid)
                return f" by process {process.pid} ({' '.join(process.cmdline())[:80] or process.name()})"
            except psutil.Error:
                return f" by process {connection.pid}"
    return ""
