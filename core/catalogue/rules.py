"""Rules of the catalogue: what a product's fields may hold, stock arithmetic, what an import changes. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from core.kernel.errors import Refused
from core.kernel.money import currency_sign, parse_amount
from core.kernel.patterns import late
from core.kernel.text import fold

SKU_MAX: Final = 64
KEYWORD_MIN: Final = 2
KEYWORD_MAX: Final = 20
TITLE_MAX: Final = 200
DESCRIPTION_MAX: Final = 2000
CATEGORY_MAX: Final = 60
PHOTO_MAX: Final = 500
VAT_MAX: Final = 30  # percent
STOCK_MAX: Final = 1_000_000

_COMMAND_WORDS = """
    OUI OUII WI OUAIS NON NN NAN NONN OK OKAY YES YEP YEAH NO NOPE ENY EKA IE TSIA TSY VOILA EXACT CONFIRME VALIDE
    PAYER PAYE PAYES PAY LIEN LINK ANNULER ANNULE ANNULEE CANCEL FOANO STOP AIDE HELP MENU CATALOGUE CATALOG ACHATS
    COMMANDES COMMANDE MODIFIER CONFIRMER RESERVER PRENDS VEUX PRIX COMBIEN DISPO STOCK VENDEUR CONSEILLER MERCI
    MISAOTRA THANKS THANK BONJOUR BONSOIR BJR BSR SALUT SLT COUCOU CC SALAMA SALAM HELLO HEY HI SUPER PARFAIT UN UNE
    DEUX TROIS QUATRE CINQ SIX SEPT HUIT NEUF DIX ONZE DOUZE QUINZE VINGT ONE TWO THREE FOUR FIVE TEN IRAY RAY ROA
    TELO EFATRA DIMY ENINA FITO VALO SIVY FOLO
    DOUZAINE ROAPOLO RAIKA RAIKY ROE BENN NAARI TREIZE QUATORZE SEIZE TRENTE QUARANTE CINQUANTE SOIXANTE CENT DIZAINE
    DIZAINES DOUZAINES QUINZAINE VINGTAINE TRENTAINE QUARANTAINE CINQUANTAINE SOIXANTAINE CENTAINE CENTAINES TELOPOLO
    EFAPOLO DIMAMPOLO ENIMPOLO FITOPOLO VALOPOLO SIVIFOLO ZATO ROANJATO TELONJATO DIMANJATO SEVEN EIGHT NINE ELEVEN
    TWELVE THIRTEEN FOURTEEN FIFTEEN SIXTEEN EIGHTEEN TWENTY THIRTY FORTY FIFTY DOZEN WAAW WAW ANANKIRAY ANANKIROA
    ANANKITELO ANANKIEFATRA AROY AROE EFATSE NAAR NETT NETTI NENT
