"""Where a file is written, asked of the person: first among their documents, then where they last wrote one. Qt alone
would begin in the folder that the program was started from, which is often its own and cannot be written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

_last: list[Path] = []


def suggested(name: str) -> str:
    """A file of this name where the next one may go."""
    documents = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    return str(next((folder for folder in (*_last, documents) if folder.is_dir()), Path.home()) / name)


def remember(path: Path) -> None:
    """Somebody wrote there."""
    _last[:] = [path.parent]


def save_as(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
    """Ask for a file to write; None when it is not to be."""
    path, _ = QFileDialog.getSaveFileName(parent, title, suggested(name), kinds)
    if not path:
        return None
    remember(Path(path))
    return Path(path)
