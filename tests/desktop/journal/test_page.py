"""The journal in a real window: every event has a sentence, the list is filtered and proved, and leads on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import core.bootstrap  # noqa: F401 - every area's events
from core.bootstrap import Shop
from core.customers.service import Identity, recognise
from core.kernel.events import Event
from core.orders.service import Wanted
from core.storage import journal
from core.storage.archive import VERIFIER
from core.storage.engine import Tx
from core.storage.events import JournalExported
from core.storage.journal import Entry
from desktop.app import Desktop
from desktop.bridge import Control
from desktop.pages.journal.page import JournalPage
from desktop.pages.journal.presenter import PARTS, JournalPresenter, RowText
from desktop.pages.journal.sentences import SENTENCES, UNDONE
from desktop.pages.registry import PAGES
from desktop.texts import Texts
from tests.desktop.openpage import go_to
from tests.desktop.realshop import close_windows, make_shop, stock_up, window_over
from tests.desktop.sample import STORE

Opened = tuple[Desktop, JournalPage, Shop]


def _events(kind: type[Event]) -> Iterator[type[Event]]:
    for each in kind.__subclasses__():
        yield each
        yield from _events(each)


@pytest.fixture
def opened(tmp_path: Path, qtbot: QtBot) -> Iterator[Opened]:
    shop = make_shop(tmp_path / "home")
    stock_up(shop)
    customer = shop.engine.call(lambda tx: recognise(tx, [Identity("phone", "+221771234567")], "Aminata Diallo"))
    shop.engine.call(lambda tx: shop.orders.claim(tx, customer, [Wanted(1, 2)], "whatsapp"), actor="bot")
    shop.settings.set("orders.hold_minutes", "7", "seller")
    desktop = window_over(shop)
    page = go_to(desktop, qtbot, "journal")
    assert isinstance(page, JournalPage)
    qtbot.waitUntil(lambda: page.read_once and not desktop.bridge.busy)
    yield desktop, page, shop
    close_windows([desktop])
    shop.close()


def test_every_event_has_a_sentence_with_its_own_fields_only() -> None:
    t = Texts("fr")
    pages = {page.name for page in PAGES}
    written = {event.__name__: event for event in set(_events(Event)) if event.audited and not event.__subclasses__()}
    written = {name: event for name, event in written.items() if event.__module__.startswith("core.")}
    assert set(written) <= set(SENTENCES), set(written) - set(SENTENCES)
    assert set(SENTENCES) <= set(written), set(SENTENCES) - set(written)
    presenter = JournalPresenter(t, STORE.currency, STORE.zone)
    for kind, (page, text) in SENTENCES.items():
        assert page in pages
        fields = dict.fromkeys(written[kind].__struct_fields__, 1)
        said = presenter.sentence(kind, fields)
        assert said, kind
        assert said != text, f"{kind} is not translated"
    assert set().union(*(part for _, _, part in PARTS)) >= {page for page, _ in SENTENCES.values()}


WORDS = JournalPresenter(Texts("fr"), STORE.currency, STORE.zone)


def row_of(kind: str, fields: Mapping[str, object], actor: str = "seller") -> RowText:
    """An entry of this kind as the list shows it; its number is none that any page knows."""
    return WORDS.row(Entry(9, 0, actor, kind, 4711, json.dumps(fields), b"hash"))


@pytest.mark.parametrize(
    ("kind", "fields", "page", "subject"),
    [
        ("OrderPaid", {"order_id": 7, "customer_id": 3, "amount": 1, "late": False, "firm": True}, "orders", 7),
        ("LiveStarted", {"session_id": 5}, "analyses", 5),
        ("LeadMoved", {"lead_id": 8, "customer_id": 3, "was": "new", "stage": "won"}, "pipeline", 8),
        ("CannedSaved", {"canned_id": 2}, "conversations", None),
        ("FaqSaved", {"faq_id": 2, "language": "fr", "digest": "x"}, "messages", None),
        ("Reconciled", {"run_id": 2, "source": "providers", "provider": "wave", "found": 0}, "payments", None),
        ("SettingChanged", {"key": "orders.hold_minutes", "secret": False}, "settings", "orders.hold_minutes"),
        ("AccountDisabled", {"account_id": 2}, "settings", "access"),
        ("StoreRestored", {"held_back": 2}, "settings", None),
    ],
)
def test_an_entry_leads_to_what_it_is_about_and_to_nothing_else(
    kind: str, fields: dict[str, object], page: str, subject: object
) -> None:
    """Without an id of the page's own kind nothing is chosen there: never what happens to have the entry's number."""
    row = row_of(kind, fields)
    assert (row.page, row.subject) == (page, subject)


@pytest.mark.parametrize(
    ("kind", "given", "taken"),
    [
        ("AccessLent", {"until": 1, "scopes": []}, {"until": 0, "scopes": []}),
        ("BuyerRestricted", {"restricted": True}, {"restricted": False}),
        ("ConsentNoted", {"purpose": "scoring", "given": True, "how": "x"}, {"given": False, "purpose": "", "how": ""}),
        ("LeadValued", {"amount": 5}, {"amount": None}),
        ("OrderingAllowed", {"until": 1}, {"until": 0}),
        ("TermsAllowed", {"days": 30}, {"days": 0}),
    ],
)
def test_what_is_taken_back_is_not_said_as_given(kind: str, given: dict[str, object], taken: dict[str, object]) -> None:
    given_said, taken_said = row_of(kind, given).what, row_of(kind, taken).what
    assert taken_said != given_said
    assert not any(word in taken_said for word in ("1970", "None", "{", " 0 "))
    assert set(UNDONE) >= {kind}


def test_roles_and_those_who_act_have_names() -> None:
    assert row_of("AccountSaved", {"account_id": 1, "role": "owner"}).what.lower().endswith("propriétaire")
    assert row_of("LoginFailed", {"account_id": 0}, "api").who == "Quelqu’un par l’API"
    assert row_of("LoggedIn", {"account_id": 99}, "account:99").who == "Un compte qui n’existe plus"


def test_a_setting_of_the_journal_is_reached(opened: Opened, qtbot: QtBot) -> None:
    desktop, page, _ = opened
    row = next(row for row in page.model.rows if row.entry.kind == "SettingChanged")
    page.table.select_key(row.key)
    page.lead_there()
    settings = desktop.shell.page("settings")
    assert settings is not None
    assert desktop.shell.stack.currentWidget() is settings
    qtbot.waitUntil(lambda: not desktop.bridge.busy)
    field = settings.rows["orders.hold_minutes"][0]  # type: ignore[attr-defined]
    assert field.isVisible()


def test_an_export_that_is_stopped_leaves_no_file(opened: Opened, tmp_path: Path) -> None:
    _, page, shop = opened
    stopped = Control(lambda done, total: None)
    stopped.stop()
    target = tmp_path / "stopped.jsonl"
    assert page.source.export(target, stopped) is None
    assert list(tmp_path.glob("stopped*")) == []
    told: list[tuple[int, int]] = []

    def many(tx: Tx) -> None:
        for _ in range(journal.TOLD):  # enough to be told of once more
            tx.emit(JournalExported())

    shop.engine.call(many)
    assert page.source.export(target, Control(lambda done, total: told.append((done, total)))) is not None
    assert told[0][0] == 0
    assert told[-1][0] == journal.TOLD


def test_what_was_done_is_said_newest_first_with_who_did_it(opened: Opened) -> None:
    _, page, _ = opened
    rows = page.model.rows
    assert [row.entry.seq for row in rows] == sorted((row.entry.seq for row in rows), reverse=True)
    said = {row.what: row.who for row in rows}
    assert said["Un réglage a été modifié\u202f: Durée de réservation d’un article, en minutes"] == "Cette fenêtre"
    reserved = next(row for row in rows if row.entry.kind == "OrderReserved")
    assert reserved.who == "L’assistant"
    assert reserved.what.endswith("30\u202f000\u00a0F\u202fCFA")


def test_it_is_filtered_and_leads_to_what_it_is_about(opened: Opened, qtbot: QtBot) -> None:
    desktop, page, _ = opened
    page.chips["sales"].click()
    qtbot.waitUntil(lambda: not desktop.bridge.busy and {row.page for row in page.model.rows} <= {"orders", "pipeline"})
    page.ask(part="all", text="hold_minutes")
    qtbot.waitUntil(lambda: not desktop.bridge.busy and len(page.model.rows) == 1)
    page.table.select_key(page.model.rows[0].key)
    assert page.pane.isVisible()
    page.ask(part="money", text="")
    qtbot.waitUntil(lambda: not desktop.bridge.busy and page._stack.currentWidget() is page._nothing)
    page.ask(part="sales", text="")
    qtbot.waitUntil(lambda: not desktop.bridge.busy and bool(page.model.rows))
    page.table.select_key(next(row.key for row in page.model.rows if row.page == "orders"))
    asked: list[tuple[str, object]] = []
    page.wants.disconnect()
    page.wants.connect(lambda name, subject: asked.append((name, subject)))
    page.lead_there()
    assert asked == [("orders", 1)]


def test_the_chain_is_checked_and_a_changed_entry_is_named(opened: Opened, qtbot: QtBot) -> None:
    desktop, page, shop = opened
    page.check.click()
    qtbot.waitUntil(lambda: page.verdict.isVisible() and not desktop.bridge.busy)
    assert "intact" in page.verdict.accessibleName()
    shop.engine.call(lambda tx: tx.run("DROP TRIGGER journal_no_update"))
    shop.engine.call(lambda tx: tx.run("UPDATE journal SET actor = 'nobody' WHERE seq = 2"))
    page.check.click()
    qtbot.waitUntil(lambda: "2" in page.verdict.accessibleName() and not desktop.bridge.busy)
    assert page.verdict.property("role") == "danger"


def test_it_is_exported_with_its_verifier(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    desktop, page, shop = opened
    target = tmp_path / "out" / "journal.jsonl"
    target.parent.mkdir()
    page.export(target)
    qtbot.waitUntil(lambda: target.exists() and not desktop.bridge.busy)
    assert (target.parent / VERIFIER).exists()
    last = json.loads(target.read_text("utf-8").splitlines()[-1])
    assert JournalExported.__name__ in json.dumps(last)
    assert shop.engine.read(journal.verify).intact
