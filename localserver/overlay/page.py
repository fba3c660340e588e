"""The overlay's page as bytes: style and script inlined, so that one answer is all that OBS loads besides pictures."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from aiohttp import web
from markupsafe import Markup

from core.kernel.paths import resource
from localserver.overlay.options import Options
from localserver.pay.words import Words

# OBS puts the seller's « Custom CSS » into the page as a style element: only scripts are named by their hash.
_STRICT: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


class OverlayPages:
    """Made with the first visitor: a start does without jinja2."""

    def __init__(self) -> None:
        import jinja2

        from core.kernel.look import DARK, LIGHT

        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(resource("web", "overlay")),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = self._templates.get_template("overlay.css").render(light=LIGHT, dark=DARK)
        script = resource("web", "overlay", "overlay.js").read_text("utf-8").strip()
        self._templates.globals.update(css=Markup(style), js=Markup(script))  # noqa: S704 - our own files
        digest = hashlib.sha256(script.encode()).digest()
        named = base64.b64encode(digest).decode()
        self._policy = (
            f"{_STRICT}; img-src 'self' data:; connect-src 'self'; script-src 'sha256-{named}'; form-action 'none'"
        )
        page = (resource("web", "overlay") / "overlay.html").read_bytes()
        self.version = hashlib.sha256(digest + style.encode() + page).hexdigest()[:12]

    def page(self, events: str, options: Options, language: str) -> web.Response:
        """``events``: where the page listens, relative to its own address."""
        text = self._templates.get_template("overlay.html").render(
            events=events, o=options, lang=language, version=self.version
        )
        return self._response(text, 200)

    def sentence(self, words: Words, text: str, status: int) -> web.Response:
        """A page that says one thing, readable over any picture."""
        body = self._templates.get_template("sentence.html").render(lang=words.language, text=text)
        return self._response(body, status)

    def _response(self, text: str, status: int) -> web.Response:
        headers = {"Content-Security-Policy": self._policy}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)
