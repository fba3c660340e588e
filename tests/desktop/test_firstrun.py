"""The first start: from nothing to a store, in one calm window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.bootstrap import create_store, open_shop
from core.catalogue import queries
from core.invoices.documents import seller_of
from core.kernel.countries import COUNTRIES
from core.kernel.errors import EnvironmentProblem
from core.segments.rules import segment_of
from core.storage import pictures as stored
from core.storage.folder import Home
from desktop import firststore
from desktop.app import InMemory
from desktop.firstdoor import create_first_store
from desktop.firstrun import FirstRun
from desktop.firststore import StoreDraft
from desktop.texts import Texts
from desktop.theme import theme


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def window(home: Home, t: Texts, qtbot: QtBot) -> Iterator[FirstRun]:
    made = FirstRun(home, t)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.bridge.close()


def type_name(window: FirstRun, name: str) -> None:
    window.name.edit.selectAll()
    QTest.keyClicks(window.name.edit, name)


# -- what is checked and made, without a window


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "Tapez le nom de votre boutique."),
        ("   ", "Tapez le nom de votre boutique."),
        ("x" * 61, "60 caractères au plus."),
        ("Téranga", ""),
        ("  Chez   Awa  ", ""),
    ],
)
def test_the_name_is_checked_in_words(home: Home, t: Texts, name: str, problem: str) -> None:
    assert firststore.name_problem(StoreDraft(name), home, t) == problem


def test_a_name_without_letters_or_digits_is_refused_in_words(home: Home, t: Texts) -> None:
    assert "!!!" in firststore.name_problem(StoreDraft("!!!"), home, t)


def test_a_name_that_is_taken_is_said(home: Home, t: Texts) -> None:
    create_store(home, "Téranga", "SN")
    assert firststore.name_problem(StoreDraft("Téranga"), home, t) == "Vous avez déjà une boutique de ce nom."


def test_the_currency_follows_the_country(t: Texts) -> None:
    words = {code: firststore.currency_words(code, t) for code in COUNTRIES}
    assert (words["SN"], words["MG"], len(words)) == ("franc CFA (F\u202fCFA)", "ariary (Ar)", 9)


@pytest.mark.parametrize(("territory", "country"), [("ML", "ML"), ("FR", "SN"), ("", "SN")])
def test_the_computers_own_country_is_offered_where_livepay_sells(territory: str, country: str) -> None:
    assert firststore.guess_country(territory) == country


@pytest.mark.parametrize("country", ["SN", "MG"])
def test_samples_are_in_the_stores_currency_and_ready_to_sell(home: Home, country: str) -> None:
    made = firststore.make(home, StoreDraft("Essai", country, samples=True))
    shop = open_shop(home, made.card.slug)
    try:
        products = shop.engine.read(queries.products)
    finally:
        shop.close()
    assert made.problem is None
    assert len(products) >= 4
    assert all(product.price >= 1000 and product.active for product in products)


def test_every_country_has_samples() -> None:
    assert {country.currency for country in COUNTRIES.values()} <= set(firststore.SAMPLES)


def test_without_samples_the_catalogue_is_empty(home: Home) -> None:
    made = firststore.make(home, StoreDraft("Essai", language="mg"))
    shop = open_shop(home, made.card.slug)
    try:
        assert (shop.card.language, shop.engine.read(queries.products)) == ("mg", [])
    finally:
        shop.close()


# -- the window


def test_nobody_is_corrected_in_mid_word(window: FirstRun, qtbot: QtBot) -> None:
    type_name(window, "!")
    assert window.name.error == ""
    window.name.edit.editingFinished.emit()
    assert window.name.error != ""
    type_name(window, "Teranga")
    assert window.name.error == ""


def test_enter_without_a_name_says_what_is_missing(window: FirstRun, qtbot: QtBot) -> None:
    QTest.keyClick(window.name.edit, Qt.Key.Key_Return)
    assert window.name.error == "Tapez le nom de votre boutique."
    assert window.card is None


def test_choosing_a_country_shows_its_currency(window: FirstRun) -> None:
    window.country.setCurrentIndex(window.country.findData("MG"))
    assert (window.currency.text(), window.draft.country) == ("ariary (Ar)", "MG")


def test_enter_makes_the_store_off_the_windows_thread(window: FirstRun, home: Home, qtbot: QtBot) -> None:
    type_name(window, "Boutique Teranga")
    window.country.setCurrentIndex(window.country.findData("SN"))
    with qtbot.waitSignal(window.accepted):
        QTest.keyClick(window.name.edit, Qt.Key.Key_Return)
        assert not window.action.isEnabled()
        assert window.action.text() == "Création…"
        window.reject()  # not in the middle of it
        assert window.isVisible()
    assert window.card is not None
    assert (window.card.name, window.card.currency, [c.slug for c in home.list()]) == (
        "Boutique Teranga",
        "XOF",
        ["boutique-teranga"],
    )


def test_a_disk_that_refuses_is_said_and_what_was_typed_stays(tmp_path: Path, t: Texts, qtbot: QtBot) -> None:
    blocked = tmp_path / "home"
    blocked.write_text("a file where the folder should be")
    window = FirstRun(Home(blocked), t)
    qtbot.addWidget(window)
    window.show()
    type_name(window, "Teranga")
    window.submit()
    qtbot.waitUntil(lambda: not window._wrong.isHidden())
    assert "home n’est pas un dossier." in window._why.text()
    assert (window.name.text, window.action.isEnabled(), window.card) == ("Teranga", True, None)
    window.bridge.close()


@pytest.mark.expect_log("the first store could not be made")
def test_a_mistake_of_ours_is_not_hidden(window: FirstRun) -> None:
    window._failed(ValueError("boom"))
    assert window._why.text().startswith("LivePay a rencontré une erreur.")


def test_samples_that_cannot_be_read_do_not_cost_the_store(
    window: FirstRun, home: Home, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"%PDF-1.7")
    monkeypatch.setattr(firststore, "resource", lambda *parts: broken)
    type_name(window, "Teranga")
    window.samples.setChecked(True)
    window.submit()
    qtbot.waitUntil(lambda: window.card is not None)
    assert window.isVisible()
    assert "La boutique est créée" in window._why.text()
    assert window.action.text() == "Ouvrir la boutique"
    with qtbot.waitSignal(window.accepted):
        window.action.click()


# -- what is left out or added


@pytest.mark.parametrize(
    ("phone", "country", "problem"),
    [
        ("", "SN", ""),
        ("77 123 45 67", "SN", ""),
        ("034 12 345 67", "MG", ""),
        ("+221 77 123 45 67", "MG", ""),
        ("77 12", "SN", "n’est pas un numéro"),
        ("demain", "SN", "n’est pas un numéro"),
    ],
)
def test_the_phone_is_optional_and_checked(t: Texts, phone: str, country: str, problem: str) -> None:
    found = firststore.phone_problem(StoreDraft("A", country, phone=phone), t)
    assert bool(found) == bool(problem)
    assert problem.split(" ", maxsplit=1)[0] in found


def test_a_wrong_phone_is_said_once_it_was_left_and_stops_the_making(window: FirstRun) -> None:
    type_name(window, "Teranga")
    QTest.keyClicks(window.phone.edit, "77 12")
    assert window.phone.error == ""
    window.phone.edit.editingFinished.emit()
    assert "77 12" in window.phone.error
    window.submit()
    assert (window.card, window.action.isEnabled()) == (None, True)
    QTest.keyClicks(window.phone.edit, "3 45 67")
    assert window.phone.error == ""


def test_all_that_was_chosen_stands_where_invoices_and_pay_pages_read_it(
    window: FirstRun, home: Home, qtbot: QtBot, tmp_path: Path
) -> None:
    picture = tmp_path / "logo.png"
    Image.new("RGBA", (300, 200), "teal").save(picture)
    type_name(window, "Teranga")
    QTest.keyClicks(window.phone.edit, "77 123 45 67")
    window.country.setCurrentIndex(window.country.findData("SN"))
    window.segment.setCurrentIndex(window.segment.findData("b2b"))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(picture))])
    where, none = QPointF(5, 5), Qt.KeyboardModifier.NoModifier
    window.logo.dropEvent(QDropEvent(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))
    qtbot.waitUntil(lambda: window.logo.filled)
    with qtbot.waitSignal(window.accepted):
        window.submit()
    shop = open_shop(home, home.list()[0].slug)
    try:
        seller = seller_of(shop.settings, shop.name, shop.card.country)
        assert (shop.settings.get("store.segment"), shop.card.segment) == ("b2b", "b2b")
        assert seller.phone == "+221\u00a077\u00a0123\u00a045\u00a067"
        assert stored.find(shop.media, seller.logo) is not None
        assert segment_of(shop.settings).quotes
    finally:
        shop.close()


def test_what_is_no_picture_is_said_and_another_can_be_chosen(window: FirstRun, qtbot: QtBot, tmp_path: Path) -> None:
    wrong = tmp_path / "logo.png"
    wrong.write_bytes(b"%PDF-1.7")
    window._picked(wrong)
    qtbot.waitUntil(lambda: not window._wrong.isHidden())
    assert window.draft.logo is None
    right = tmp_path / "right.png"
    Image.new("RGB", (64, 64), "teal").save(right)
    window._picked(right)
    qtbot.waitUntil(lambda: window.draft.logo == right)
    assert window._wrong.isHidden()
    window.no_logo.click()
    assert (window.draft.logo, window.logo.filled) == (None, False)


def test_the_looks_change_at_once(window: FirstRun) -> None:
    before = theme().choice
    try:
        window.looks.setCurrentIndex(window.looks.findData("light"))
        assert theme().choice == "light"
        window.looks.setCurrentIndex(window.looks.findData("dark"))
        assert theme().choice == "dark"
    finally:
        theme().choose(before)


def test_the_language_changes_at_once_and_what_was_typed_stays(window: FirstRun, qtbot: QtBot, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGB", (64, 64), "teal").save(logo)
    type_name(window, "Chez Awa")
    QTest.keyClicks(window.phone.edit, "771234567")
    window.segment.setCurrentIndex(window.segment.findData("b2b"))
    window.country.setCurrentIndex(window.country.findData("MG"))
    window.samples.setChecked(True)
    window._picked(logo)
    qtbot.waitUntil(lambda: window.draft.logo == logo)
    before = window.draft
    assert [window.language.itemText(n) for n in range(3)] == ["Français", "Malagasy", "English"]
    for code, verb, paste in (
        ("mg", "Hamorona ny fivarotana", "Apetaho"),
        ("en", "Create the store", "&Paste"),
        ("fr", "Créer la boutique", "Co&ller"),
    ):
        window.language.setCurrentIndex(window.language.findData(code))
        qtbot.waitUntil(lambda verb=verb: window.action.text() == verb)  # type: ignore[misc]
        qtbot.waitUntil(lambda: window.logo.filled)
        assert window.draft == replace(before, language=code)
        assert (window.name.text, window.phone.text, window.samples.isChecked()) == ("Chez Awa", "771234567", True)
        assert (window.segment.currentData(), window.country.currentData()) == ("b2b", "MG")
        menu = window.name.edit.createStandardContextMenu()
        assert [act.text().split("\t")[0] for act in menu.actions() if act.text()][4] == paste
        menu.deleteLater()


def test_each_kind_of_shop_says_what_is_different(window: FirstRun) -> None:
    said = set()
    for index in range(window.segment.count()):
        window.segment.setCurrentIndex(index)
        said.add(window._kind._line.text())
    assert len(said) == window.segment.count() == 5


# -- from the door


def test_the_door_gets_the_store_and_remembers_it(home: Home, qapp: QApplication, qtbot: QtBot) -> None:
    preferences = InMemory()
    _soon(partial(_name_and_submit, "Teranga"))
    card = create_first_store(home, preferences)
    assert card is not None
    assert (card.name, preferences.get("store", "")) == ("Teranga", "teranga")


def test_leaving_makes_no_store(home: Home, qapp: QApplication, qtbot: QtBot) -> None:
    preferences = InMemory()
    _soon(lambda window: window.reject())
    assert create_first_store(home, preferences) is None
    assert (home.list(), preferences.values) == ([], {})


def _name_and_submit(name: str, window: FirstRun) -> None:
    window.name.edit.setText(name)
    window.name.edit.textEdited.emit(name)
    window.submit()


def _soon(act: Callable[[FirstRun], object]) -> None:
    """Act in the window once it is executed."""

    def find() -> None:
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, FirstRun) and w.isVisible()]
        if windows:
            act(windows[0])
        else:
            QTimer.singleShot(5, find)

    QTimer.singleShot(0, find)


def test_an_environment_problem_keeps_its_words(window: FirstRun) -> None:
    window._failed(EnvironmentProblem("The folder {path} cannot be written ({detail}).", path="D:", detail="plein"))
    assert window._why.text() == "Impossible d’écrire dans le dossier D: (plein)."
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
