"""The buyer's page of a simulated provider: the amount and three buttons, for a person or for a scripted buyer."""

from __future__ import annotations

import jinja2
from aiohttp import web

from core.kernel.money import EXPONENT, format_money
from core.kernel.paths import resource
from localserver.sandbox.psp_base import Conflict, PspSimulator, Session


def checkout_routes(simulator: PspSimulator) -> list[web.RouteDef]:
    """``GET`` shows the page. ``POST`` with ``action`` pay, decline or abandon acts, then 303 to the shop."""
    page = _Checkout(simulator)
    return [
        web.get(simulator.CHECKOUT, page.show, name="checkout"),
        web.post(simulator.CHECKOUT, page.submit),
    ]


class _Checkout:
    def __init__(self, simulator: PspSimulator) -> None:
        self.simulator = simulator
        loader = jinja2.FileSystemLoader(resource("web", "sandbox"))
        self.template = jinja2.Environment(loader=loader, autoescape=True).get_template("psp_checkout.html")

    async def show(self, request: web.Request) -> web.Response:
        return self._page(self._session(request), 200)

    async def submit(self, request: web.Request) -> web.Response:
        session = self._session(request)
        action = (await request.post()).get("action")
        try:
            if action == "pay":
                self.simulator.pay(session)
            elif action == "decline":
                self.simulator.decline(session)
            elif action == "abandon":
                self.simulator.abandon(session)
            else:
                return self._page(session, 400)
        except Conflict:
            return self._page(session, 409)
        back = session.success_url if action == "pay" else session.error_url
        if not back:  # the screen of a phone: nowhere to go
            return self._page(session, 200)
        raise web.HTTPSeeOther(back)

    def _session(self, request: web.Request) -> Session:
        session = self.simulator.sessions.get(request.match_info["id"])
        if session is None:
            raise web.HTTPNotFound
        return self.simulator.refresh(session)

    def _page(self, session: Session, status: int) -> web.Response:
        known = session.currency in EXPONENT
        html = self.template.render(
            label=self.simulator.label,
            method=session.method,
            amount=format_money(session.amount, session.currency) if known else f"{session.amount} {session.currency}",
            what=session.label,
            reference=session.reference,
            state=session.state,
            back=session.success_url if session.state == "paid" else session.error_url,
        )
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"}
        return web.Response(text=html, status=status, content_type="text/html", headers=headers)
