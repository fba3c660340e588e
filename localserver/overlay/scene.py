"""What viewers of a live are shown now, in their words: the one message that the overlay's page is drawn from.

Nothing in it is private: no amount sold, no number of a buyer, and of a name no more than the store's settings allow.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from markupsafe import Markup

from core.bootstrap import Shop
from core.bootstrap.chat import claim_url
from core.kernel.patterns import late
from core.live.queries import stage
from core.live.views import StagedProduct, StageView
from core.storage.pictures import find
from localserver.overlay.options import Options
from localserver.pay.pictures import version
from localserver.pay.words import Words, spoken

LAST_PAID: Final = 3
LONGEST_NAME: Final = 14
_NAME: Final = late(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


def scene(shop: Shop, options: Options) -> dict[str, Any]:
    """The whole state. ``product`` is None while nothing in particular is on screen."""
    words = words_of(shop, options.lang)
    payers = LAST_PAID if "feed" in options.show and shop.settings.switch("overlay.payers") else 0
    view = shop.engine.read(lambda reader: stage(reader, payers))
    named = view.running or shop.settings.switch("overlay.name")
    return {
        "live": view.running,
        "store": shop.name if named else "",
        "logo": _address(shop, "logo", shop.settings.get("store.logo")) if named else "",
        "product": _product(shop, view.product, words) if view.product else None,
        "feed": _feed(shop, view, words),
    }


def words_of(shop: Shop, language: str) -> Words:
    """The language asked for, or the store's."""
    language = language or spoken(shop.settings.get("store.language"))
    return Words(language, shop.country.zone, shop.card.currency, "overlay")


def _product(shop: Shop, product: StagedProduct, words: Words) -> dict[str, Any]:
    left = product.available if product.on_sale else 0
    link = claim_url(shop, product.keyword, words.language) if product.on_sale else ""
    return {
        "id": product.product_id,
        "title": product.title,
        "price": words.money(product.price),
        "write": _plain(words.gettext("Write")) if product.on_sale else "",
        "keyword": product.keyword if product.on_sale else "",
        "photo": _address(shop, f"photo/{product.product_id}", product.photo or ""),
        "left": _plain(_left(left, product.critical, words)),
        "tone": "out" if left <= 0 else "low" if product.critical else "free",
        "held": _plain(words.ngettext("{n} reserved", "{n} reserved", product.held)) if product.held > 0 else "",
        "qr": drawn(link) if link else "",
        "scan": _plain(_scan(left, words)) if link else "",
    }


def _left(left: int, critical: bool, words: Words) -> str:
    if left <= 0:
        return words.gettext("Sold out")
    if critical:
        return words.ngettext("Only one left!", "Only {n} left!", left)
    return words.ngettext("{n} available", "{n} available", left)


def _scan(left: int, words: Words) -> str:
    return words.gettext("Scan to reserve") if left > 0 else words.gettext("Scan to join the waiting list")


def _feed(shop: Shop, view: StageView, words: Words) -> list[str]:
    whole = shop.settings.switch("overlay.first_names")
    names = (shown_name(name, whole=whole) for name in view.paid)
    return [
        _plain(words.gettext("{name}, paid ✓", name=name) if name else words.gettext("A buyer, paid ✓"))
        for name in names
    ]


def shown_name(name: str, *, whole: bool) -> str:
    """What a live may say of a customer's name: ``A.``, or ``Awa``. People write anything as their name, numbers and
    addresses too: without a first word made of letters nothing is said."""
    first = next(iter(name.split()), "")
    if not _NAME.fullmatch(first):
        return ""
    return first[:LONGEST_NAME] if whole else f"{first[0].upper()}."


def _address(shop: Shop, path: str, name: str) -> str:
    """Where the page gets a picture, changing with the picture; empty when the store has no such file."""
    found = find(shop.media, name)
    try:
        return f"{shop.slug}/{path}?v={version(found)}" if found else ""
    except OSError:
        return ""


def _plain(text: str) -> str:
    """The page puts words in as text, not as markup."""
    return Markup(text).unescape()  # noqa: S704 - it leaves as plain text


@lru_cache(maxsize=64)
def drawn(text: str) -> str:
    """The code as an SVG, black on white with its quiet zone of four modules; corrects more where that is free."""
    import segno

    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(border=4, omitsize=True, light="#fff", dark="#000", svgclass=None, lineclass=None)
