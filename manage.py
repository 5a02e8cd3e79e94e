#!/usr/bin/env python
"""Vigil's command line: `manage.py up`, `import_videos`, `prelabel`, `train`, `evaluate`, `export_dataset`, ..."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    # `platform/` is a source root, never a package: it is put on the path, not imported.
    sys.path.insert(0, str(ROOT / "platform"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vigil.config.settings")
    # Threads of torch that wait for each other would spin, and so take the cores from the processes beside them.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from vigil.config.faults import SetupFault

    try:
        from vigil.config.command_line import run

        run(sys.argv)
    except SetupFault as fault:
        sys.stderr.write(f"vigil: {fault}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
