"""The customer's card: a score that explains itself, the order, what came before."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from core.conversations.views import CustomerCard, OrderBrief, OrderMark
from core.kernel.clock import DAY, MINUTE, SECOND
from desktop.pages.conversations.cards import CardText, CardWords
from desktop.pages.conversations.presenter import ConversationPresenter, Thread
from desktop.sources.conversations import ShopConversations
from tests.desktop.conversations.conftest import narrow, thread_of
from tests.desktop.conversations.store import Store, at, fill
from tests.desktop.conversations.test_presenter import NOW, row

CARD = CustomerCard(
    customer_id=1,
    name="Khady Sarr",
    phone="+221770000011",
    language="fr",
    since=at("20:00:00") - 250 * DAY,
    score=65,
    tier="silver",
    score_lines=(("Base", 50), ("Successful payments", 25), ("Expired reservations", -10)),
    orders=6,
    paid=5,
    spent=96_000,
    average_pay_ms=125 * SECOND,
    last_order_at=NOW - 12 * DAY,
    open_order=None,
    notes="Thiès",
)


def brief(state: str, **changes: Any) -> OrderBrief:
    return replace(OrderBrief(3, "LP-2026-1120-E4C8", state, None, "1 × SAC2", 22_000, at("21:43:00")), **changes)


def card(words: ConversationPresenter, *orders: OrderBrief, prefers: str | None = None, **changes: Any) -> CardText:
    marks = (OrderMark(3, "LP", "reserved", "1 × SAC2", 1, NOW, NOW + 6 * MINUTE + 5 * SECOND, None, None, None, None),)
    thread = Thread(row(), (), marks, replace(CARD, **changes), orders, prefers)
    found = CardWords(words).card(thread, NOW)
    assert found is not None
    return found


def test_the_score_is_a_sum(words: ConversationPresenter) -> None:
    found = card(words)
    assert [(label, narrow(points)) for label, points in found.lines] == [
        ("Base", "50"),
        ("5 paiements réussis", "+ 25"),
        ("1 réservation expirée", "− 10"),
    ]
    assert (found.score, found.tier, found.about) == ("65", "client fidèle · argent", "client depuis mars 2026")


def test_a_number_that_stands_for_a_name_is_said_once(words: ConversationPresenter) -> None:
    nameless = card(words, name="")
    assert nameless.name.startswith("+221")
    assert nameless.about == "client depuis mars 2026"
    head = words.head(row(name=" "))
    assert head.name.startswith("+221")
    assert head.about == "français"
    assert words.head(row()).about.startswith("+221")


def test_every_part_of_a_score_has_words(words: ConversationPresenter) -> None:
    lines = (("Pays fast", 10), ("Large total spent", 10), ("Expired reservations", -40), ("Potential fake buyer", -20))
    found = card(words, score_lines=lines, score=12, tier="bronze")
    assert [(narrow(label), narrow(points)) for label, points in found.lines] == [
        ("Paie en moins de 2 min", "+ 10"),
        ("A dépensé plus de 100 000 F", "+ 10"),
        ("4 réservations expirées", "− 40"),
        ("Réserve, ne paie presque jamais", "− 20"),
    ]
    assert found.score_role == "danger"
    assert found.tags[0].text == "faux acheteur potentiel"


def test_tags_say_how_somebody_pays(words: ConversationPresenter) -> None:
    assert [tag.text for tag in card(words, prefers="stripe").tags] == ["préfère la carte"]
    assert [tag.text for tag in card(words, prefers="orange_web").tags] == ["préfère Orange Money"]
    assert [tag.text for tag in card(words, prefers=None, earned=("loyal", "fast")).tags] == ["payeur rapide"]
    verified = card(words, earned=("loyal", "verified")).tags
    assert [narrow(tag.text) for tag in verified] == ["vérifié : 5 paiements sans incident"]


def test_the_card_says_how_somebody_buys_and_what_to_do(words: ConversationPresenter) -> None:
    assert card(words).advice == ()
    faker = card(words, advice="restrict", habit="never_pays", tier="bronze").advice
    assert faker == ("Commande, ne paie jamais.", "Réservation raccourcie à 5 min, ou paiement préalable.")
    best = card(words, advice="vip", habit="reliable", tier="gold", front=True, minutes=20).advice
    assert [narrow(line) for line in best] == [
        "Paie presque toujours.",
        "VIP : 20 min de réservation.",
        "Servi avant les autres qui attendent.",
    ]


def test_the_history_is_told_in_figures(words: ConversationPresenter) -> None:
    assert [(narrow(label), narrow(value)) for label, value in card(words, success=83).history] == [
        ("6 commandes, 5 payées (83 %)", "96 000 F"),
        ("Temps moyen de paiement", "2 min 05 s"),
        ("Dernière commande", "il y a 12 jours"),
    ]
    assert card(words, orders=0, paid=0, spent=0, average_pay_ms=None, last_order_at=None).history == ()


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "aujourd’hui"), (1, "hier"), (2, "il y a 2 jours"), (59, "il y a 59 jours"), (90, "il y a 3 mois")],
)
def test_how_long_ago_is_said_in_days(words: ConversationPresenter, days: int, said: str) -> None:
    assert CardWords(words).ago(NOW - days * DAY, NOW) == said


@pytest.mark.parametrize(
    ("order", "text", "role"),
    [
        (brief("reserved"), "En attente 6:05", "waiting"),
        (brief("paid"), "Payée 21:43", "paid"),
        (brief("expired"), "Expirée 21:43", "danger"),
        (brief("cancelled"), "Annulée 21:43", "muted"),
        (brief("refunded"), "Remboursée 21:43", "muted"),
        (brief("paid", at=NOW - 12 * DAY), "Payée 08/11/26", "paid"),
        (brief("paid", exception="paid_late", undecided=True), "Payée après l’heure", "waiting"),
        (brief("paid", exception="paid_late", undecided=False), "Payée 21:43", "paid"),
    ],
)
def test_the_order_says_its_state_and_time(
    words: ConversationPresenter, order: OrderBrief, text: str, role: str
) -> None:
    found = card(words, order).order
    assert found is not None
    assert (found.badge.text, found.badge.role, found.what) == (text, role, "SAC2")


def test_a_hold_counts_down(words: ConversationPresenter) -> None:
    thread = Thread(row(), (), (OrderMark(3, "LP", "reserved", "x", 1, NOW, NOW + MINUTE, None, None, None, None),))
    badges = [CardWords(words).badge(brief("reserved"), thread.marks, NOW + s * SECOND).text for s in (0, 1, 99)]
    assert badges == ["En attente 1:00", "En attente 0:59", "En attente 0:00"]


def test_khady_of_the_picture_has_her_own_score(
    words: ConversationPresenter, store: Store, source: ShopConversations
) -> None:
    fill(store)
    found = CardWords(words).card(thread_of(source, store, "Khady Sarr"), store.clock.now())
    assert found is not None
    assert (found.score, found.tier, found.notes) == (
        "65",
        "client fidèle · argent",
        "Livraison à Thiès, préfère le samedi.",
    )
    assert found.order is not None
    assert (found.order.what, found.order.badge.text) == ("SAC2", "Expirée 21:43")
    assert [order.badge.role for order in found.older] == ["paid"] * 4
    assert [tag.text for tag in found.tags] == ["préfère la carte"]
