"""Taking a list in, from the window: preview, errors, the choice, progress, stopping, and a window that stays awake."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from core.catalogue.service import CHUNK
from core.kernel.paths import resource
from desktop.pages.catalogue.importing import ImportDialog
from tests.desktop.catalogue.conftest import OpenCatalogue, Opened
from tests.desktop.realshop import many_lines


def started(opened: Opened, path: Path) -> ImportDialog:
    """The import of a file, at its preview."""
    shown = opened.page.import_list(path)
    opened.settled(lambda: shown.step in ("preview", "choose"))
    return shown


@pytest.fixture
def short_turns() -> Iterator[None]:
    """Threads take turns as often as in the program (desktop.app.run_desktop)."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    yield
    sys.setswitchinterval(before)


def count(opened: Opened) -> int:
    found: int = opened.shop.engine.read(lambda r: r.value("SELECT count(*) FROM product"))
    return found


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_good_list_goes_in_with_two_presses_of_enter(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(filled=False)
    shown = started(opened, resource("samples", "boutique-dakar.csv"))
    assert (shown.step, shown.preview.choice, shown.action.text()) == ("preview", "all", "Importer 12 produits")
    opened.press(shown, Qt.Key.Key_Return)
    opened.settled(lambda: shown.step == "done")
    assert shown.outcome.title.text() == "12 produits ajoutés"
    assert count(opened) == 12
    opened.press(shown, Qt.Key.Key_Return)
    opened.settled(lambda: opened.page.model.rowCount() == 12)
    assert opened.page.products.isVisible()


def test_the_file_is_asked_for_by_the_button(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(filled=False)
    opened.press(opened.page, Qt.Key.Key_I)
    shown = opened.page.findChildren(ImportDialog)[0]
    assert shown.step == "choose"
    shown.choose.button.click()
    chooser = shown.findChildren(QFileDialog)[0]
    chooser.fileSelected.emit(str(resource("samples", "shop-english.csv")))
    chooser.close()
    opened.settled(lambda: shown.step == "preview")
    shown.reject()


def test_a_file_that_is_no_list_is_refused_with_what_to_do(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue(filled=False)
    path = tmp_path / "liste.xlsx"
    path.write_bytes(b"PK\x03\x04 and the rest")
    shown = started(opened, path)
    assert shown.step == "choose"
    assert "liste.xlsx" in shown.choose.problem
    assert "CSV UTF-8" in shown.choose.problem
    assert not shown.action.isVisible()
    shown.read(tmp_path / "gone.csv")
    opened.settled(lambda: shown.step == "choose" and "gone.csv" in shown.choose.problem)
    shown.reject()


def test_errors_are_listed_and_copied_and_the_good_lines_go_in(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(filled=False)
    shown = started(opened, resource("samples", "a-corriger.csv"))
    assert not shown.preview.cards["all"].isEnabled()
    assert shown.preview.choice == "good"
    errors = shown.preview.errors.rows
    assert ("5", "Prix", "Le prix manque.") in errors
    shown.preview.copy_errors()
    assert "5\tPrix\tLe prix manque." in QGuiApplication.clipboard().text().splitlines()
    good = len(shown.preview.rows.rows)
    shown.start()
    opened.settled(lambda: shown.step == "done")
    assert count(opened) == good
    assert "laissées de côté" in shown.outcome.detail.text()
    shown.accept()


def test_a_corrected_file_is_read_again(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue(filled=False)
    path = written(tmp_path / "l.csv", "SKU;Titre;Prix;Stock\nA1;Robe;cher;2\n")
    shown = started(opened, path)
    assert not shown.action.isVisible()
    written(path, "SKU;Titre;Prix;Stock\nA1;Robe;1000;2\n")
    shown.again.click()
    opened.settled(lambda: shown.step == "preview" and shown.action.isVisible())
    assert shown.preview.choice == "all"
    shown.reject()


def test_the_same_file_twice_has_nothing_to_do(open_catalogue: OpenCatalogue) -> None:
    opened = open_catalogue(filled=False)
    shown = started(opened, resource("samples", "boutique-dakar.csv"))
    shown.start()
    opened.settled(lambda: shown.step == "done")
    shown.read(resource("samples", "boutique-dakar.csv"))
    opened.settled(lambda: shown.step == "preview")
    assert not shown.action.isVisible()
    assert shown.preview._nothing.isVisible()
    shown.reject()


@pytest.mark.usefixtures("short_turns")
def test_ten_thousand_lines_leave_the_window_awake(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    """The loop goes round again and again while the import runs: nothing of it is done on the window's thread."""
    opened = open_catalogue(filled=False)
    turns: list[str] = []
    ticker = QTimer(interval=5)
    shown = opened.page.import_list()
    ticker.timeout.connect(lambda: turns.append(shown.step))
    ticker.start()
    shown.read(written(tmp_path / "big.csv", many_lines(10_000, wrong=3)))
    opened.settled(lambda: shown.step == "preview")
    said: list[int] = []
    shown.work.bar.valueChanged.connect(said.append)
    shown.start()
    opened.settled(lambda: shown.step == "done")
    ticker.stop()
    assert count(opened) == 10_000
    # Each portion is a command of its own: the progress was told, and the loop was free before and after each.
    assert [value for value in said if value > 0 and value % CHUNK == 0][-1] == 10_000
    assert min(turns.count("reading"), turns.count("writing")) >= 5
    shown.accept()
    opened.settled(lambda: opened.page.model.rowCount() == 10_000)
    assert len(opened.page.model._rows) < 500


def test_an_import_stops_between_two_portions_and_says_how_far_it_came(
    open_catalogue: OpenCatalogue, tmp_path: Path
) -> None:
    opened = open_catalogue(filled=False)
    shown = started(opened, written(tmp_path / "big.csv", many_lines(5 * CHUNK)))
    shown.preview.choose("good")
    shown.start()
    shown.reject()  # Esc while it runs stops it instead of closing
    opened.settled(lambda: shown.step == "done")
    done = count(opened)
    assert done % CHUNK == 0
    assert 0 < done < 5 * CHUNK
    assert shown.outcome.title.text() == "Arrêté à votre demande"
    shown.accept()


def test_all_or_nothing_cannot_be_stopped_half_way(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue(filled=False)
    shown = started(opened, written(tmp_path / "l.csv", many_lines(2 * CHUNK)))
    shown.start()
    assert not shown.out.isEnabled()
    shown.reject()
    opened.settled(lambda: shown.step == "done")
    assert count(opened) == 2 * CHUNK
    shown.accept()


def test_reading_is_given_up_at_once(open_catalogue: OpenCatalogue, tmp_path: Path) -> None:
    opened = open_catalogue(filled=False)
    shown = opened.page.import_list()
    shown.read(written(tmp_path / "big.csv", many_lines(20_000)))
    steps = [shown.step]
    shown.reject()
    steps.append(shown.step)
    opened.settled()
    assert [*steps, shown.step] == ["reading", "choose", "choose"]
    shown.reject()


@pytest.mark.parametrize("name", ["boutique-dakar.csv", "boutique-excel-windows.csv"])
def test_a_list_dropped_on_the_dialog_is_read(open_catalogue: OpenCatalogue, name: str) -> None:
    opened = open_catalogue(filled=False)
    shown = opened.page.import_list()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(resource("samples", name)))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    shown.choose.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys))
    opened.settled(lambda: shown.step == "preview")
    shown.reject()
