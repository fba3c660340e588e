"""Pages as bytes: templates compiled once, style and script inlined and named by their hash in the policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
from aiohttp import web
from markupsafe import Markup
from msgspec import Struct

from core.kernel.paths import resource
from localserver.pay.view import Page
from localserver.pay.words import Words

if TYPE_CHECKING:
    from localserver.pay.quoteview import ShownQuote
    from localserver.pay.verify import Shown

_STRICT: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"


class Notice(Struct, frozen=True):
    """One sentence about what the buyer just did."""

    tone: str
    sign: str
    text: Markup


class Way(msgspec.Struct, frozen=True):
    """Where the provider takes the payment while the shop is away, until ``ends`` (ms UTC). ``name``: the means, inside
    a sentence; ``begun``: the buyer chose it."""

    url: str
    name: str
    begun: bool
    ends: int


def _bold(text: str) -> Markup:
    return Markup("<b>{}</b>").format(text)  # format escapes what it fills in


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


class Pages:
    """Renders every page of the pay link. Made with the first visitor: a start does without jinja2."""

    def __init__(self) -> None:
        import jinja2

        from core.kernel.look import DARK, LIGHT

        loader = jinja2.FileSystemLoader(resource("web", "pay"))
        self._templates = jinja2.Environment(
            loader=loader,
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        look = {"light": LIGHT, "dark": DARK}
        style = self._templates.get_template("pay.css").render(look)
        script = resource("web", "pay", "pay.js").read_text("utf-8").strip()
        self._templates.globals.update(
            look,
            css=Markup(style),  # noqa: S704 - our own files
            js=Markup(script),  # noqa: S704
            bold=_bold,
        )
        self._policy = f"{_STRICT}; style-src {_hash(style)}; img-src 'self' data:"
        self._script = f"; script-src {_hash(script)}; connect-src 'self'"

    def _render(self, template: str, words: Words, **values: Any) -> str:
        speech: Mapping[str, Any] = {
            "lang": words.language,
            "_": words.gettext,
            "ngettext": words.ngettext,
            "money": words.money,
        }
        return self._templates.get_template(template).render(**speech, **values)

    def order(self, page: Page, words: Words, notice: Notice | None, query: str, *, confirm: bool) -> str:
        """The order's state. ``query``: what this page's links keep (language, means asked for)."""
        q, amp = (f"?{query}", f"&{query}") if query else ("", "")
        return self._render("pay.html", words, p=page, notice=notice, q=q, amp=amp, confirm=confirm)

    def order_policy(self, targets: Sequence[str]) -> str:
        """The page's Content-Security-Policy; its forms lead to us and on to ``targets`` (origins): browsers check a
        form's redirect against form-action too."""
        return f"{self._policy}{self._script}; form-action " + " ".join(("'self'", *targets))

    def refusal(self, words: Words) -> str:
        """One answer to forged, foreign and used links: it says nothing about which of them it is."""
        return self._render(
            "refusal.html",
            words,
            title=words.gettext("This link cannot be used for that"),
            text=words.gettext("It may have served already, or its time may be over. Opening it cost nothing."),
        )

    def hurry(self, words: Words) -> str:
        """Too many tries."""
        return self._render(
            "refusal.html",
            words,
            title=words.gettext("One moment, please"),
            text=words.gettext("There were many tries within a few seconds. Wait a little, then go on."),
        )

    def verification(self, words: Words, shown: Shown) -> str:
        """A genuine paper and what became of it."""
        return self._render("verify.html", words, v=shown)

    def quote(self, words: Words, shown: ShownQuote, query: str) -> str:
        """A quote and its answer. ``query``: what this page's links keep (the language)."""
        return self._render("quote.html", words, v=shown, q=f"?{query}" if query else "")

    def quote_policy(self) -> str:
        """Its forms lead to us, and on to the pay page; no script."""
        return f"{self._policy}; form-action 'self'"

    def no_quote(self, words: Words) -> str:
        """One answer to every link that is none of ours, and to forms that are not."""
        return self._render("noquote.html", words)

    def no_paper(self, words: Words) -> str:
        """One answer to every mark that is none of ours."""
        return self._render("nopaper.html", words)

    def privacy(self, words: Words, store: str, sections: Sequence[tuple[Markup, Markup]]) -> str:
        """What a shop does with what it knows: (heading, text)."""
        return self._render("privacy.html", words, store=store, sections=sections)

    def onward(self, words: Words, name: str, url: str) -> str:
        return self._render("onward.html", words, name=name, url=url)

    def away(self, page: Page, words: Words, seen: str, way: Way | None = None, *, over: bool = False) -> str:
        """The order for the time in which the shop cannot be reached: what stood at ``seen``, without script. ``over``:
        the time to pay has passed meanwhile."""
        return self._render("away.html", words, p=page, seen=seen, way=way, over=over)

    def away_policy(self) -> str:
        """It has no forms, no pictures, and leads to the provider only."""
        return f"{self._policy}; form-action 'none'"

    def plain_response(self, text: str, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
        """A page without script and without forms."""
        policy = {"Content-Security-Policy": f"{self._policy}; form-action 'none'"}
        return web.Response(text=text, status=status, content_type="text/html", headers={**policy, **(headers or {})})


@lru_cache(maxsize=4)
def plain_words(language: str) -> Words:
    """For pages that belong to no store: no amounts, no times."""
    return Words(language, UTC, "XOF")


def notice(code: str, name: str, store: str, words: Words) -> Notice | None:
    """What became of the buyer's last act, by the code in the address; None for any other code. ``name``: the means."""
    if not code:
        return None
    _ = words.gettext
    silent = _("{name}: no answer for now. Try again in a moment, or choose another means.", name=name)
    busy = _("{name}: no answer for now. Try again in a moment, or choose another means.", name=store)
    unpaid = _("We have just asked your operator: no payment has arrived for this order.")
    waiting = _("Your operator does not answer for now. We keep asking: this page updates by itself.")
    nothing = _("No payment was begun with this link. If you paid another way, write to the shop on WhatsApp.")
    prompts = _("Too many payment requests were sent for this order. Choose another means of payment.")
    waits = _("The request still waits on this phone: approve it there. After a few minutes it can be sent again.")
    told = _("The shop has been told. It looks at its account and confirms: this page updates by itself.")
    known = {
        "means": Notice(
            "danger", "alert", _("This means of payment is not available for this order. Choose another one.")
        ),
        "refused": Notice(
            "danger", "alert", _("{name}: payment refused. Nothing was debited: choose another means.", name=name)
        ),
        "silent": Notice("danger", "alert", silent),
        "busy": Notice("danger", "alert", busy),
        "prompts": Notice("danger", "alert", prompts),
        "unpaid": Notice("info", "clock", unpaid),
        "waiting": Notice("waiting", "clock", waiting),
        "nothing": Notice("info", "alert", nothing),
        "waits": Notice("info", "clock", waits),
        "told": Notice("info", "clock", told),
        "soon": Notice("info", "clock", _("We asked your operator a few seconds ago. Try again in a moment.")),
    }
    return known.get(code)
