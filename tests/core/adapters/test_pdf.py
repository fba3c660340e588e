"""Invoices and quotes: what is written, that it breaks over pages, and that no text or picture can stop it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from PIL import Image

from core.adapters.pdf import (
    credit_note_sheet,
    invoice_sheet,
    quote_sheet,
    receipt_sheet,
    render,
)
from core.adapters.pdf_pen import writable
from core.invoices.documents import Buyer, CreditNoteDocument, InvoiceDocument, Line, Papers, ReceiptDocument, Seller
from core.invoices.regimes import REGIMES
from core.invoices.rules import Rounding, Share, taxed
from core.kernel.clock import DAY, parse_rfc3339
from core.kernel.money import format_money
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
    return Papers(
        changed,
        currency,
        language,
        ZoneInfo("Africa/Dakar"),
        folder,
        lambda nonce: "",
    )


def split(lines: tuple[Line, ...], rate: int) -> tuple[tuple[Line, ...], tuple[Share, ...]]:
    """The lines at a rate (lines that have one keep it), and their shares."""
    rates = [line.rate or rate for line in lines]
    found = taxed([(line.amount, r) for line, r in zip(lines, rates, strict=True)], Rounding.TOTAL)
    made = (replace(line, rate=r, net=n) for line, r, n in zip(lines, rates, found.nets, strict=True))
    return tuple(made), found.shares


def invoice(folder: Path, lines: tuple[Line, ...] = LINES, **changes: Any) -> InvoiceDocument:
    shown = changes.get("papers", papers(folder))
    lines, shares = split(lines, shown.seller.vat_rate)
    total = sum(line.amount for line in lines)
    made = InvoiceDocument(
        papers=shown,
        number="FA-2026-00042",
        reference="LP-2026-1120-A3F2",
        issued_at=EVENING,
        buyer=Buyer("Aminata Diallo", "+221776543210"),
        lines=lines,
        shares=shares,
        total=total,
        received=total,
        paid_at=EVENING,
        paid_by="wave",
        refunded=False,
        url="https://pay.teranga.sn/v/" + "a" * 38,
    )
    return replace(made, **changes)


def quote(folder: Path, lines: tuple[Line, ...] = LINES, **changes: Any) -> QuoteDocument:
    lines, shares = split(lines, 0)
    made = QuoteDocument(
        papers=papers(folder),
        number="DV-2026-0001",
        created_at=EVENING,
        valid_until=EVENING + 30 * DAY,
        buyer=Buyer("Hôtel", None),
        lines=lines,
        shares=shares,
        total=60_000,
        note="Acompte",
        url="https://pay.teranga.sn/v/" + "a" * 38,
    )
    return replace(made, **changes)


def texts(content: bytes) -> list[str]:
    """What stands on each page, as a reader extracts it (every space a plain one)."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return [re.sub(r"[\u00a0\u202f]", " ", page) for page in done.stdout.decode().split("\f")[:-1]]


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
    assert [(r.title, r.detail, r.cells) for r in sheet.rows] == [
        ("Robe wax Élégance", "ROBE1", ("1", "15\u202f000", "15\u202f000")),
        ("Sac cuir", "SAC2", ("2", "22\u202f500", "45\u202f000")),
    ]
    assert [(s.label, s.value) for s in sheet.sums] == [("Total", "60\u202f000\u00a0F\u202fCFA")]
    assert sheet.closing == ("Arrêtée la présente facture à la somme de soixante mille francs CFA.",)
    assert sheet.mention == SELLER.vat_mention
    assert sheet.status == ("Payée le 20 novembre 2026 par Wave", "paid")
    assert sheet.code.startswith("https://pay.teranga.sn/v/")


def test_every_fact_the_country_asks_for_is_printed(tmp_path: Path) -> None:
    regime = REGIMES["SN"].identifiers
    ids = tuple((known.name, f"valeur {n} de ce champ") for n, known in enumerate(regime))
    seller = papers(tmp_path, country="SN", ids=ids, legal_id="")
    sheet = invoice_sheet(invoice(tmp_path, papers=seller))
    legal = sheet.seller_lines[-1]
    assert [part.split("\u00a0")[0] for part in legal.split(" · ")] == [
        "NINEA",
        "RCCM",
        "Forme",
        "Capital",
        "Régime",
        "Centre",
    ]
    printed = "".join(texts(render(invoice(tmp_path, papers=seller))))
    assert all(value in printed for _, value in ids)


