"""Files dropped on a widget."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QMimeData


def dropped_file(mime: QMimeData, suffixes: Collection[str]) -> Path | None:
    """The one local file of a drag, when its name ends as asked (``.csv``, lower case); None for anything else."""
    urls = mime.urls() if mime.hasUrls() else []
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in suffixes else None
