"""Accounts in a real window over a real shop: made, changed, second factor and its codes, sessions, loans, refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from core.accounts import queries
from core.accounts import service as accounts
from core.accounts.passwords import hashed
from core.accounts.rules import SECOND_GRACE_MS
from core.bootstrap import Shop
from core.kernel.clock import DAY, HOUR, MINUTE, ManualClock
from desktop.pages.settings.access import AccessSection
from desktop.pages.settings.accessdialogs import (
    AddDialog,
    CodesDialog,
    LendDialog,
    PasswordDialog,
    ProveDialog,
    RoleDialog,
    SecondDialog,
    SessionsDialog,
)
from desktop.pages.settings.accessparts import AccessRow
from desktop.sources.context import ShopContext
from desktop.widgets.dialog import Confirm, Dialog
from tests.desktop.realshop import type_text
from tests.desktop.settings.conftest import Opened, OpenSettings

PASSWORD = "soleil de midi"
HASH = hashed(PASSWORD)
PEOPLE = (("awa", "owner"), ("moussa", "manager"), ("khady", "cashier"), ("aide", "support"))


def people(shop: Shop) -> None:
    """Accounts 1 to 4, one for each role."""
    due = shop.clock.now() + SECOND_GRACE_MS

    def write(tx: object) -> None:
        for number, (name, role) in enumerate(PEOPLE, start=1):
            tx.run(  # type: ignore[attr-defined]
                "INSERT INTO account(id, email, name, hash, role, created_at, second_by) VALUES(?,?,?,?,?,0,?)",
                (number, f"{name}@teranga.sn", name.title(), HASH, role, due if role == "owner" else None),
            )

    shop.engine.call(write)


class Access:
    """The section as somebody sees it."""

    def __init__(self, opened: Opened, who: str = "") -> None:
        self.opened, self.shop = opened, opened.shop
        context = opened.desktop._context
        assert isinstance(context, ShopContext)
        self.context = context
        if who:
            context.lock.unlock(f"{who}@teranga.sn", PASSWORD, "")
        opened.page.open("access")
        view = opened.page.views["access"]
        assert isinstance(view, AccessSection)
        self.view = view
        opened.page.access.refresh()
        opened.settled(lambda: view.reading is not None)

    def dialog(self, kind: type[Dialog]) -> Dialog:
        self.opened.settled(lambda: any(d.isVisible() for d in self.opened.desktop.shell.findChildren(kind)))
        return next(d for d in self.opened.desktop.shell.findChildren(kind) if d.isVisible())

    def gone(self, kind: type[Dialog]) -> None:
        shell = self.opened.desktop.shell
        self.opened.settled(lambda: not any(d.isVisible() for d in shell.findChildren(kind)))

    def person(self, number: int) -> queries.Person:
        found = self.shop.engine.read(lambda r: queries.person(r, number, self.shop.clock.now()))
        assert found is not None
        return found

    def verb(self, row: AccessRow) -> QAbstractButton:
        return row.findChildren(QAbstractButton)[-1]

    def settled(self, holds: Callable[[], object] = lambda: True) -> None:
        self.opened.settled(holds)


OpenAccess = Callable[..., Access]


@pytest.fixture
def staffed(open_settings: OpenSettings, shop: Shop) -> OpenAccess:
    people(shop)
    return lambda who="": Access(open_settings(), who)


def test_the_first_account_is_made_here_and_is_who_uses_the_window(open_settings: OpenSettings) -> None:
    access = Access(open_settings())
    assert access.view.own_rows.rows[0].title == "Cette boutique n’a pas encore de compte"
    access.view.add_button.click()
    dialog = access.dialog(AddDialog)
    assert isinstance(dialog, AddDialog)
    assert (dialog.choice.role, dialog.choice.box.isEnabled()) == ("owner", False)
    type_text(dialog.name.edit, "Awa Diop")
    type_text(dialog.email.edit, "awa@teranga.sn")
    type_text(dialog.password.edit, "awa")
    assert dialog.rules.kept == (False, False, False)
    dialog.action.click()  # type: ignore[union-attr]
    access.settled(dialog.problem.text)
    assert "10" in dialog.problem.text()
    dialog.password.edit.clear()
    type_text(dialog.password.edit, PASSWORD)
    assert dialog.rules.kept == (True, True, True)
    access.opened.press(dialog.password.edit, Qt.Key.Key_Return)
    access.gone(AddDialog)
    access.settled(lambda: access.view.people_rows.rows[0].title == "Awa Diop")
    assert access.context.lock.account_id == 1
    assert access.view.reading is not None
    assert access.view.reading.manages
    assert access.shop.engine.read(lambda r: r.value("SELECT count(*) FROM access_token")) == 0


def test_an_owner_sees_everybody_with_role_factor_and_last_login(staffed: OpenAccess) -> None:
    access = staffed("awa")
    rows = access.view.people_rows.rows
    assert [row.title for row in rows] == ["Awa", "Moussa", "Khady", "Aide"]
    assert rows[0].detail.startswith("Propriétaire · awa@teranga.sn · dernière connexion aujourd’hui")
    assert rows[2].detail.endswith("aucune connexion")
    assert [pill.word for pill in rows[0].pills] == ["Second facteur\u202f: encore 7 jours"]
    assert all(pill.icon and pill.word for row in rows for pill in row.pills)
    access.settled(lambda: not any(row.isHidden() for row in rows))


def test_role_password_off_and_on_by_the_menu(staffed: OpenAccess) -> None:
    access = staffed("awa")
    token, _ = accounts.login(access.shop.engine, access.shop.factors, "khady@teranga.sn", PASSWORD)
    khady = access.person(3)
    assert access.view.verbs(khady) == ("role", "password", "sessions", "disable")
    access.view.verb_asked.emit("role", khady)
    role = access.dialog(RoleDialog)
    assert isinstance(role, RoleDialog)
    role.choice.box.setCurrentIndex(role.choice.box.findData("manager"))
    assert "sauf les comptes" in role.choice.told.text()
    role.action.click()  # type: ignore[union-attr]
    access.gone(RoleDialog)
    assert access.person(3).role == "manager"
    now = access.shop.clock.now()
    assert access.shop.engine.read(lambda r: queries.session_of(r, token, now)) is None
    access.view.verb_asked.emit("password", khady)
    password = access.dialog(PasswordDialog)
    assert isinstance(password, PasswordDialog)
    type_text(password.password.edit, "khady khady")
    password.action.click()  # type: ignore[union-attr]
    access.settled(password.problem.text)
    password.password.edit.clear()
    type_text(password.password.edit, "etoile du matin")
    password.action.click()  # type: ignore[union-attr]
    access.gone(PasswordDialog)
    accounts.login(access.shop.engine, access.shop.factors, "khady@teranga.sn", "etoile du matin")
    access.view.verb_asked.emit("disable", khady)
    confirm = access.dialog(Confirm)
    assert isinstance(confirm, Confirm)
    confirm.action.click()
    access.settled(lambda: access.view.people_rows.rows[2].pills[-1].word == "Désactivé")
    assert access.view.verbs(access.person(3)) == ("role", "password", "sessions", "enable")
    access.view.verb_asked.emit("enable", access.person(3))
    access.settled(lambda: not access.person(3).disabled)


def test_the_last_owner_is_refused_in_one_sentence(staffed: OpenAccess) -> None:
    access = staffed("awa")
    awa = access.person(1)
    assert "disable" not in access.view.verbs(awa)
    access.view.verb_asked.emit("role", awa)
    role = access.dialog(RoleDialog)
    assert isinstance(role, RoleDialog)
    role.choice.box.setCurrentIndex(role.choice.box.findData("cashier"))
    role.action.click()  # type: ignore[union-attr]
    access.settled(role.problem.text)
    assert role.problem.text() == "C’est le dernier propriétaire\u202f: nommez d’abord un autre propriétaire."
    assert access.person(1).role == "owner"
    role.close()


def test_a_second_factor_is_scanned_confirmed_and_its_codes_shown_once(staffed: OpenAccess, tmp_path: Path) -> None:
    access = staffed("awa")
    clock = access.shop.clock
    assert "encore 7 jours" in access.view.own_rows.rows[1].detail
    access.verb(access.view.own_rows.rows[1]).click()
    dialog = access.dialog(SecondDialog)
    assert isinstance(dialog, SecondDialog)
    app = pyotp.parse_uri(dialog.picture.text)
    assert isinstance(app, pyotp.TOTP)
    assert "".join(dialog.secret.text().split()) == app.secret
    assert {len(part) for part in dialog.secret.text().split()} == {4}
    type_text(dialog.code.edit, "000000")
    dialog.action.click()  # type: ignore[union-attr]
    access.settled(dialog.problem.text)
    dialog.code.edit.clear()
    type_text(dialog.code.edit, app.at(clock.now() // 1000))
    dialog.action.click()  # type: ignore[union-attr]
    shown = access.dialog(CodesDialog)
    assert isinstance(shown, CodesDialog)
    assert len(shown.codes) == 10
    QTest.keyClick(shown, Qt.Key.Key_Escape)  # it must not cost the only sight of them
    assert shown.isVisible()
    assert shown.told.text().startswith("Copiez-les ou enregistrez-les d’abord")
    shown.write(tmp_path)  # a folder, as a disk that does not take it
    assert shown.told.text().startswith("Impossible d’enregistrer à cet endroit")
    assert not shown.kept
    shown.copy.click()
    assert QGuiApplication.clipboard().text().split() == list(shown.codes)
    shown.write(tmp_path / "codes.pdf")
    assert (tmp_path / "codes.pdf").read_bytes().startswith(b"%PDF")
    shown.action.click()
    access.settled(lambda: len(access.view.own_rows.rows) == 3)
    assert access.view.own_rows.rows[2].detail.startswith("Il reste 10 codes")
    access.context.lock.unlock("awa@teranga.sn", PASSWORD, shown.codes[0])
    access.settled(lambda: access.view.own_rows.rows[2].detail.startswith("Il reste 9 codes"))


def test_removing_it_and_new_codes_ask_for_the_password(staffed: OpenAccess) -> None:
    access = staffed("awa")
    factors, clock = access.shop.factors, access.shop.clock
    old = factors.confirm(1, pyotp.TOTP(factors.offer(1, "x").secret).at(clock.now() // 1000), "seller")
    access.settled(lambda: len(access.view.own_rows.rows) == 3)
    access.verb(access.view.own_rows.rows[2]).click()
    prove = access.dialog(ProveDialog)
    assert isinstance(prove, ProveDialog)
    type_text(prove.password.edit, "lune de minuit")
    prove.action.click()  # type: ignore[union-attr]
    access.settled(prove.problem.text)
    assert "pas votre mot de passe" in prove.problem.text()
    type_text(prove.password.edit, PASSWORD)
    prove.action.click()  # type: ignore[union-attr]
    shown = access.dialog(CodesDialog)
    assert isinstance(shown, CodesDialog)
    assert not set(shown.codes) & set(old)
    shown.action.click()
    access.verb(access.view.own_rows.rows[1]).click()
    again = access.dialog(ProveDialog)
    assert isinstance(again, ProveDialog)
    type_text(again.password.edit, PASSWORD)
    again.action.click()  # type: ignore[union-attr]
    access.settled(lambda: len(access.view.own_rows.rows) == 2)
    assert not access.person(1).second_factor


def test_sessions_are_seen_and_ended_ones_own_and_for_an_owner_others(staffed: OpenAccess) -> None:
    access = staffed("awa")
    browser = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    for who, door in (("awa", browser), ("awa", "Caisse/2"), ("khady", "curl/8")):
        accounts.login(
            access.shop.engine, access.shop.factors, f"{who}@teranga.sn", PASSWORD, address="41.82.14.7", door=door
        )
    access.settled(lambda: len(access.view.session_rows.rows) == 3)
    rows = access.view.session_rows.rows
    assert [row.title for row in rows] == ["Cette fenêtre", "Caisse", "Firefox sur Windows"]
    assert rows[2].detail.endswith("41.82.14.7")
    access.verb(rows[1]).click()
    access.settled(lambda: len(access.view.session_rows.rows) == 2)
    access.view.end_all.click()
    access.settled(lambda: len(access.view.session_rows.rows) == 1)
    access.view.verb_asked.emit("sessions", access.person(3))
    dialog = access.dialog(SessionsDialog)
    assert isinstance(dialog, SessionsDialog)
    access.settled(lambda: dialog.rows.rows)
    access.verb(dialog.rows.rows[0]).click()
    access.settled(lambda: not dialog.rows.rows and not dialog.none.isHidden())
    dialog.close()


def test_support_is_lent_a_look_that_shows_and_is_taken_back(staffed: OpenAccess) -> None:
    access = staffed("awa")
    row = access.view.support_rows.rows[0]
    assert row.pills[0].word == "Rien de prêté"
    access.verb(row).click()
    lend = access.dialog(LendDialog)
    assert isinstance(lend, LendDialog)
    for box in lend.boxes.values():
        box.setChecked(False)
    lend.action.click()  # type: ignore[union-attr]
    assert "Choisissez" in lend.problem.text()
    lend.boxes["messages"].setChecked(True)
    lend.long.setCurrentIndex(1)
    lend.action.click()  # type: ignore[union-attr]
    access.gone(LendDialog)
    access.settled(lambda: access.view.support_rows.rows[0].pills[0].word == "Regarde")
    person = access.person(4)
    assert (person.scopes, person.looks_until) == (("messages",), access.shop.clock.now() + 4 * HOUR)
    access.opened.desktop.shell.read_status()
    access.settled(lambda: not access.opened.desktop.shell.status.lent.isHidden())
    access.verb(access.view.support_rows.rows[0]).click()
    access.settled(lambda: access.view.support_rows.rows[0].pills[0].word == "Rien de prêté")
    access.opened.desktop.shell.read_status()
    access.settled(access.opened.desktop.shell.status.lent.isHidden)


@pytest.mark.parametrize("who", ["moussa", "khady"])
def test_others_see_only_themselves_and_core_refuses_the_rest(staffed: OpenAccess, who: str) -> None:
    access = staffed(who)
    assert access.view.own_rows.rows[0].title == who.title()
    assert access.view.staff.isHidden()
    assert access.view.support.isHidden()
    assert access.view.reading is not None
    assert access.view.reading.people == ()
    source, bridge = access.context.access, access.opened.desktop.bridge
    refused: list[Exception] = []
    acts: list[Callable[[], object]] = [
        lambda: source.set_role(3, "owner"),
        lambda: source.set_active(1, False),
        lambda: source.set_password(1, "etoile du matin"),
        lambda: source.lend(4, HOUR, ("amounts",)),
        lambda: source.end_sessions(1, None),
        lambda: source.sessions_of(1),
        lambda: source.remove_second_of(1),
        lambda: source.add("x@teranga.sn", "", "owner", PASSWORD),
    ]
    accounts.login(access.shop.engine, access.shop.factors, "awa@teranga.sn", PASSWORD)
    for act in acts:
        bridge.run(act, owner=access.view, failed=refused.append)
    access.settled()
    assert [str(error) for error in refused] == ["Your role does not allow this."] * len(acts)
    access.view.set_up_asked.emit()
    access.dialog(SecondDialog).close()


def test_who_has_not_said_who_they_are_is_told_how(staffed: OpenAccess) -> None:
    access = staffed()
    assert access.view.own_rows.rows[0].title == "Vous n’avez pas dit qui vous êtes"
    assert access.view.staff.isHidden()
    access.view.lock_now.click()
    lock = access.opened.desktop.shell.lock
    assert lock is not None
    assert lock.locked


def test_the_lock_is_set_here(staffed: OpenAccess) -> None:
    access = staffed("awa")
    row = access.opened.row("desktop.lock_minutes")
    assert access.view.isAncestorOf(row)
    access.opened.page.save("desktop.lock_minutes", "5")
    access.settled(lambda: access.shop.settings.number("desktop.lock_minutes") == 5)


@pytest.mark.parametrize(("passed", "told"), [(3 * DAY, ""), (5 * DAY, "Encore 2 jours"), (8 * DAY, "en retard")])
def test_the_window_says_so_before_a_second_factor_is_due(staffed: OpenAccess, passed: int, told: str) -> None:
    access = staffed("awa")
    clock, shell = access.shop.clock, access.opened.desktop.shell
    assert isinstance(clock, ManualClock)
    clock.advance(passed)
    shell.read_status()
    access.settled(lambda: shell.banner.isHidden() != bool(told))
    if told:
        assert told in shell.banner.accessibleName()
        shell.go("live")
        shell.banner._verb.click()
        assert access.view.isVisible()
    else:
        clock.advance(MINUTE)
