"""Quotes on paper: every sum is the quote's own, and nothing that a customer needs to answer it is missing or cut."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.adapters.pdf import quote_sheet, render
from core.invoices.documents import Line
from core.invoices.rules import Rounding
from core.kernel.money import format_money
from core.quotes.documents import QuoteDocument
from core.quotes.figures import by_line, figures, rates
from core.quotes.rules import Discount, QuoteLine, Terms
from core.quotes.service import Wording
from tests.core.adapters.test_pdf import pages, papers, quote, texts
from tests.core.quotes.test_sums import quoted

ANSWER = "https://pay.teranga.sn/q/" + "b" * 38


def written(folder: Path, wording: Wording, rate: int, rounding: Rounding, language: str = "fr") -> QuoteDocument:
    """The document of a quote, as :func:`core.quotes.documents.quote_document` makes it."""
    found, nets = figures(wording, rate, rounding), by_line(wording, rate, rounding).nets
    return replace(
        quote(folder),
        papers=papers(folder, language, vat_rate=rate),
        lines=tuple(
            Line(x.description, x.sku, x.quantity, x.unit_price, of, net, x.off)
            for x, of, net in zip(wording.lines, rates(wording, rate), nets, strict=True)
        ),
        shares=found.shares,
        total=found.total,
        subtotal=found.subtotal,
        off=found.off,
        discount=wording.discount,
        deposit=found.deposit,
        deposit_percent=wording.terms.deposit,
        pay_days=wording.terms.pay_days,
        balance_days=wording.terms.balance_days,
        answer_url=ANSWER,
    )


def money(text: str) -> int:
    """What an amount of the paper says."""
    return int(re.sub(r"[^\d]", "", text)) * (-1 if "\u2212" in text else 1)


@given(quoted(), st.sampled_from(Rounding), st.sampled_from([0, 18]), st.integers(0, 99))
def test_the_sums_on_paper_are_those_of_the_quote(
    found: tuple[list[QuoteLine], Discount | None], rounding: Rounding, rate: int, percent: int
) -> None:
    lines, discount = found
    wording = Wording(tuple(lines), discount, terms=Terms(deposit=percent))
    come_to = figures(wording, rate, rounding)
    sheet = quote_sheet(written(Path(), wording, rate, rounding))
    (strong,) = [each for each in sheet.sums if each.strong]
    assert money(strong.value) == come_to.total
    shown = [money(each.value) for each in sheet.sums if not each.strong]
    expected = [come_to.subtotal, -come_to.off] if come_to.off else []
    expected += [come_to.net, *(share.tax for share in come_to.shares)] if rate else []
    expected += [come_to.deposit] if come_to.deposit else []
    assert shown == expected
    assert [money(row.cells[-1]) for row in sheet.rows] == list(come_to.lines)
    assert sum(row.amounts[-1] for row in sheet.rows) == come_to.subtotal
    parts = [value for name, value in sheet.conditions if name in ("Acompte", "Solde", "Paiement")]
    assert sum(money(value.split(",")[0]) for value in parts) == come_to.total


@pytest.mark.parametrize("count", [1, 8, 14, 30, 66])
@pytest.mark.parametrize("language", ["fr", "en", "mg"])
def test_all_that_is_agreed_on_stands_on_the_last_page_together(tmp_path: Path, count: int, language: str) -> None:
    lines = tuple(QuoteLine(f"Article {n} " + "très long " * (n % 7), 2, 1_000, f"ART-{n:03d}") for n in range(count))
    terms = Terms(deposit=40)
    document = written(tmp_path, Wording(lines, Discount("percent", 5), terms=terms), 18, Rounding.TOTAL, language)
    content = render(replace(document, note="Livraison sous 8 jours. " * 12))
    found = [" ".join(page.split()) for page in texts(content)]
    assert len(found) == pages(content)
    total = format_money(document.total, "XOF").replace("\u202f", " ").replace("\u00a0", " ")
    approved, online = ("Approved", "Answer online") if language == "en" else ("Bon pour accord", "Répondre en ligne")
    for text in (total, approved, online, "Livraison sous 8 jours."):
        assert text in found[-1]
    assert sum(page.count("ART-") for page in found) == count
    assert ("hetsy" in found[-1] or "arivo" in found[-1]) == (language == "mg")
    for number, page in enumerate(found, 1):
        assert f"Page {number} {'of' if language == 'en' else 'sur'} {len(found)}" in page
    assert content.count(b"/Link") >= 2
    assert ANSWER.encode() in content


def test_without_a_page_to_answer_on_there_is_room_to_sign_only(tmp_path: Path) -> None:
    made = replace(written(tmp_path, Wording((QuoteLine("Pose", 1, 5_000),)), 0, Rounding.TOTAL), answer_url="", url="")
    (page,) = texts(render(made))
    assert "Bon pour accord" in page
    assert "Répondre en ligne" not in page
    assert "Paiement" in page


def test_a_share_taken_off_a_line_is_told_as_one(tmp_path: Path) -> None:
    made = quote(tmp_path, (Line("Sac", "SAC2", 2, 10_000, discount=2_000, discount_percent=10),))
    assert quote_sheet(made).rows[0].detail == "SAC2 · Remise 10\u202f%\u202f: \u22122\u202f000\u00a0F\u202fCFA"
