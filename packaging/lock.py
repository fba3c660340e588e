"""Makes both locks again from pyproject.toml: ``python packaging/lock.py [uv options]``, with ``uv`` installed.

Locked versions are kept unless they no longer fit; ``--upgrade`` or ``--upgrade-package NAME`` moves them. The locks
hold versions, markers and hashes, never an address: pip takes the files from wherever it looks on the machine at hand.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = "packaging/requirements.lock"
DEVELOPMENT = "packaging/dev.lock"
OPTIONS = (
    *("--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header"),
)


def lock(uv: str, output: str, *options: str) -> None:
    command = [uv, "pip", "compile", "pyproject.toml", *OPTIONS, *options, "-o", output]
    print("$", " ".join(command), flush=True)
    subprocess.run(command, cwd=ROOT, check=True)


def main(options: list[str]) -> int:
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    uv = shutil.which("uv", path=beside)
    if uv is None:
        print("uv is needed: pip install uv", file=sys.stderr)
        return 1
    lock(uv, RUNTIME, *options)
    # The development lock holds everything of the run-time lock, at the same versions: one environment serves both.
    lock(uv, DEVELOPMENT, "--group", "dev", "--constraints", RUNTIME, *options)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
