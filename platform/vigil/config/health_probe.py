"""`python -m vigil.config.health_probe` ends with status 0 when this container's web server answers 200 on /healthz."""

import http.client
import sys

from vigil.config.env import env

PORT = 8000


def probe(host: str = "127.0.0.1", port: int = PORT) -> int:
    """The status of /healthz, asked for under the first name that Vigil is served as; 0 when nothing answers."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": env.allowed_hosts[0]})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if probe() == 200 else 1)
