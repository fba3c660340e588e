"""What a program that was killed left running: noted while it runs, ended at the next start."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

_PATIENCE: Final = 3.0


class Leftover:
    """A process by its id and its birth, so that no other that got the same id is ever touched."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, pid: int) -> None:
        with suppress(psutil.Error, OSError):
            self._path.write_text(json.dumps({"pid": pid, "born": psutil.Process(pid).create_time()}), "utf-8")

    def forget(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def end(self, program: str) -> None:
        """End what was noted, if it still is that process and that program. Blocks up to some seconds."""
        try:
            noted = json.loads(self._path.read_text("utf-8"))
            process = psutil.Process(noted["pid"])
            ours = process.create_time() == noted["born"] and Path(program).name in " ".join(process.cmdline())
            if ours:
                process.terminate()
                _, alive = psutil.wait_procs([process], _PATIENCE)
                for one in alive:
                    one.kill()
        except (OSError, ValueError, KeyError, TypeError, psutil.Error):
            pass  # nothing was noted, or it has gone
        self.forget()