def test_a_credit_note_names_its_invoice_and_a_receipt_says_it_is_none(tmp_path: Path) -> None:
    lines, shares = split((Line("", "", 1, 5_000),), 18)
    seller = papers(tmp_path, vat_rate=18)
    url = "https://pay.teranga.sn/v/" + "a" * 38
    buyer = Buyer("Aminata Diallo", None)
    note = CreditNoteDocument(
        seller, "AV-2026-00001", "FA-2026-00042", EVENING, "LP-1", EVENING, buyer, lines, shares, 5_000, "Défaut", url
    )
    sheet = credit_note_sheet(note)
    assert (sheet.title, sheet.facts[1], sheet.rows[0].title) == (
        "Avoir",
        ("Facture", "FA-2026-00042"),
        "Partie de la facture FA-2026-00042",
    )
    assert sheet.closing == ("Arrêté le présent avoir à la somme de cinq mille francs CFA.",)
    assert sheet.note == "Motif\u202f: Défaut"
    receipt = ReceiptDocument(
        seller, "RE-2026-00001", "LP-1", EVENING, EVENING, buyer, "underpaid", "wave", 5_000, 15_000, url
    )
    shown = receipt_sheet(receipt)
    assert (shown.title, shown.rows[0].title, shown.rows[0].cells) == (
        "Reçu",
        "Versement reçu par Wave",
        ("5\u202f000",),
    )
    assert "ne vaut pas facture" in shown.mention
    assert pages(render(note)) == pages(render(receipt)) == 1


def test_a_malagasy_store_says_the_amount_in_both_languages(tmp_path: Path) -> None:
    sheet = invoice_sheet(invoice(tmp_path, papers=papers(tmp_path, "mg", "MGA")))
    assert sheet.closing == (
        "Arrêtée la présente facture à la somme de soixante mille ariary.",
        "Voafetra ho enina alina ariary ny vola voasoratra amin’ity faktiora ity.",
    )


def test_with_vat_its_parts_are_shown_and_no_exemption(tmp_path: Path) -> None:
    sheet = invoice_sheet(invoice(tmp_path, papers=papers(tmp_path, vat_rate=18)))
    assert [(s.label, s.value[:-6]) for s in sheet.sums] == [
        ("Total HT", "50\u202f847"),
        ("TVA 18\u202f%", "9\u202f153"),
        ("Total TTC", "60\u202f000"),
    ]
    assert sheet.columns[2:] == ("Prix unit. TTC", "TVA", "Montant HT", "Montant TTC")
    assert [row.cells[2:] for row in sheet.rows] == [
        ("18\u202f%", "12\u202f712", "15\u202f000"),
        ("18\u202f%", "38\u202f135", "45\u202f000"),
    ]
    assert sheet.mention == ""


def test_every_rate_has_its_line(tmp_path: Path) -> None:
    lines = (LINES[0], Line("Nuitée", "", 1, 11_000, rate=10))
    sheet = invoice_sheet(invoice(tmp_path, lines, papers=papers(tmp_path, vat_rate=18)))
    assert [(s.label, s.value[:-6]) for s in sheet.sums] == [
        ("Total HT", "22\u202f712"),
        ("TVA 10\u202f% sur 10\u202f000\u00a0F\u202fCFA", "1\u202f000"),
        ("TVA 18\u202f% sur 12\u202f712\u00a0F\u202fCFA", "2\u202f288"),
        ("Total TTC", "26\u202f000"),
    ]


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


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deposits": (("RE-2026-00001", 10_000),)}, [("Acompte, reçu RE-2026-00001", 10_000), ("Solde payé", 50_000)]),
        (
            {"deposits": (("RE-2026-00001", 10_000), ("RE-2026-00002", 5_000)), "received": 15_000},
            [
                ("Acompte, reçu RE-2026-00001", 10_000),
                ("Acompte, reçu RE-2026-00002", 5_000),
                ("Reste dû", 45_000),
            ],
        ),
        ({"received": 10_000}, [("Reçu", 10_000), ("Reste dû", 50_000)]),
        ({"received": 56_000, "credits": (("AV-2026-00001", 4_000),)}, [("Avoir AV-2026-00001", -4_000)]),
        (
            {"received": 75_000, "deposits": (("RE-2026-00001", 10_000),)},  # what is too much is not on this paper
            [("Acompte, reçu RE-2026-00001", 10_000), ("Solde payé", 50_000)],
        ),
    ],
)
def test_deposits_and_what_is_left_to_pay(tmp_path: Path, changes: dict[str, Any], said: list[tuple[str, int]]) -> None:
    """A part that was credited and given back is not owed."""
    sheet = invoice_sheet(invoice(tmp_path, **changes))
    assert [(s.label, s.value) for s in sheet.sums][1:] == [(label, format_money(v, "XOF")) for label, v in said]


