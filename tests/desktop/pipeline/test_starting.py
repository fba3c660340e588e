"""A prospect begun by hand: by key, of somebody new or known, said plainly what is missing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.pipeline import service
from desktop.pages.pipeline.starting import NewProspect
from tests.desktop.pipeline.conftest import OpenBoard, Opened
from tests.desktop.pipeline.store import lead_of


def form_of(opened: Opened) -> NewProspect:
    opened.desktop.shell.activateWindow()
    QTest.keyClick(opened.page, Qt.Key.Key_N)
    return next(form for form in opened.page.window().findChildren(NewProspect) if form.isVisible())


def fill(form: NewProspect, **values: str) -> None:
    for name, text in values.items():
        field = getattr(form, name)
        field.edit.setText(text)
        field.changed.emit(text)


def test_somebody_new_comes_on_the_board_with_what_comes_next(open_board: OpenBoard) -> None:
    opened = open_board()
    form = form_of(opened)
    form.action.click()
    assert form.name.error
    fill(form, name="Ndeye Sow", phone="77 555 44 33")
    form.action.click()
    assert (form.name.error, form.need.error) == ("", "Dites ce dont la personne a besoin.")
    fill(form, need="30 boubous pour une chorale", amount="450 000", what="Envoyer le devis")
    form.action.click()
    assert form.when.error == "Quand faut-il le faire\u202f?"
    form._in_days(1)
    form.stage.setCurrentIndex(1)
    form.action.click()
    opened.settled(lambda: opened.page.pane.card is not None and opened.page.pane.card.view.name == "Ndeye Sow")
    lead = opened.shop.engine.read(lambda r: service.load(r, lead_of(opened.shop, "Ndeye Sow")))
    assert (lead.stage, lead.estimate, lead.note) == ("interested", 450_000, "30 boubous pour une chorale")
    assert (lead.next_what, lead.next_at is not None) == ("Envoyer le devis", True)


def test_somebody_known_is_found_by_name_and_their_open_prospect_is_shown(open_board: OpenBoard) -> None:
    opened = open_board()
    form = form_of(opened)
    fill(form, name="Moussa")
    opened.settled(form.people[0].isVisible)
    assert form.people[0].text().startswith("Moussa Kaba")
    form.people[0].click()
    opened.settled(form.known.isVisible)
    fill(form, need="Encore des sandales")
    form.action.click()
    assert form.isVisible()
    form.known.click()
    wanted = lead_of(opened.shop, "Moussa Kaba")
    opened.settled(lambda: opened.page.pane.card is not None and opened.page.pane.card.view.lead.id == wanted)
