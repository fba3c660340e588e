"""Where a file is proposed to be written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop import files


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    files._last.clear()
    yield
    files._last.clear()


def test_a_file_is_proposed_among_the_documents_then_where_the_last_one_went(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never in the folder the program was started from, which Qt takes for a bare name."""
    parent = QWidget()
    qtbot.addWidget(parent)
    proposed: list[str] = []
    folder = tmp_path / "comptes"
    folder.mkdir()
    answers = iter(["", str(folder / "mars.pdf"), "", ""])

    def ask(parent: QWidget, title: str, path: str, kinds: str) -> tuple[str, str]:
        proposed.append(path)
        return next(answers), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    made = [files.save_as(parent, "Enregistrer", "rapport.pdf", "PDF (*.pdf)") for _ in range(3)]
    folder.rmdir()  # a removable disk that is gone
    files.save_as(parent, "Enregistrer", "rapport.pdf", "PDF (*.pdf)")
    documents = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation))
    documents = documents if documents.is_dir() else Path.home()
    assert made == [None, folder / "mars.pdf", None]
    there = str(documents / "rapport.pdf")
    assert proposed == [there, there, str(folder / "rapport.pdf"), there]
    assert documents != Path.cwd()