def test_a_quote_says_until_when_and_leaves_room_to_sign(tmp_path: Path) -> None:
    sheet = quote_sheet(quote(tmp_path))
    assert sheet.facts == (("Date", "20 novembre 2026"), ("Valable jusqu’au", "20 décembre 2026"))
    assert sheet.closing == ("Arrêté le présent devis à la somme de soixante mille francs CFA.",)
    assert (sheet.signature, sheet.signature_about) == ("Bon pour accord", "Date, nom, signature et cachet")
    assert (sheet.status, sheet.buyer_label) == (None, "Préparé pour")
    assert (sheet.code, sheet.check_url[:26]) == ("", "https://pay.teranga.sn/v/a")


def test_an_english_store_writes_english(tmp_path: Path) -> None:
    sheet = invoice_sheet(invoice(tmp_path, papers=papers(tmp_path, "en"), paid_by="card"))
    assert (sheet.title, sheet.status) == ("Invoice", ("Paid on November 20, 2026 by Bank card", "paid"))


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    assert render(invoice(tmp_path)) == render(invoice(tmp_path))


def test_sixty_lines_break_over_pages_and_carry_their_sum(tmp_path: Path) -> None:
    lines = tuple(Line(f"Article {n}", f"ART-{n:03d}", 1, 1_000) for n in range(60))
    assert pages(render(invoice(tmp_path))) == 1
    assert pages(render(invoice(tmp_path, lines))) == 3
    assert pages(render(quote(tmp_path, lines=lines))) == 3


@pytest.mark.parametrize("rate", [0, 18])
@pytest.mark.parametrize("count", [*range(10, 30), 55, 140])
def test_wherever_the_page_ends_the_totals_stand_with_a_row(tmp_path: Path, count: int, rate: int) -> None:
    """The sums, the words and the code are on the last page together; every page but it carries on to the next."""
    lines = tuple(Line(f"Article {n}", f"ART-{n:03d}", 1, 1_000) for n in range(count))
    content = render(invoice(tmp_path, lines, papers=papers(tmp_path, vat_rate=rate)))
    found = texts(content)
    assert len(found) == pages(content)
    *before, last = found
    for text in ("Arrêtée la présente facture", "Scannez ce code", "Total"):
        assert text in last
    assert "Article" in last
    assert sum(page.count("ART-") for page in found) == count
    for number, page in enumerate(found, 1):
        assert f"Page {number} sur {len(found)}" in page
        assert ("À reporter" in page) == (number < len(found))
        assert ("Report" in page) == (number > 1)
        assert "FA-2026-00042" in page
        assert "Désignation" in page
    carried = 0
    for number, page in enumerate(before):
        carried += 1_000 * page.count("ART-")
        sum_so_far = f"{carried:,}".replace(",", " ")
        assert sum_so_far in page
        assert sum_so_far in found[number + 1]


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
    assert pages(render(invoice(tmp_path, lines, papers=seller, buyer=Buyer(text, None)))) >= 1
    assert pages(render(quote(tmp_path, papers=seller, lines=lines, note=text))) >= 1


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
    without = len(render(invoice(tmp_path)))
    Image.effect_noise((600, 300), 60).save(tmp_path / "logo.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    sizes = {
        name: len(render(invoice(tmp_path, papers=papers(tmp_path, logo=name))))
        for name in ("logo.png", "broken.png", "gone.png", "../logo.png", "notes.txt")
    }
    assert sizes["logo.png"] > without + 10_000
    assert sizes["../logo.png"] == sizes["logo.png"]  # only the name counts: nothing outside the folder is read
    assert sizes["broken.png"] == sizes["gone.png"] == sizes["notes.txt"] == without