"""
# Words that already mean something to the bot: a product must not answer to them.
RESERVED: Final[frozenset[str]] = frozenset(_COMMAND_WORDS.split())

_NUMBER = late(r"(?P<before>[^\d+\-.,]*)(?P<number>[+-]?\d[\d\s.,'’]*)(?P<after>[^\d]*)", re.ASCII)
_WHOLE = late(r"(\d{1,3})(?:[.,]0+)?", re.ASCII)
_CFA = frozenset({"XOF", "XAF"})
_UNITS: Final[dict[str, frozenset[str]]] = {
    "": frozenset(),
    **dict.fromkeys(("f", "fr", "frs", "franc", "francs"), frozenset({"XOF", "XAF", "GNF", "KMF"})),
    **dict.fromkeys(("cfa", "fcfa", "frcfa", "francscfa", "xof", "xaf"), _CFA),
    **dict.fromkeys(("ar", "mga", "ariary"), frozenset({"MGA"})),
    **dict.fromkeys(("eur", "euro", "euros", "€"), frozenset({"EUR"})),
    **dict.fromkeys(("usd", "dollar", "dollars", "$"), frozenset({"USD"})),
    **dict.fromkeys(("fg", "gnf"), frozenset({"GNF"})),
    **dict.fromkeys(("fc", "kmf"), frozenset({"KMF"})),
}
_PIECES = frozenset({"", "pc", "pcs", "piece", "pieces", "u", "unite", "unites", "article", "articles"})


class ProductFields(Struct, frozen=True):
    """What a person fills in for one product. ``price`` in smallest units; ``vat`` in percent, None: the store's rate.

    For a product already in the catalogue ``stock`` is the last count given, not what is left after sales: importing
    the file of this morning again must not bring sold pieces back on sale.
    """

    sku: str
    keyword: str
    title: str
    description: str
    category: str
    price: int
    stock: int
    photo: str | None
    vat: int | None = None


FIELDS: Final[frozenset[str]] = frozenset(ProductFields.__struct_fields__)


# ------------------------------------------------------------------------------------------------------------- fields


def sku_key(sku: str) -> str:
    """What makes two SKUs the same: case and accents do not count."""
    return fold(sku)


def keyword_form(text: str) -> str:
    """``Robe n°1`` → ``ROBEN1``: upper-case letters and digits only, as a keyword is stored and compared."""
    plain = text if text.isascii() else fold(text)
    return "".join(c for c in plain.upper() if c.isalnum())


def check_sku(text: str) -> str:
    """The SKU as stored: trimmed, single spaces. Raises Refused when empty, too long or damaged by a spreadsheet."""
    sku = " ".join(text.split())
    if not sku:
        raise Refused("The SKU is missing.")
    _short_enough(sku, SKU_MAX)
    if re.fullmatch(r"\d[.,]\d+E[+]\d+", sku, re.IGNORECASE):
        raise Refused("The spreadsheet changed the SKU “{sku}”: format the column as text.", sku=sku)
    return sku


def check_keyword(text: str) -> str:
    """The keyword as stored, in capitals. Raises Refused unless 2–20 letters or digits, or for a word of the bot."""
    keyword = keyword_form(text)
    if not KEYWORD_MIN <= len(keyword) <= KEYWORD_MAX:
        raise Refused(
            "The keyword “{keyword}” must have {minimum} to {maximum} letters or digits.",
            keyword=text.strip()[:40],
            minimum=KEYWORD_MIN,
            maximum=KEYWORD_MAX,
        )
    if keyword in RESERVED:
        raise Refused("The keyword “{keyword}” already means something else in the conversation.", keyword=keyword)
    return keyword


def check_title(text: str) -> str:
    """The title on one line. Raises Refused when empty or longer than TITLE_MAX."""
    title = " ".join(text.split())
    if not title:
        raise Refused("The title is missing.")
    _short_enough(title, TITLE_MAX)
    return title


def check_description(text: str) -> str:
    """The description, its lines kept. Raises Refused when longer than DESCRIPTION_MAX."""
    _short_enough(text.strip(), DESCRIPTION_MAX)
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def check_category(text: str) -> str:
    """The category on one line. Raises Refused when longer than CATEGORY_MAX."""
    category = " ".join(text.split())
    _short_enough(category, CATEGORY_MAX)
    return category


def check_photo(text: str) -> str | None:
    """A file name or an address, None when empty. Raises Refused when longer than PHOTO_MAX."""
    photo = text.strip()
    _short_enough(photo, PHOTO_MAX)
    return photo or None


def check_price(text: str, currency: str) -> int:
    """Smallest units from ``15 000``, ``15.000 F CFA``, ``12,50 €``.

    Raises Refused when empty, zero, no amount, or written in another currency than the store's.
    """
    if text.isascii() and text.isdecimal() and len(text) < 10:
        units = parse_amount(text, currency)
    else:
        if not text.strip():
            raise Refused("The price is missing.")
        number, unit = _number_and_unit(text)
        if unit not in _UNITS:
            raise Refused("“{text}” is not an amount.", text=text.strip()[:40])
        if unit and currency not in _UNITS[unit]:
            raise Refused("“{text}” is not in {currency}.", text=text.strip()[:40], currency=currency_sign(currency))
        units = parse_amount(number, currency)
    if units == 0:
        raise Refused("The price must be more than zero.")
    return units


def check_vat(text: str) -> int | None:
    """A rate of its own in whole percent from ``18``, ``18 %`` or ``18,0``; None when empty: the store's rate.

    Raises Refused otherwise.
    """
    plain = text.replace("%", "").strip()
    if not plain:
        return None
    found = _WHOLE.fullmatch(plain)
    if found is None or int(found[1]) > VAT_MAX:
        raise Refused(
            "The VAT rate must be a whole number from 0 to {maximum}, not {text}.",
            maximum=VAT_MAX,
            text=text.strip()[:40],
        )
    return int(found[1])


def check_stock(text: str) -> int:
    """Whole pieces from ``10``, ``1 000``, ``10,0`` or ``10 pcs``. Raises Refused otherwise."""
    if text.isascii() and text.isdecimal() and len(text) < 7:
        return int(text)
    if not text.strip():
        raise Refused("The stock is missing.")
    number, unit = _number_and_unit(text)
    if unit not in _PIECES:
        raise Refused("“{text}” is not a number of pieces.", text=text.strip()[:40])
    if number.startswith("-") and any(c in "123456789" for c in number):
        raise Refused("The stock cannot be negative ({text}).", text=text.strip()[:40])
    try:
        pieces = parse_amount(number.lstrip("-"), "XOF")  # grouping and decimal marks are read as in prices
    except Refused:
        raise Refused("The stock must be a whole number, not {text}.", text=text.strip()[:40]) from None
    if pieces > STOCK_MAX:
        raise Refused("A stock of more than {maximum} pieces is surely a mistake.", maximum=STOCK_MAX)
    return pieces


def _short_enough(text: str, maximum: int) -> None:
    if len(text) > maximum:
        raise Refused("Too long: {length} characters, at most {maximum}.", length=len(text), maximum=maximum)


def _number_and_unit(text: str) -> tuple[str, str]:
    """``("15000", "fcfa")`` from ``15 000 F CFA``. Raises Refused when there is no number."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    found = _NUMBER.fullmatch(plain) if len(plain) <= 40 else None
    if found is None:
        raise Refused("“{text}” is not a number.", text=text.strip()[:40])
    unit = "".join(c for c in fold(found["before"] + found["after"]) if c.isalpha() or c in "€$")
    return "".join(found["number"].split()).rstrip(".,").replace("’", "'"), unit


