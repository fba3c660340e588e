"""What all parts of the simulated Graph API share: its memory, its webhooks, who may call, and the verification."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from core.adapters.http import Http, NoAnswer
from core.kernel.clock import Clock
from localserver.sandbox.graph_acts import Acts
from localserver.sandbox.graph_events import RETRIES, Courier, status_event
from localserver.sandbox.graph_rules import GraphError
from localserver.sandbox.graph_world import Account, Buyer, Fault, Json, Puzzled, Webhook, World

Sleep = Callable[[float], Awaitable[None]]


def default_account() -> Account:
    """A number that works out of the box; made-up values in Meta's form."""
    return Account(
        phone_number_id="106540352242922",
        waba_id="102290129340398",
        display_phone="+221 33 800 00 00",
        name="Boutique Téranga",
        access_token="EAAsandboxTOKEN0000000000000000",
        app_secret="5ebe2294ecd0e0f08eab7690d2a6ee69",
    )


class Graph:
    """The simulator: ``world`` is its memory, ``courier`` its webhooks. One per application."""

    def __init__(
        self,
        clock: Clock,
        accounts: Sequence[Account] = (),
        *,
        sleep: Sleep = asyncio.sleep,
        retries: Sequence[float] = RETRIES,
    ) -> None:
        self.clock = clock
        self.http = Http(clock, user_agent="facebookexternalua", total_timeout=10.0)
        self.world = World(clock, tuple(accounts) or (default_account(),))
        self.courier = Courier(self.world, self.http, tuple(retries))
        self.sleep = sleep

    def acts(self, buyer: str, number: str | None = None) -> Acts:
        """A buyer's hands, by id, name, phone or business-scoped id. Raises Puzzled."""
        return Acts(self.world, self.courier, self.world.account(number), self.world.buyer(buyer))

    async def connect(self, url: str, verify_token: str, number: str | None = None) -> None:
        """The dashboard's "verify and save": the app's webhook address. Raises GraphError if the shop stays silent."""
        webhook = Webhook(url, verify_token)
        await self.verify(webhook)
        for account in [self.world.account(number)] if number else self.world.accounts.values():
            account.app_webhook = webhook

    async def verify(self, webhook: Webhook) -> None:
        """The verification GET (§2.1)."""
        challenge = str(1_158_000_000 + self.world.next_number())
        asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": webhook.verify_token}
        try:
            reply = await self.http.request("GET", webhook.url, params=asked)
        except NoAnswer as error:
            raise GraphError(2200, f"Callback verification failed: {error}") from error
        if reply.status != 200 or reply.body != challenge.encode():
            raise GraphError(2200, f"Callback verification failed: HTTP Status Code = {reply.status}")

    def came_online(self, buyer: Buyer) -> None:
        """What waited for a phone that was off arrives."""
        now = self.clock.now()
        for number, entries in buyer.threads.items():
            for entry in entries:
                if entry.direction == "out" and entry.status in ("accepted", "sent") and "delivered" in self.words:
                    entry.status = "delivered"
                    account = self.world.account(number)
                    self.courier.post([status_event(account, buyer, entry, "delivered", now, "+" + buyer.phone)])
        buyer.changed()

    @property
    def words(self) -> tuple[str, ...]:
        return self.courier.delivery.statuses

    def number(self, request: web.Request) -> Account:
        """The account of the path's phone number id, if the caller may use it. Raises GraphError."""
        account = self.world.accounts.get(request.match_info["id"])
        self.authorise(request, account)
        if account is None:
            raise unknown(request.match_info["id"], request.method.lower())
        return account

    def authorise(self, request: web.Request, account: Account | None) -> None:
        """Raises GraphError unless the bearer token is one of ours, and the account's own."""
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        owner = next((a for a in self.world.accounts.values() if a.access_token == given), None)
        if owner is None:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
        if owner.token_ends and owner.token_ends <= self.clock.now():
            raise GraphError(190, "Error validating access token: Session has expired", subcode=463)
        proof = request.query.get("appsecret_proof")
        if proof is not None and not hmac.compare_digest(proof.encode(), app_proof(owner).encode()):
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument")
        if account is not None and given != account.access_token:
            raise GraphError(10, "Application does not have permission for this action")
        if account is not None and "whatsapp_business_management" not in owner.token_scopes:
            raise GraphError(200, "Requires whatsapp_business_management permission to manage the object")

    def count(self, what: str) -> None:
        self.world.calls[what] = self.world.calls.get(what, 0) + 1

    async def instead(self, fault: Fault) -> web.StreamResponse:
        """The answer of a fault that takes the place of the work."""
        if fault.kind == "html":
            return bad_gateway()
        raise GraphError(fault.code, fault.details)

    @web.middleware
    async def answer_errors(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Refusals in Meta's shape."""
        try:
            return await handler(request)
        except GraphError as error:
            return error.response(f"A{self.world.next_number():010d}")
        except Puzzled as error:
            return web.json_response({"error": str(error)}, status=409)


def app_proof(account: Account) -> str:
    """What proves that a caller has the app's secret, too: HMAC-SHA256 of the token under it (Graph API, "Securing
    requests") [D]."""
    return hmac.new(account.app_secret.encode(), account.access_token.encode(), hashlib.sha256).hexdigest()


async def read_json(request: web.Request) -> Json:
    """The request's object; empty for an empty body. Raises GraphError."""
    try:
        body: Any = await request.json() if await request.read() else {}
    except (ValueError, RecursionError):
        raise GraphError(100, "The request body is not JSON") from None
    if not isinstance(body, dict):
        raise GraphError(100, "The request body is not an object")
    return body


def bad_gateway() -> web.Response:
    page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return web.Response(status=502, text=page, content_type="text/html")


def unknown(object_id: str, verb: str) -> GraphError:
    why = "does not exist, cannot be loaded due to missing permissions, or does not support this operation"
    return GraphError(100, f"Unsupported {verb} request. Object with ID '{object_id}' {why}", subcode=33)
