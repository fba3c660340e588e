"""``/v/{token}``: where the QR code of a paper leads. It says whether the paper is genuine and what became of it.

Anybody who holds a paper may look, so nothing about a person is told. Forged, foreign and unknown marks get one and the
same answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web
from msgspec import Struct

from core.invoices.verification import Checked, Standing, check
from core.kernel.clock import to_datetime
from localserver.middleware import language_of
from localserver.pay.page import Pages, plain_words
from localserver.pay.words import Words, asked_language
from localserver.site import SITE

_TONES: Final = {
    Standing.VALID: ("paid", "check"),
    Standing.ALTERED: ("danger", "cross"),
    Standing.PART_CREDITED: ("waiting", "back"),
    Standing.CREDITED: ("danger", "back"),
    Standing.REPLACED: ("info", "arrow"),
    Standing.GIVEN_BACK: ("info", "back"),
    Standing.SUPERSEDED: ("info", "arrow"),
    Standing.EXPIRED: ("waiting", "clock"),
}


class Shown(Struct, frozen=True):
    """What the page says: all texts but the amount. ``tone``, ``sign``: how it looks."""

    store: str
    tone: str
    sign: str
    title: str
    text: str
    kind: str
    number: str
    date: str
    total: int


class VerifyDoor:
    """``pages()``: the templates, made with the first visitor."""

    def __init__(self, pages: Callable[[], Pages]) -> None:
        self._pages = pages

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The paper of a mark."""
        language = asked_language(request) or language_of(request)
        found = request.app[SITE].by_mark(request.match_info["token"])
        if found is not None:
            shop, nonce = found
            checked = shop.engine.read(lambda reader: check(reader, nonce, shop.clock.now()))
            if checked is not None:
                words = Words(language, shop.country.zone, shop.card.currency)
                date = f"{to_datetime(checked.issued_at, shop.country.zone):%d/%m/%Y}"
                page = self._pages().verification(words, _shown(checked, shop.name, date, words))
                return self._pages().plain_response(page, 200, {"Content-Language": language})
        words = plain_words(language)
        return self._pages().plain_response(self._pages().no_paper(words), 404)


def _shown(checked: Checked, store: str, date: str, words: Words) -> Shown:
    _ = words.gettext
    others = ", ".join(checked.others)
    match checked.standing:
        case Standing.VALID:
            title = _("This document is genuine")
            text = _("Compare it with the paper: if a line differs, the paper was changed.")
        case Standing.ALTERED:
            title = _("This document was changed after it was issued")
            text = _("Do not rely on it: ask the shop.")
        case Standing.PART_CREDITED:
            title = _("Genuine, and credited in part")
            text = _("Part of this invoice was taken back: {numbers}.", numbers=others)
        case Standing.CREDITED:
            title = _("Cancelled by a credit note")
            text = _("This invoice is genuine, but it was taken back: {numbers}.", numbers=others)
        case Standing.REPLACED:
            title = _("Genuine, and replaced by an invoice")
            text = _("The money became part of a sale: {numbers}.", numbers=others)
        case Standing.GIVEN_BACK:
            title = _("Genuine, and the money was given back")
            text = _("This receipt proves no debt any more.")
        case Standing.SUPERSEDED:
            title = _("Genuine, and replaced by a newer quote")
            text = _("The shop made another offer since: {numbers}.", numbers=others)
        case Standing.EXPIRED:
            title = _("Genuine, but past its time")
            text = _("The shop is no longer bound by this quote.")
    tone, sign = _TONES[checked.standing]
    return Shown(store, tone, sign, title, text, _kind(checked.kind, words), checked.number, date, checked.total)


def _kind(kind: str, words: Words) -> str:
    _ = words.gettext
    names = {
        "invoice": _("Invoice"),
        "credit_note": _("Credit note"),
        "receipt": _("Receipt"),
        "quote": _("Quote"),
    }
    return names[kind]
