"""What an order says in the table, and what can be done with it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from core.fraud.rules import Signal
from core.kernel.clock import MINUTE, SECOND
from core.kernel.text import short_name
from core.live.views import BoardRow, LineView, OpenQuestion, ReceiptView
from desktop.pages.live.decisions import question
from desktop.pages.live.presenter import LivePresenter, filters_of
from desktop.pages.live.rows import RowText, cancel_question, entry, verbs
from tests.desktop.sample import NOW, held, paid, row

NARROW, NBSP = "\u202f", "\u00a0"


def expired(**changes: Any) -> BoardRow:
    return row(1, "Khady Sarr", 2, "expired", "E4C8", closed_at=NOW, reserved_at=NOW - 10 * MINUTE, **changes)


def test_a_pending_order_shows_its_clock_in_neutral_until_the_last_quarter(presenter: LivePresenter) -> None:
    text = RowText(held(1, "Fatim Keita", 2, 151, 10, "7C10"), presenter)
    assert text.clock(NOW) == ("2:31", "text")
    assert text.clock(NOW + SECOND) == ("2:30", "waiting")
    assert text.clock(NOW + 999 * SECOND) == ("0:00", "waiting")


def test_the_last_quarter_follows_the_length_of_the_hold(presenter: LivePresenter) -> None:
    short = RowText(held(1, "Moussa Kane", 3, 76, 5, "09DD"), presenter)
    assert short.clock(NOW) == ("1:16", "text")
    assert short.clock(NOW + SECOND) == ("1:15", "waiting")


def test_only_a_running_hold_has_a_clock(presenter: LivePresenter) -> None:
    assert RowText(expired(), presenter).clock(NOW) is None


@pytest.mark.parametrize(
    ("state", "word", "icon", "role"),
    [
        ("reserved", "En attente", "timer", "waiting"),
        ("paid", "Payée", "check", "paid"),
        ("expired", "Expirée", "x", "danger"),
        ("cancelled", "Annulée", "minus", "muted"),
        ("refunded", "Remboursée", "undo-2", "muted"),
    ],
)
def test_a_state_is_a_word_an_icon_and_a_colour(
    presenter: LivePresenter, state: str, word: str, icon: str, role: str
) -> None:
    badge = RowText(row(1, "A B", 1, state, "0001"), presenter).state
    assert (badge.text, badge.icon, badge.role) == (word, icon, role)


@pytest.mark.parametrize(
    ("exception", "word"),
    [
        ("paid_late", "Payée après l’heure"),
        ("underpaid", "Payée en partie"),
        ("overpaid", "Payée en trop"),
        ("paid_twice", "Payée deux fois"),
    ],
)
def test_an_open_exception_is_said_instead_of_the_state_and_goes_once_decided(
    presenter: LivePresenter, exception: str, word: str
) -> None:
    asked = replace(paid(1, "Awa Ndiaye", 1, "21:44:51", 725, "wave", 80, "55AF"), exception=exception, undecided=True)
    assert (RowText(asked, presenter).state.text, filters_of(asked)) == (word, ("all", "paid", "decide"))
    decided = replace(asked, undecided=False)
    assert (RowText(decided, presenter).state.text, filters_of(decided)) == ("Payée", ("all", "paid"))


def test_a_risk_is_said_before_novelty_and_score(presenter: LivePresenter) -> None:
    def said(**changes: Any) -> str | None:
        mark = RowText(held(1, "A B", 1, 60, 10, "0001", **changes), presenter).mark
        return mark.text if mark else None

    assert [said(badge="risk", score=5), said(badge="new", score=50), said(score=70), said()] == [
        "risque",
        "nouveau",
        "70",
        None,
    ]


def test_the_time_column_tells_what_happened_to_the_link(presenter: LivePresenter) -> None:
    sent = held(1, "A B", 1, 300, 10, "0001")
    below = [
        RowText(one, presenter).time.below
        for one in (sent, replace(sent, link_opened_at=NOW), replace(sent, link_opened_at=NOW, reminded_at=NOW))
    ]
    assert below == ["jusqu’à 21:52", "lien ouvert", "rappel envoyé"]


def test_a_paid_order_tells_when_and_how_fast(presenter: LivePresenter) -> None:
    time = RowText(paid(1, "Aminata Diop", 1, "21:47:09", 83, "wave", 95, "A3F2"), presenter).time
    assert (time.head, time.below) == ("21:47:09", f"1{NBSP}min{NBSP}23{NBSP}s")


def test_a_late_payment_tells_how_late(presenter: LivePresenter) -> None:
    late = replace(paid(1, "Awa Ndiaye", 1, "21:44:51", 725, "wave", 80, "55AF"), exception="paid_late")
    assert RowText(late, presenter).time.below == f"2{NBSP}min après la fin"


def test_an_expired_order_tells_who_got_the_item(presenter: LivePresenter) -> None:
    assert RowText(expired(next_customer="Rokia Ba"), presenter).time.below == "proposée à Rokia B."
    assert RowText(expired(), presenter).time.below == "lien jamais ouvert"
    assert RowText(expired(link_opened_at=NOW), presenter).time.below == "lien ouvert"


def test_several_lines_are_told_by_the_first_and_what_comes_with_it(presenter: LivePresenter) -> None:
    lines = (LineView(1, "ROBE1", "Robe", 2, 15000), LineView(2, "SAC2", "Sac", 1, 22000), LineView(3, "C", "D", 3, 1))
    cell = RowText(row(1, "A B", 1, "reserved", "0001", lines=lines), presenter).product
    assert (cell.head, cell.tail, cell.below) == ("ROBE1", f"×{NBSP}2", f"+{NBSP}SAC2, C ×{NBSP}3")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Aminata  Diallo", "Aminata D."),
        ("Awa", "Awa"),
        ("", ""),
        ("Élise ébène", "Élise É."),
        ("فاطمة الزهراء", "فاطمة الزهراء"),
        ("Queen Fatou 👑", "Queen F."),
        ("👑 🔥", "👑"),
    ],
)
def test_only_a_letter_that_has_a_capital_is_an_initial(name: str, shown: str) -> None:
    assert short_name(name) == shown


def test_an_order_without_lines_or_name_can_be_shown(presenter: LivePresenter) -> None:
    bare = RowText(row(1, "", 1, "reserved", "0001", lines=()), presenter)
    assert (bare.product.head, bare.customer) == ("–", "Client inconnu")


def test_amounts_are_grouped_by_narrow_spaces_and_partial_money_is_told(presenter: LivePresenter) -> None:
    part = row(1, "A B", 1, "reserved", "0001", exception="underpaid", undecided=True, received=9000)
    cell = RowText(part, presenter).amount
    assert (cell.head, cell.tail, cell.below) == (f"15{NARROW}000", "F", f"reçu 9{NARROW}000")


def test_a_malagasy_store_counts_in_ariary(presenter: LivePresenter) -> None:
    cell = RowText(row(1, "A B", 1, "reserved", "0001"), LivePresenter(presenter.t, "MGA", presenter.zone)).amount
    assert (cell.head, cell.tail) == (f"15{NARROW}000", "Ar")


def test_provider_names_are_those_buyers_know(presenter: LivePresenter) -> None:
    names = [
        RowText(replace(expired(), provider=name), presenter).means for name in ("wave", "stripe", "new_one", None)
    ]
    assert names == ["Wave", "Carte", "new_one", "–"]


def test_the_whole_order_can_be_read_out(presenter: LivePresenter) -> None:
    text = RowText(held(1, "Moussa Kane", 3, 72, 5, "09DD", badge="risk"), presenter)
    said = text.summary(NOW)
    assert said.split(" · ") == [
        "LP-2026-1120-09DD",
        "En attente",
        "Moussa K. risque",
        f"CHAUSSURE ×{NBSP}1 Chaussure Bazin",
        f"12{NARROW}000 F",
        "1:12 jusqu’à 21:48",
    ]


def test_verbs_are_those_the_state_allows() -> None:
    pending = held(1, "A B", 1, 60, 10, "0001")
    assert verbs(pending) == ("extend", "cancel", "link", "conversation", "restrict", "copy", "trace")
    assert verbs(replace(pending, conversation_id=None)) == ("extend", "cancel", "restrict", "copy", "trace")
    assert verbs(replace(pending, exception="underpaid", undecided=True))[0] == "decide"
    done = paid(1, "A B", 1, "21:47:09", 60, "wave", 90, "0001")
    assert verbs(done) == ("invoice", "conversation", "restrict", "copy", "trace")
    assert "release" in verbs(replace(done, restricted=True))


def test_the_question_before_cancelling_says_what_will_happen(presenter: LivePresenter) -> None:
    title, sentence = cancel_question(held(1, "Fatim Keita", 2, 512, 10, "7C10"), presenter)
    assert title == f"Annuler la commande LP-2026-1120-7C10{NARROW}?"
    assert sentence.startswith("Fatim K. reçoit un message")
    assert f"21{NARROW}h{NARROW}55" in sentence


def test_search_finds_names_products_and_references_without_accents() -> None:
    haystack = entry(paid(1, "Salimata Ouédraogo", 1, "21:41:02", 160, "wave", 60, "90A2")).haystack
    assert all(word in haystack for word in ("ouedraogo", "robe1", "ankara", "90a2"))


def test_money_that_waits_for_the_sellers_word_is_said_once_the_buyer_says_so(presenter: LivePresenter) -> None:
    shown = row(1, "Awa Ndiaye", 1, "reserved", "A3F2", receipt=ReceiptView("LP24K7A01", 15_000, claimed=False))
    claimed = row(1, "Awa Ndiaye", 1, "reserved", "A3F2", receipt=ReceiptView("LP24K7A01", 15_000, claimed=True))
    assert (RowText(shown, presenter).state.text, RowText(claimed, presenter).state.text) == (
        "En attente",
        "À vérifier",
    )
    assert verbs(shown)[0] == verbs(claimed)[0] == "receipt"
    assert ("decide" in filters_of(shown), "decide" in filters_of(claimed)) == (False, True)


def test_an_order_that_looks_like_fraud_says_why_and_asks_the_seller(presenter: LivePresenter) -> None:
    reasons = (Signal("talk", 45, 4), Signal("first", 30, 30))
    waits = replace(
        held(1, "Moussa Kane", 3, 151, 10, "09DD"),
        exception="suspect",
        undecided=True,
        risk=75,
        reasons=reasons,
        question=OpenQuestion(4, "suspect", 15_000, 0, ()),
    )
    text = RowText(waits, presenter)
    assert (text.state.text, text.state.role) == ("À vérifier", "waiting")
    assert text.mark is not None
    assert text.mark.text == "risque"
    assert "une première commande de 30 pièces (+30)" in text.summary(NOW)
    assert verbs(waits)[0] == "decide", "accept or refuse"
    asked = question(waits, presenter)
    assert asked.sentence.startswith("Risque 75 sur 100")
    assert [points for _, points in asked.reasons] == ["+45", "+30"]
