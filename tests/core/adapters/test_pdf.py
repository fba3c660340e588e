"""Invoices and quotes: what is written, that it breaks over pages, and that no text or picture can stop it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from core.adapters.pdf import invoice_sheet, quote_sheet, render_invoice, render_quote
from core.adapters.pdf_pen import writable
from core.invoices.documents import Buyer, InvoiceDocument, Line, Papers, Seller
from core.kernel.clock import DAY, parse_rfc3339
from core.quotes.documents import QuoteDocument

EVENING = parse_rfc3339("2026-11-20T21:46:00Z")
SELLER = Seller(
    "Boutique Téranga",
    "12, rue Félix-Faure",
    "Dakar",
    "+221771234567",
    "NINEA 005123456 2G3\nRCCM SN-DKR-2019-B-12345",
    vat_mention="TVA non applicable — contribuable relevant de la CGU",
)
LINES = (Line("Robe wax Élégance", "ROBE1", 1, 15_000), Line("Sac cuir", "SAC2", 2, 22_500))


def papers(folder: Path, language: str = "fr", currency: str = "XOF", **seller: Any) -> Papers:
    changed = replace(SELLER, **seller)
    return Papers(changed, currency, language, ZoneInfo("Africa/Dakar"), folder, lambda nonce: "")


def invoice(folder: Path, lines: tuple[Line, ...] = LINES, **changes: Any) -> InvoiceDocument:
    total = sum(line.amount for line in lines)
    made = InvoiceDocument(
        papers=papers(folder),
        number="FA-2026-00042",
        reference="LP-2026-1120-A3F2",
        issued_at=EVENING,
        buyer=Buyer("Aminata Diallo", "+221776543210"),
        lines=lines,
        total=total,
        received=total,
        paid_at=EVENING,
        paid_by="wave",
        refunded=False,
        url="https://pay.teranga.sn/p/" + "a" * 38,
    )
    return replace(made, **changes)


def quote(folder: Path, **changes: Any) -> QuoteDocument:
    made = QuoteDocument(
        papers(folder), "DV-2026-0001", EVENING, EVENING + 30 * DAY, Buyer("Hôtel", None), LINES, 60_000, "Acompte"
    )
    return replace(made, **changes)


def pages(content: bytes) -> int:
    found = re.search(rb"/Count (\d+)", content)
    assert found
    return int(found[1])


def test_an_invoice_says_what_the_law_and_the_buyer_ask(tmp_path: Path) -> None:
    sheet = invoice_sheet(invoice(tmp_path))
    assert (sheet.title, sheet.number) == ("Facture", "FA-2026-00042")
    assert sheet.facts == (("Date", "20 novembre 2026"), ("Commande", "LP-2026-1120-A3F2"))
    assert sheet.buyer == ("Aminata Diallo", "+221\u00a077\u00a0654\u00a032\u00a010")
    assert sheet.seller_lines[0] == "12, rue Félix-Faure, Dakar"
    assert "NINEA" in sheet.seller_lines[2]
    assert "RCCM" in sheet.seller_lines[2]
    assert sheet.columns == ("Désignation", "Qté", "Prix unitaire", "Montant")
    assert [(r.title, r.detail, r.quantity, r.unit_price, r.amount_text) for r in sheet.rows] == [
        ("Robe wax Élégance", "ROBE1", "1", "15\u202f000", "15\u202f000"),
        ("Sac cuir", "SAC2", "2", "22\u202f500", "45\u202f000"),
    ]
    assert [(s.label, s.value) for s in sheet.sums] == [("Total", "60\u202f000\u00a0F\u202fCFA")]
    assert sheet.closing == "Arrêtée la présente facture à la somme de soixante mille francs CFA."
    assert sheet.mention == SELLER.vat_mention
    assert sheet.status == ("Payée le 20 novembre 2026 par Wave", "paid")
    assert sheet.code.startswith("https://pay.teranga.sn/p/")


def test_with_vat_its_parts_are_shown_and_no_exemption(tmp_path: Path) -> None:
    sheet = invoice_sheet(invoice(tmp_path, papers=papers(tmp_path, vat_rate=18)))
    assert [(s.label, s.value[:-6]) for s in sheet.sums] == [
        ("Total HT", "50\u202f847"),
        ("TVA 18\u202f%", "9\u202f153"),
        ("Total TTC", "60\u202f000"),
    ]
    assert sheet.columns[2:] == ("Prix unitaire TTC", "Montant TTC")
    assert sheet.mention == ""


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"paid_by": "card"}, ("Payée le 20 novembre 2026 par carte bancaire", "paid")),
        ({"paid_by": "orange_money"}, ("Payée le 20 novembre 2026 par Orange Money", "paid")),
        ({"paid_by": ""}, ("Payée le 20 novembre 2026", "paid")),
        ({"paid_at": parse_rfc3339("2026-12-01T00:30:00Z")}, ("Payée le 1er décembre 2026 par Wave", "paid")),
        ({"received": 10_000}, ("Payée en partie", "waiting")),
        ({"received": 0, "refunded": True}, ("Remboursée", "info")),
        ({"paid_at": None}, None),
    ],
)
def test_what_became_of_the_money(tmp_path: Path, changes: dict[str, Any], status: tuple[str, str] | None) -> None:
    sheet = invoice_sheet(invoice(tmp_path, **changes))
    assert sheet.status == status
    missing = [s.value for s in sheet.sums if s.label == "Reste dû"]
    assert missing == (["50\u202f000\u00a0F\u202fCFA"] if changes == {"received": 10_000} else [])


def test_a_quote_says_until_when_and_leaves_room_to_sign(tmp_path: Path) -> None:
    sheet = quote_sheet(quote(tmp_path))
    assert sheet.facts == (("Date", "20 novembre 2026"), ("Valable jusqu’au", "20 décembre 2026"))
    assert sheet.closing == "Arrêté le présent devis à la somme de soixante mille francs CFA."
    assert "signature" in sheet.signature
    assert (sheet.status, sheet.code, sheet.buyer_label) == (None, "", "Préparé pour")


def test_an_english_store_writes_english(tmp_path: Path) -> None:
    sheet = invoice_sheet(invoice(tmp_path, papers=papers(tmp_path, "en"), paid_by="card"))
    assert (sheet.title, sheet.status) == ("Invoice", ("Paid on November 20, 2026 by Bank card", "paid"))


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    assert render_invoice(invoice(tmp_path)) == render_invoice(invoice(tmp_path))


def test_sixty_lines_break_over_pages_and_carry_their_sum(tmp_path: Path) -> None:
    lines = tuple(Line(f"Article {n}", f"ART-{n:03d}", 1, 1_000) for n in range(60))
    assert pages(render_invoice(invoice(tmp_path))) == 1
    assert pages(render_invoice(invoice(tmp_path, lines))) == 3
    assert pages(render_quote(quote(tmp_path, lines=lines))) == 3


@pytest.mark.parametrize("count", range(10, 30))
def test_wherever_the_page_ends_the_totals_stand_with_a_row(tmp_path: Path, count: int) -> None:
    lines = tuple(Line(f"Article {n}", f"ART-{n:03d}", 1, 1_000) for n in range(count))
    assert 1 <= pages(render_invoice(invoice(tmp_path, lines))) <= 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 2000,
        "mot " * 400,
        "Robe ✨👗🏿\u200d wax",
        "\x00\x07\ud800\ufffe",
        "عربي ⵣ 中文 한국어",
        "ﬁn — « l’été » №5 ½ ²",
        "A\u0301e\u0302\u0323",
        "ligne 1\nligne 2\r\nligne 3\ttab",
        "<b>**gras**</b> \\( \\) %d {x}",
    ],
)
def test_every_text_can_be_printed(tmp_path: Path, text: str) -> None:
    """A product's title comes from anybody; fpdf2 would log each glyph it lacks, and some stop it."""
    lines = (Line(text, text[:40], 1, 1),)
    seller = papers(tmp_path, name=text or "x", address=text, legal_id=text, vat_mention=text)
    assert pages(render_invoice(invoice(tmp_path, lines, papers=seller, buyer=Buyer(text, None)))) >= 1
    assert pages(render_quote(quote(tmp_path, papers=seller, lines=lines, note=text))) >= 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Robe ✨ wax", "Robe wax"),
        ("ﬁn", "fin"),
        ("prix\u2003fixe", "prix fixe"),
        ("中文", "??"),
        ("15\u202f000\u00a0F", "15\u202f000\u00a0F"),
    ],
)
def test_what_the_font_lacks_is_replaced(text: str, shown: str) -> None:
    assert writable(text) == shown


def test_a_logo_is_drawn_and_a_broken_one_left_out(tmp_path: Path) -> None:
    without = len(render_invoice(invoice(tmp_path)))
    Image.effect_noise((600, 300), 60).save(tmp_path / "logo.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    sizes = {
        name: len(render_invoice(invoice(tmp_path, papers=papers(tmp_path, logo=name))))
        for name in ("logo.png", "broken.png", "gone.png", "../logo.png", "notes.txt")
    }
    assert sizes["logo.png"] > without + 10_000
    assert sizes["../logo.png"] == sizes["logo.png"]  # only the name counts: nothing outside the folder is read
    assert sizes["broken.png"] == sizes["gone.png"] == sizes["notes.txt"] == without
