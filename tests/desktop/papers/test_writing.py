"""Writing papers out, and declarations: what is written is whole, what is said of a platform is its own word."""

from __future__ import annotations

import zipfile
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt

from core.adapters.press import Printed
from core.bootstrap import Shop
from core.invoices import certification
from core.invoices.certification import Certification
from desktop.pages.papers.certification import CertificationDialog
from desktop.pages.papers.exporting import ExportDialog
from desktop.widgets.dialog import Confirm
from desktop.widgets.grid import Grid
from tests.desktop.papers.conftest import Opened, OpenPapers
from tests.desktop.papers.store import REFERENCE


def entry(shop: Shop, number: int, kind: str = "invoice") -> Certification:
    found = shop.engine.read(lambda r: certification.of_paper(r, kind, number))
    assert found is not None
    return found


def certification_dialog(opened: Opened, number: str) -> CertificationDialog:
    opened.select(number)
    opened.press(Qt.Key.Key_C)
    return opened.dialog(CertificationDialog)


def export_dialog(opened: Opened) -> ExportDialog:
    opened.press(Qt.Key.Key_E)
    return opened.dialog(ExportDialog)


def test_the_list_is_written_as_it_is_looked_for(open_papers: OpenPapers, tmp_path: Path) -> None:
    opened = open_papers()
    opened.page.ask(period="2026-10")
    opened.settled(lambda: len(opened.shown()) == 4)
    for ending in ("csv", "xlsx"):
        dialog = export_dialog(opened)
        assert dialog.period.currentText() == "octobre 2026"
        dialog.write(tmp_path / f"octobre.{ending}")
        opened.settled(lambda e=ending: f"4 documents écrits dans octobre.{e}" in opened.said())  # type: ignore[misc]
    lines = (tmp_path / "octobre.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines] == ["Numéro", *(f"FA-2026-0000{n}" for n in (4, 3, 2, 1))]
    dialog = export_dialog(opened)
    dialog.write(tmp_path / "octobre.txt")
    opened.settled(lambda: ".csv" in dialog.verdict.text())
    dialog.reject()


def test_a_months_pdfs_in_one_file_and_in_a_folder(open_papers: OpenPapers, tmp_path: Path) -> None:
    opened = open_papers()
    dialog = export_dialog(opened)
    dialog.period.setCurrentIndex(dialog.period.findData("2026-10"))
    dialog.choose("zip")
    dialog.write(tmp_path / "octobre")
    opened.settled(lambda: "octobre.zip" in opened.said())
    with zipfile.ZipFile(tmp_path / "octobre.zip") as archive:
        assert sorted(archive.namelist()) == [f"FA-2026-0000{n}.pdf" for n in (1, 2, 3, 4)]
        assert all(archive.read(name).startswith(b"%PDF-") for name in archive.namelist())
        assert archive.testzip() is None
    opened.page.ask(kind="credit_note")
    opened.settled()
    dialog = export_dialog(opened)
    dialog.choose("folder")
    dialog.write(tmp_path / "avoirs")
    opened.settled(lambda: "2 documents" in opened.said())
    assert len(list((tmp_path / "avoirs").iterdir())) == 2


def test_stopped_drawing_leaves_no_half_file(
    open_papers: OpenPapers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_papers()
    dialog = export_dialog(opened)
    dialog.choose("zip")
    press, begun, go = opened.shop.press, Event(), Event()
    draw = press.print

    def held(kind: str, number: int) -> Printed:
        begun.set()
        assert go.wait(60)
        return draw(kind, number)

    monkeypatch.setattr(press, "print", held)
    dialog.write(tmp_path / "all.zip")
    opened.qtbot.waitUntil(begun.is_set)
    dialog.reject()
    go.set()
    opened.settled()
    assert list(tmp_path.glob("all*")) == []


def test_an_accepted_paper_shows_its_code_and_nothing_to_do(open_papers: OpenPapers) -> None:
    opened = open_papers()
    dialog = certification_dialog(opened, "FA1")
    assert (dialog.text.reference, dialog.text.verb, dialog.action) == (REFERENCE, "", None)
    (grid,) = dialog.findChildren(Grid)
    assert ("N° contribuable", "9606123E") in grid.rows
    dialog.reject()


@pytest.mark.parametrize("number", ["FA3", "FA4", "FA5", "FA6", "AV1"])
def test_no_other_state_speaks_of_a_code_or_an_approval(open_papers: OpenPapers, number: str) -> None:
    opened = open_papers()
    text = certification_dialog(opened, number).text
    assert text.reference == ""
    assert text.state.role != "paid"
    assert any(word in text.meaning for word in ("pas certifié", "rien ne dit"))


def test_a_refused_one_is_told_again(open_papers: OpenPapers) -> None:
    opened = open_papers()
    dialog = certification_dialog(opened, "FA3")
    assert dialog.text.said == "NCC inconnu"
    assert dialog.action is not None
    dialog.action.click()
    opened.settled(lambda: "rien ne part tout seul" in opened.said())
    opened.settled(lambda: opened.page.model.rows[opened.shown().index("FA3")].certified.word == "Préparée")
    assert (entry(opened.shop, 3).state, entry(opened.shop, 3).error) == ("prepared", None)


def test_a_lost_one_is_sent_again_only_after_somebody_looked(open_papers: OpenPapers) -> None:
    opened = open_papers()
    dialog = certification_dialog(opened, "FA5")
    assert "aucune réponse n’est venue" in dialog.text.meaning
    assert dialog.text.said == ""
    dialog.retry()
    question = opened.dialog(Confirm)
    assert entry(opened.shop, 5).state == "sent"
    question.action.click()
    opened.settled(lambda: entry(opened.shop, 5).state == "prepared")


def test_what_cannot_be_declared_says_why_in_the_sellers_language(open_papers: OpenPapers) -> None:
    opened = open_papers()
    dialog = certification_dialog(opened, "AV1")
    assert dialog.text.said == "La facture doit être certifiée avant son avoir."
    assert dialog.action is not None
    dialog.action.click()
    opened.settled(lambda: dialog.said.isVisible() and dialog.action is not None and dialog.action.isEnabled())
    assert entry(opened.shop, 1, "credit_note").state == "prepared"
    dialog.reject()


def test_declarations_are_taken_to_a_folder_where_no_connection_is_set_up(
    open_papers: OpenPapers, tmp_path: Path
) -> None:
    opened = open_papers()
    dialog = certification_dialog(opened, "FA4")
    assert dialog.action is not None
    dialog.action.click()
    export = opened.dialog(ExportDialog)
    assert export.choice == "payloads"
    export.write(tmp_path / "fne")
    opened.settled(lambda: "déclarations écrites dans fne" in opened.said())
    assert (tmp_path / "fne" / "FA-2026-00004.json").exists()
    assert not (tmp_path / "fne" / "FA-2026-00001.json").exists()  # the platform has that one
    assert entry(opened.shop, 4).state == "prepared"


def test_with_a_connection_nothing_is_taken_there_twice(open_papers: OpenPapers, tmp_path: Path) -> None:
    opened = open_papers()
    opened.shop.settings.set("certification.base_url", "https://fne.example")
    opened.shop.settings.set_secret("certification.token", "secret")
    opened.page.refresh()
    opened.settled(lambda: opened.page.overview.sends)
    dialog = export_dialog(opened)
    assert not dialog.cards["payloads"].isEnabled()
    dialog.choose("payloads")
    dialog.write(tmp_path / "fne")
    opened.settled(lambda: "envoie les déclarations tout seul" in dialog.verdict.text())
    assert not (tmp_path / "fne").exists()
    dialog.reject()
