"""Two records of one person, and somebody beyond the limits, in the customer's card."""

from __future__ import annotations

from core.customers import merging
from desktop.pages.conversations.identity import MergeDialog
from desktop.widgets.dialog import Confirm
from tests.desktop.conversations.conftest import OpenInbox, chat, names, narrow
from tests.desktop.conversations.store import Store


def customers(store: Store) -> int:
    return int(store.shop.engine.read(lambda r: r.value("SELECT count(*) FROM customer WHERE merged_into IS NULL")))


def test_two_records_are_made_one_after_a_question(open_inbox: OpenInbox, store: Store) -> None:
    chat(store, messages=2)
    store.write("Moussa Ba", "bonjour")
    window = open_inbox("Awa Diop")
    before = customers(store)
    window.page.customer.identity.merge.click()
    dialog = window.dialog(MergeDialog)
    window.calm()
    assert "cherchez" in dialog.said.text()
    dialog.search.setText("moussa")
    dialog.search.textEdited.emit("moussa")
    window.qtbot.waitUntil(dialog.people[0].isVisible)
    assert "Moussa Ba" in dialog.people[0].text()
    assert not dialog.people[1].isVisible()
    dialog.people[0].click()
    asked = window.dialog(Confirm)
    said = narrow(" ".join(label.text() for label in asked.findChildren(type(asked.heading))))
    assert "notes et numéros de Moussa Ba deviennent ceux de Awa Diop" in said
    assert "peut se défaire" in said
    assert customers(store) == before, "only asked"
    asked.action.click()
    window.qtbot.waitUntil(lambda: any("un seul client" in text for text in window.notices()))
    assert customers(store) == before - 1
    kinds = store.shop.engine.read(lambda r: r.all("SELECT kind, actor FROM journal ORDER BY seq DESC LIMIT 4"))
    assert ("MergeAsked", "seller") in kinds
    window.page.settling.undo()  # Ctrl+Z
    window.qtbot.waitUntil(lambda: any("De nouveau deux clients" in text for text in window.notices()))
    assert customers(store) == before


def test_a_merge_is_taken_back_from_the_card(open_inbox: OpenInbox, store: Store) -> None:
    """Later, after a question that says who gets what."""
    chat(store, messages=2)
    store.write("Moussa Ba", "bonjour")
    find = "SELECT id FROM customer WHERE name = ?"
    kept, other = (store.shop.engine.read(lambda r, n=n: r.value(find, (n,))) for n in ("Awa Diop", "Moussa Ba"))  # type: ignore[misc]
    store.shop.engine.call(lambda tx: merging.merge(tx, kept, other), actor="seller")
    window = open_inbox("Awa Diop")
    part = window.page.customer.identity
    assert part.part.isVisible()
    assert "Réuni avec Moussa Ba le" in narrow(part.made_one.text())
    part.part.click()
    asked = window.dialog(Confirm)
    said = narrow(" ".join(label.text() for label in asked.findChildren(type(asked.heading))))
    assert "Reviennent à Moussa Ba : 0 commande, 2 messages" in said
    assert "Rien n’est venu depuis qui resterait à Awa Diop" in said
    asked.action.click()
    window.qtbot.waitUntil(lambda: any("De nouveau deux clients" in text for text in window.notices()))
    window.qtbot.waitUntil(lambda: not part.part.isVisible(), timeout=30_000)
    window.qtbot.waitUntil(lambda: "Moussa" in names(window), timeout=30_000)
    assert store.shop.engine.read(lambda r: r.value("SELECT merged_into FROM customer WHERE id = ?", (other,))) is None


def test_who_is_beyond_the_limits_can_be_let_through(open_inbox: OpenInbox, store: Store) -> None:
    store.shop.settings.set("orders.min_score", "60")
    chat(store, messages=2)
    window = open_inbox("Awa Diop")
    part = window.page.customer.identity
    assert part.allow.isVisible()
    assert "ne peut pas commander" in narrow(part.limit.text())
    part.allow.click()
    window.qtbot.waitUntil(lambda: any("de nouveau commander" in text for text in window.notices()))
    window.qtbot.waitUntil(lambda: not part.allow.isVisible())


def test_the_card_shows_what_keeps_a_score_within_its_bounds(open_inbox: OpenInbox, store: Store) -> None:
    chat(store, messages=2)
    change = "UPDATE customer SET orders = 6, paid = 1, expired = 5 WHERE name = 'Awa Diop'"
    store.shop.engine.call(lambda tx: tx.run(change))
    window = open_inbox("Awa Diop")
    card = window.page._cards.card(window.page.opened, window.page.now)  # type: ignore[arg-type]
    assert card is not None
    lines = dict(card.lines)
    assert narrow(lines["Reste entre 0 et 100"]) == "+ 5"
    assert card.score == "0"
    assert "faux acheteur potentiel" in [tag.text for tag in card.tags]
