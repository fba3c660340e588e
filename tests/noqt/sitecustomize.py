"""With this folder on PYTHONPATH no program can import Qt, as if it were not installed; child processes neither."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

QT = frozenset({"PySide6", "shiboken6", "qasync", "pyqtgraph", "qtawesome", "qtpy"})


class NoQt(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in QT:
            raise ModuleNotFoundError(f"No module named {fullname!r} (Qt counts as not installed here)", name=fullname)
        return None


sys.meta_path.insert(0, NoQt())
