"""What the board's head, tiles, stock, alerts, curve and questions say."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from msgspec.structs import replace

from core.catalogue.views import ProductView
from core.fraud.rules import Signal
from core.kernel.clock import HOUR, MINUTE, SECOND
from core.kernel.errors import NotFound
from core.live.views import Alert, LineView, MinuteBar, OpenQuestion, StockBar, Tiles
from core.orders import rules, service
from desktop.pages.live import drafts
from desktop.pages.live.curve import LONGEST, curve, peaks
from desktop.pages.live.decisions import CHOICES, goods, question, replaced, replacement
from desktop.pages.live.presenter import SOURCES, LivePresenter, NewInvoice
from desktop.statusline import backup_text
from desktop.texts import Texts
from tests.desktop.sample import MINUTES, NOW, SESSION, START, STOCK, TILES, SampleSource, paid

NARROW, NBSP = "\u202f", "\u00a0"


def test_the_time_on_air_is_said_in_minutes_then_hours(presenter: LivePresenter) -> None:
    assert presenter.elapsed(SESSION, NOW) == f"47{NBSP}min{NBSP}12{NBSP}s"
    assert presenter.elapsed(SESSION, START + HOUR + 5 * MINUTE) == f"1{NBSP}h{NBSP}05"
    assert presenter.elapsed(SESSION, START - SECOND) == f"0{NBSP}min{NBSP}00{NBSP}s"


def test_tiles_say_figure_and_what_else_to_know(presenter: LivePresenter) -> None:
    said = [(tile.title, tile.value, tile.caption, tile.role) for tile in presenter.tiles(TILES)]
    assert said == [
        ("Commandes", "23", f"+{NBSP}4 en file d’attente", "text"),
        ("Payées", "18", f"78{NBSP}% de conversion", "paid"),
        ("En attente", "3", f"64{NARROW}000{NBSP}F à encaisser", "waiting"),
        ("Expirées", "1", "1 annulée", "danger"),
        ("Encaissé", f"342{NARROW}000", f"F{NARROW}CFA · +41{NARROW}000 en 10{NBSP}min", "gold"),
    ]


def test_tiles_of_an_empty_live_divide_by_nothing(presenter: LivePresenter) -> None:
    captions = [tile.caption for tile in presenter.tiles(Tiles(0, 0, 0, 0, 0, 0, 0, 0, 0, 0))]
    assert captions == [
        "file d’attente vide",
        "aucune encore",
        f"0{NBSP}F à encaisser",
        "0 annulée",
        f"F{NARROW}CFA",
    ]


@pytest.mark.parametrize(
    ("bar", "left", "role", "free", "held_share"),
    [
        (StockBar(1, "R", "Robe", 2, 2, 10, False), "2 / 10", "text", 0.2, 0.2),
        (StockBar(1, "R", "Robe", 1, 1, 5, True), "1 / 5 · critique", "danger", 0.2, 0.2),
        (StockBar(1, "R", "Robe", 0, 3, 5, True), "0 / 5 · épuisé", "danger", 0.0, 0.6),
        (StockBar(1, "R", "Robe", 0, 0, 0, True), "0 / 0 · épuisé", "danger", 0.0, 0.0),
        (StockBar(1, "R", "Robe", 8, 4, 10, False), "8 / 10", "text", 8 / 12, 4 / 12),
    ],
)
def test_stock_says_what_is_left_and_never_overflows_its_bar(
    presenter: LivePresenter, bar: StockBar, left: str, role: str, free: float, held_share: float
) -> None:
    text = presenter.stock(bar)
    assert (text.left.replace(NBSP, " "), text.role) == (left, role)
    assert [text.free, text.held] == pytest.approx([free, held_share])
    assert text.said == f"R Robe{NARROW}: {bar.available} disponibles, {bar.held} réservés, sur {bar.total}"


@pytest.mark.parametrize(
    ("alert", "title", "detail", "verb", "act"),
    [
        (
            Alert(
                "decide", 1, {"exception": "paid_late", "customer": "Awa Ndiaye", "amount": 15000, "reference": "LP-1"}
            ),
            "Payée après l’heure",
            f"15{NARROW}000{NBSP}F · Awa N. · LP-1",
            "Décider",
            "decide",
        ),
        (
            Alert("refund", 9, {"customer": "Awa Ndiaye", "amount": 500, "reference": "LP-1"}),
            "Argent à rendre",
            f"500{NBSP}F · Awa N. · LP-1",
            "Fait",
            "refund",
        ),
        (
            Alert("low_stock", 3, {"sku": "SAC2", "available": 2}),
            f"SAC2{NARROW}: 2 restants",
            "stock critique",
            "Voir",
            "product",
        ),
        (
            Alert("low_stock", 3, {"sku": "SAC2", "available": 1, "orders_left": 2}),
            f"SAC2{NARROW}: 1 restant",
            "rupture dans ≈2 commandes",
            "Voir",
            "product",
        ),
        (
            Alert("sold_out", 3, {"sku": "SAC2", "available": 0}),
            f"SAC2{NARROW}: épuisé",
            "les nouvelles demandes vont en file d’attente",
            "Voir",
            "product",
        ),
        (
            Alert("answer", 7, {"count": 3, "text": "livraison ?"}),
            "3 messages à reprendre",
            f"«{NARROW}livraison ?{NARROW}»",
            "Répondre",
            "conversation",
        ),
        (
            Alert("message_failed", 0, {"count": 1}),
            "1 message non remis",
            "la raison est dans la conversation",
            "Voir",
            "conversation",
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Alert) else "",
)
def test_an_alert_says_what_about_whom_and_one_verb(
    presenter: LivePresenter, alert: Alert, title: str, detail: str, verb: str, act: str
) -> None:
    text = presenter.alert(alert)
    assert (text.title, text.detail, text.verb, text.act) == (title, detail, verb, act)


def test_an_alert_about_an_order_on_the_board_names_the_product(presenter: LivePresenter) -> None:
    alert = Alert(
        "decide", 1, {"exception": "paid_late", "customer": "Awa Ndiaye", "amount": 15000, "reference": "LP-1"}
    )
    row = paid(1, "Awa Ndiaye", 1, "21:44:51", 725, "wave", 80, "55AF")
    assert presenter.alert(alert, row).detail == f"15{NARROW}000{NBSP}F · Awa N. · ROBE1"


def test_an_alert_of_an_unknown_kind_or_without_values_is_still_said(presenter: LivePresenter) -> None:
    assert presenter.alert(Alert("new_kind", 0, {})).verb == ""
    assert presenter.alert(Alert("answer", 0, {})).detail == ""


def test_sources_of_a_live_are_known_to_the_shop() -> None:
    assert [name for name, _ in SOURCES if name not in service.SOURCES] == []


# -- the curve


def test_peaks_stand_out_from_their_neighbours_and_from_the_average() -> None:
    assert peaks([1, 2, 9, 3, 1, 1, 1, 1, 1, 1, 1, 1, 7, 1]) == {2, 12}
    assert peaks([1, 2, 1, 2]) == set()
    assert peaks([5, 5, 5, 5]) == set()
    assert peaks([0, 0, 6, 6, 0, 0, 0]) == {2}
    assert peaks([]) == set()


def test_the_curve_has_every_minute_from_the_start_to_now(t: Texts, presenter: LivePresenter) -> None:
    made = curve(MINUTES, START, NOW, t, presenter.zone)
    assert len(made.bars) == 48
    assert made.first == START - START % MINUTE
    assert made.caption == "pic à 21:13 quand ROBE1 était à l’écran"
    assert [place for place, bar in enumerate(made.bars) if bar.peak] == [13, 34]
    assert made.bars[13].tip == f"21:13{NARROW}: 9 commandes · ROBE1"
    assert made.summary.startswith("133 commandes en 48")


def test_minutes_nobody_ordered_in_are_there_and_keep_what_was_on_screen(t: Texts, presenter: LivePresenter) -> None:
    first = START // MINUTE * MINUTE
    made = curve(
        [MinuteBar(first, 4, "ROBE1"), MinuteBar(first + 3 * MINUTE, 1, None)],
        first,
        first + 4 * MINUTE,
        t,
        presenter.zone,
    )
    assert [(bar.value, bar.product) for bar in made.bars] == [
        (4, "ROBE1"),
        (0, "ROBE1"),
        (0, "ROBE1"),
        (1, ""),
        (0, ""),
    ]


def test_a_live_left_open_for_days_draws_its_last_hours(t: Texts, presenter: LivePresenter) -> None:
    assert len(curve([], NOW - 100 * HOUR, NOW, t, presenter.zone).bars) == LONGEST


PRODUCT = SampleSource().products("ROBE1", 1)[0]

# -- decisions


def late(
    kind: str = "paid_late", amount: int = 15000, gone: tuple[int, ...] = (), more: int = 0, **changes: Any
) -> Any:
    """An order of one dress at 15 000 with a question of this kind about so much money."""
    row = replace(paid(1, "Awa Ndiaye", 1, "21:44:51", 725, "wave", 80, "55AF"), exception=kind, undecided=True)
    return replace(row, question=OpenQuestion(9, kind, amount, more, gone), **changes)


def test_choices_are_those_the_shop_accepts() -> None:
    assert CHOICES == rules.CHOICES


@pytest.mark.parametrize("kind", CHOICES)
def test_every_exception_is_told_with_its_amount_and_its_choices(presenter: LivePresenter, kind: str) -> None:
    amount = {"underpaid": 9000, "overpaid": 5000}.get(kind, 15000)
    asked = question(late(kind, amount, risk=45, reasons=(Signal("talk", 45, 4),)), presenter)
    assert (asked.id, asked.title, asked.more) == (9, presenter.exception(kind), "")
    assert ("45" if kind == "suspect" else presenter.money(amount)) in asked.sentence
    assert tuple(choice.choice for choice in asked.choices) == CHOICES[kind]
    assert all(choice.title and choice.consequence and choice.verb for choice in asked.choices)
    assert asked.advised == CHOICES[kind][0]


def test_a_late_payment_is_told_with_its_time_and_delay(presenter: LivePresenter) -> None:
    sentence = question(late(), presenter).sentence
    assert f"à 21{NARROW}h{NARROW}44" in sentence
    assert f"2{NBSP}min{NBSP}05{NBSP}s après" in sentence


@pytest.mark.parametrize(("kind", "amount"), [("paid_late", 15000), ("overpaid", 5000), ("paid_twice", 15000)])
def test_the_money_is_the_questions_even_when_more_came_later(presenter: LivePresenter, kind: str, amount: int) -> None:
    asked = question(late(kind, amount, more=1, received=95_000), presenter)
    refund = next(choice for choice in asked.choices if choice.choice == "refund")
    assert refund.consequence.startswith(presenter.money(amount))
    assert presenter.money(95_000) not in asked.sentence
    assert asked.more.startswith("Une autre question")


@pytest.mark.parametrize("kind", ["paid_late", "underpaid"])
def test_what_is_out_of_stock_cannot_be_honoured(presenter: LivePresenter, kind: str) -> None:
    asked = question(late(kind, 9000, gone=(1,)), presenter)
    assert asked.choices[0].obstacle == "ROBE1 n’est plus en stock."
    assert asked.advised == CHOICES[kind][1]
    assert question(late(kind, 9000), presenter).advised == "honour"


def test_an_order_without_a_question_puts_none(presenter: LivePresenter) -> None:
    with pytest.raises(NotFound):
        question(paid(1, "Awa Ndiaye", 1, "21:44:51", 725, "wave", 80, "55AF"), presenter)


def product(price: int, available: int) -> ProductView:
    return replace(PRODUCT, sku="SAC2", price=price, on_hand=available, held=0)


@pytest.mark.parametrize(
    ("price", "available", "quantity", "most"),
    [(12_000, 9, 2, 3), (12_000, 1, 1, 1), (30_000, 9, 1, 1), (37_000, 9, 1, 1), (0, 9, 2, 9)],
)
def test_a_replacement_is_as_many_as_are_gone_within_shelf_and_money(
    presenter: LivePresenter, price: int, available: int, quantity: int, most: int
) -> None:
    """Two dresses at 15 000 are gone, a bag at 7 000 stays, 44 000 came in."""
    lines = (LineView(1, "ROBE1", "Robe", 2, 15_000), LineView(2, "SAC3", "Sac", 1, 7_000))
    row = late(amount=44_000, gone=(1,), lines=lines)
    assert goods(replaced(row)) == f"ROBE1 ×{NBSP}2"
    found = replacement(row, product(price, available), presenter)
    assert (found.quantity, found.most, found.problem) == (quantity, most, "")
    offered = next(choice for choice in question(row, presenter).choices if choice.choice == "substitute")
    assert f"remplace ROBE1 ×{NBSP}2, le reste" in offered.consequence


def test_what_cannot_replace_says_why(presenter: LivePresenter) -> None:
    assert "épuisé" in replacement(late(), product(12_000, 0), presenter).problem
    assert f"15{NARROW}000" in replacement(late(), product(15_001, 3), presenter).problem


# -- drafts


def draft(**changes: Any) -> drafts.InvoiceDraft:
    return replace(drafts.InvoiceDraft(PRODUCT, 1, "Fatim Keita", "77 123 45 67"), **changes)


def test_a_complete_draft_becomes_an_invoice_in_e164(presenter: LivePresenter) -> None:
    assert not drafts.check(draft(), presenter, "SN")
    assert drafts.invoice(draft(wallet="00221 76 000 00 00"), "SN") == NewInvoice(
        1, 1, "Fatim Keita", "+221771234567", "+221760000000"
    )


def test_an_empty_draft_says_all_that_is_missing(presenter: LivePresenter) -> None:
    problems = drafts.check(drafts.InvoiceDraft(), presenter, "SN")
    assert (problems.product, problems.name, problems.phone, problems.wallet) == (
        "Choisissez un article.",
        "Tapez le nom du client.",
        "Tapez le numéro WhatsApp.",
        "",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phone": "77 12"}, "phone"),
        ({"phone": "hello"}, "phone"),
        ({"wallet": "12"}, "wallet"),
        ({"name": "x" * 81}, "name"),
        ({"name": "  "}, "name"),
        ({"quantity": 3}, "product"),
        ({"product": replace(PRODUCT, on_hand=0)}, "product"),
    ],
)
def test_each_wrong_field_is_named_alone(presenter: LivePresenter, changes: dict[str, Any], field: str) -> None:
    problems = drafts.check(draft(**changes), presenter, "SN")
    assert {name for name in ("product", "name", "phone", "wallet") if getattr(problems, name)} == {field}


def test_another_product_cuts_the_quantity_to_what_is_left() -> None:
    assert draft(quantity=2).with_product(replace(PRODUCT, on_hand=1)).quantity == 1


# -- the status line


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (None, "Pas encore de sauvegarde"),
        (5 * SECOND, "Sauvegardé à l’instant"),
        (4 * MINUTE, f"Sauvegarde il y a 4{NBSP}min"),
        (3 * HOUR, f"Sauvegarde il y a 3{NBSP}h"),
        (24 * HOUR, "Sauvegarde il y a 1 jour"),
        (72 * HOUR, "Sauvegarde il y a 3 jours"),
    ],
)
def test_the_age_of_the_backup_is_said_in_words(t: Texts, age: int | None, text: str) -> None:
    assert backup_text(None if age is None else NOW - age, NOW, t) == text


def test_without_translation_the_english_ids_are_said() -> None:
    english = LivePresenter(Texts("en"), "XOF", UTC)
    assert english.tiles(TILES)[0].title == "Orders"
    assert english.stock(STOCK[0]).said == "ROBE1 Robe Wax Ankara: 2 available, 2 held, of 10"
    assert english.t.plural("{n} cancelled", "{n} cancelled", 2) == "2 cancelled"