# -------------------------------------------------------------------------------------------------------------- stock


def available(on_hand: int, held: int) -> int:
    """Pieces that may still be promised. Raises ValueError when 0 ≤ held ≤ on hand does not hold: that is a bug."""
    if not 0 <= held <= on_hand:
        raise ValueError(f"impossible stock: {held} held of {on_hand}")
    return on_hand - held


def check_count(counted: int, held: int) -> int:
    """The seller's new count. Raises Refused below what is reserved: those buyers were promised their piece."""
    if counted < 0:
        raise Refused("The stock cannot be negative ({text}).", text=counted)
    if counted < held:
        raise Refused("{held} are reserved: the stock cannot go below that.", held=held)
    return counted


class StockLevel(StrEnum):
    """How much is left, as messages and bars show it (F38)."""

    SOLD_OUT = "sold_out"
    LAST = "last"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def critical(left: int, total: int) -> bool:
    """Ruling R6: at most one left, or at most 20 % of the last count."""
    return left <= 1 or left * 5 <= total


def stock_level(left: int, total: int) -> StockLevel:
    """The word for what is left: low where the bar is critical, medium up to half."""
    if left <= 0:
        return StockLevel.SOLD_OUT
    if left == 1:
        return StockLevel.LAST
    if critical(left, total):
        return StockLevel.LOW
    return StockLevel.MEDIUM if left * 2 <= total else StockLevel.HIGH


# ------------------------------------------------------------------------------------------------------------- import


class Change(Struct, frozen=True):
    """What one imported product does to the catalogue; ``fields`` are the ones that differ, empty unless updated."""

    kind: str  # added, updated, unchanged
    fields: tuple[str, ...] = ()


def diff(existing: ProductFields | None, wanted: ProductFields, given: frozenset[str] = FIELDS) -> Change:
    """Compare one imported product with the catalogue; only the fields the file speaks about (``given``) count."""
    if existing is None:
        return Change("added")
    changed = tuple(
        name for name in _ORDER if name in given and _comparable(existing, name) != _comparable(wanted, name)
    )
    return Change("updated", changed) if changed else Change("unchanged")


_ORDER = tuple(ProductFields.__struct_fields__)


def _comparable(product: ProductFields, name: str) -> object:
    # A SKU written in other capitals is the same product, not a change.
    return sku_key(product.sku) if name == "sku" else getattr(product, name)


def clashes(keywords: Mapping[str, str], rows: Iterable[tuple[str, str, bool]]) -> dict[str, str]:
    """Imported products whose keyword another product of the catalogue would keep: SKU → the other's SKU key.

    ``keywords`` maps the SKU key of every product of the catalogue to its keyword; ``rows`` are (SKU, keyword, whether
    the file gave the keyword), no keyword twice. Judged on the state after the import, so two products may exchange
    their keywords; a row that clashes keeps its old one, and the rest is judged again.
    """
    moving = {
        sku_key(sku): (sku, keyword)
        for sku, keyword, given in rows
        if sku_key(sku) not in keywords or (given and keywords[sku_key(sku)] != keyword)
    }
    refused: dict[str, str] = {}
    while True:
        staying = {keyword: key for key, keyword in keywords.items() if key not in moving}
        found = {key: staying[keyword] for key, (_, keyword) in moving.items() if keyword in staying}
        if not found:
            return refused
        for key, other in found.items():
            refused[moving.pop(key)[0]] = other
