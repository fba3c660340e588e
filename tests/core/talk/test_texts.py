"""What the bot says: complete in every language, within WhatsApp's limits, well set."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from core.conversations.limits import BODY, BUTTON_TITLE, ROW_DESCRIPTION, SECTION_TITLE
from core.conversations.texts import say, texts
from core.kernel.i18n import LANGUAGES
from core.kernel.money import format_money
from core.kernel.text import utf16_length

CORE = Path(__file__).resolve().parents[3] / "core"
KEYS = sorted(texts("fr"))
LONGEST: dict[str, Any] = {
    "example": ", par exemple " + "W" * 20 + " ou 2 " + "W" * 20,
    "amount": format_money(99_999_999, "XOF"),
    "balance": format_money(99_999_999, "XOF"),
    "asked": 999,
    "count": 9999,
    "customer": "Mohamed-Abdoulaye R.",
    "conversion": 100,
    "duration": "24\u00a0h\u00a059",
    "days": 120,
    "deposit": format_money(99_999_999, "XOF"),
    "due": format_money(99_999_999, "XOF"),
    "held": 998,
    "keyword": "K" * 20,
    "left": 99_999,
    "lines": "\n".join(f"999 × {'Grand boubou brodé ' * 3}… (KKKKKKKKKKKKKKKKKKKK)" for _ in range(8)),
    "expired": 9999,
    "hours": "lun.–ven. 9 h – 20 h, sam. 9 h – 13 h, dim. fermé",
    "month": "10/2026",
    "share": 100,
    "store": "Boutique Téranga de Dakar",
    "means": "Wave, Orange Money, Free Money, MTN MoMo, Moov Money, Carte bancaire",
    "more": "\nClient Diamant : réservation prioritaire\nVIP : 15 min de réservation",
    "most": 1000,
    "minutes": 1440,
    "name": "Mohamed-Abdoulaye",
    "new": 9999,
    "number": "FA-2026-00001",
    "orders": 9999,
    "paid": 9999,
    "pay_url": f"https://pay.boutique-teranga.sn/p/{'x' * 38}",
    "percent": 90,
    "phone": "+221\u00a077\u00a0123\u00a045\u00a067",
    "place": 9999,
    "price": format_money(99_999_999, "XOF"),
    "product": "Grand boubou brodé " * 4,
    "quantity": 999,
    "reason": "Trop cher " * 30,
    "reference": "LP-2026-0215-A3F2",
    "remaining": "1439:59",
    "returning": 9999,
    "score": 100,
    "text": "Bonjour, combien coûte la robe dorée ? " * 3,
    "revenue": format_money(999_999_999, "MGA"),
    "total": format_money(99_999_999, "XOF"),
    "until": "31/12/2026",
    "url": f"https://pay.boutique-teranga.sn/q/{'x' * 38}",
    "when": " / ".join(["mer. 24 sept. · 20 h 30, " + "Théâtre national Daniel-Sorano " * 2] * 2),
}
ONE_LINE = "999 × Grand boubou brodé, 999 × Sac à main"


def variants(key: str, language: str) -> dict[str, str]:
    """Every wording of one text; an only one under ``""``."""
    text = texts(language)[key]
    return {"": text} if isinstance(text, str) else {name: value for name, value in text.items() if name != "by"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text(language: str) -> None:
    assert sorted(texts(language)) == KEYS


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_uses_the_same_variables_and_variants_everywhere(key: str, language: str) -> None:
    french, here = texts("fr")[key], texts(language)[key]
    assert set(variants(key, language)) == set(variants(key, "fr"))
    assert all(
        placeholders(variants(key, language)[name]) == placeholders(text) for name, text in variants(key, "fr").items()
    )
    assert isinstance(french, str) or isinstance(here, str) or here["by"] == french["by"]
    assert isinstance(here, str) or {"by", "other"} <= set(here)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_keeps_within_the_limits_of_whatsapp(key: str, language: str) -> None:
    values = LONGEST | ({"lines": ONE_LINE} if key.startswith("my_orders_line") else {})
    limit = BODY
    if key.startswith("button_"):
        limit, values = BUTTON_TITLE, LONGEST | {"total": format_money(150_000, "XOF")}
    elif key in ("catalogue_row", "row_slot", "row_more_about"):
        limit = ROW_DESCRIPTION
    elif key == "catalogue_other":
        limit = SECTION_TITLE
    assert all(0 < utf16_length(text.format(**values)) <= limit for text in variants(key, language).values())


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", ["fr", "mg"])
def test_french_and_malagasy_are_set_with_narrow_spaces(key: str, language: str) -> None:
    for text in variants(key, language).values():
        assert not re.search(r"[^\u202f!?][!?;:»](?=\s|$)", text)
        assert not re.search(r"«[^\u202f]|'|\.\.\.", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_shouts_ends_in_blanks_or_leaves_bold_open(language: str) -> None:
    for key in KEYS:
        for text in variants(key, language).values():
            assert text == text.strip()
            assert text.count("*") % 2 == 0


def test_the_remaining_time_waits_until_the_message_leaves() -> None:
    given = {"lines": "1 × Robe", "total": "15 000 F", "reference": "LP-1"}
    assert "{remaining}" in say("pay_link", "fr", **given)
    assert "9:47" in say("pay_link", "fr", remaining="9:47", **given)


def test_a_number_picks_its_wording() -> None:
    assert say("product_card_history", "fr", count=1) == "🤝 Tu as 1 achat réussi chez ce vendeur."
    assert say("product_card_history", "fr", count=2) == "🤝 Tu as 2 achats réussis chez ce vendeur."
    assert say("greeting", "fr", name="", example="").startswith("👋 Bonjour et bienvenue\u202f!")
    assert say("greeting", "fr", name="Awa", example="").startswith("👋 Bonjour Awa\u202f!")


def test_braces_in_a_product_name_stay_as_they_are() -> None:
    said = say("price_answer", "fr", product="Robe {left} {0}", keyword="R1", price="5 F", left=4)
    assert "Robe {left} {0}" in said


def test_an_unknown_language_is_answered_in_french() -> None:
    assert say("button_pay", "wo") == "PAYER"


def test_a_missing_text_or_variable_is_our_bug() -> None:
    with pytest.raises(KeyError):
        say("no_such_text", "mg")
    with pytest.raises(KeyError):
        say("choose_payment", "fr")


def test_every_text_the_program_asks_for_exists() -> None:
    asked = set()
    for file in sorted((CORE / "conversations").glob("*.py")):
        source = file.read_text(encoding="utf-8")
        asked |= set(re.findall(r"(?:\bsay|\.text)\(\s*\"([a-z_0-9]+)\"", source))
    assert asked
    assert asked <= set(KEYS)
