"""A shop's adapter, its simulated provider and the shop's webhook door, all on real sockets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from core.adapters.http import Http
from core.adapters.psp import REGISTRY, provider_class
from core.kernel.clock import ManualClock
from core.payments.provider import (
    EVERYTHING,
    PAYER,
    Attempt,
    Auth,
    Buyer,
    Capabilities,
    CheckoutRequest,
    CheckoutResult,
    InboundResult,
    Pay,
    Provider,
    ProviderConfig,
    ProviderEvent,
    Told,
)
from core.payments.rules import weigh_token
from localserver.sandbox.psp_base import PspSimulator
from localserver.sandbox.psp_payers import masked
from localserver.sandbox.psp_simulators import SIMULATORS, create_psp_simulator, simulator_account

NOW = 1_790_000_000_000
UUID = "0b1f6a52-3f0e-4b8a-9c21-7d5e1f2a3b4c"
REFERENCE = "LP24K7A01"


@dataclass(frozen=True, slots=True)
class Case:
    """One way to run a provider: its name, settings of the shop and settings of the merchant's account there."""

    provider: str
    shop: Mapping[str, str] = field(default_factory=dict)
    account: Mapping[str, str] = field(default_factory=dict)
    webhook_tells: frozenset[Told] | None = None
    """What notifications tell in this case, where it differs from what the provider declares."""
    status_tells: frozenset[Told] | None = None
    webhook_auth: Auth | None = None
    """The proof that notifications carry in this case, where it is a stronger one than the provider declares."""


CASES: dict[str, Case] = {
    **{provider.name: Case(provider.name) for provider in REGISTRY},
    "bictorys-direct": Case("bictorys", {"page": "direct"}),
    "bictorys-signed": Case("bictorys", {"signature": "required"}, {"signature": "required"}),
    "pi_spi-base64": Case("pi_spi", {}, {"signature": "base64"}),
    "wave-shared": Case("wave", {}, {"webhook_mode": "shared"}),
    "wave-requests-signed": Case(
        "wave", {"signing_secret": "wave_sn_AKS_demo_01"}, {"signing_secret": "wave_sn_AKS_demo_01"}
    ),
    "orange_web-amounts": Case(
        "orange_web", {}, {"shows_amount": "yes"}, frozenset({"amount"}), frozenset({"reference", "amount"})
    ),
    "orange_sonatel-unsigned": Case("orange_sonatel", {}, {"unsigned": "yes"}),
    "cinetpay-v2": Case(
        "cinetpay",
        {"platform": "v2"},
        {"platform": "v2"},
        EVERYTHING | PAYER,
        frozenset({"reference", "amount", "currency"}),
        Auth.BODY_SIGNED,
    ),
    "fedapay-flat": Case("fedapay", {}, {"flat": "yes"}),
    "fedapay-direct": Case("fedapay", {"page": "direct"}),
}


TOLD_THE_DOOR = ("cinetpay", "paydunya")
"""Who notifies only where each session says; the others have a dashboard for it, too."""


@dataclass(slots=True)
class Door:
    """The shop's webhook address: keeps what came, answers as scripted."""

    url: str = ""
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.received.append((dict(request.headers), await request.read()))
        self.methods.append(request.method)
        return web.Response(status=self.answers.pop(0) if self.answers else 200)


@dataclass(slots=True)
class Rig:
    """Everything of one case. ``account`` is what the provider knows, ``values`` what the shop typed in."""

    case: Case
    clock: ManualClock
    http: Http
    base_url: str
    values: dict[str, str]
    door: Door
    kept: dict[str, str] = field(default_factory=dict)
    """The secrets of the session opened last, as the service would keep them with the attempt."""

    @property
    def provider(self) -> Provider:
        return self.provider_with({})

    def provider_with(self, values: Mapping[str, str], http: Http | None = None, base_url: str = "") -> Provider:
        """The adapter with some settings changed."""
        config = ProviderConfig(base_url or self.base_url, self.country, self.currency, {**self.values, **values})
        return provider_class(self.case.provider)(config, http or self.http)

    @property
    def caps(self) -> Capabilities:
        return provider_class(self.case.provider).caps

    @property
    def country(self) -> str:
        return "SN" if "SN" in self.caps.countries else min(self.caps.countries)

    @property
    def currency(self) -> str:
        return "XOF" if "XOF" in self.caps.currencies else min(self.caps.currencies)

    @property
    def method(self) -> str:
        return self.caps.methods_in(self.country)[0].name

    @property
    def asks_phone(self) -> bool:
        return self.provider.asks_phone(self.method)

    @property
    def redirects(self) -> bool:
        """Does the buyer go to the provider's page?"""
        return self.caps.flow == "redirect" and not self.asks_phone

    @property
    def proven(self) -> bool:
        """Does anything in a notification prove who sent it?"""
        return self.auth is not Auth.NONE

    @property
    def searched(self) -> bool:
        """Can a payment be found again by our reference?"""
        return self.caps.listing != "impossible"

    @property
    def signed(self) -> bool:
        """Does the provider sign the body in this case?"""
        account = self.case.account
        if account.get("webhook_mode") == "shared" or account.get("unsigned") == "yes":
            return False
        if self.case.provider == "bictorys":
            return account.get("signature") == "required"
        return (self.case.webhook_auth or self.caps.webhook_auth) is Auth.BODY_SIGNED

    @property
    def timed(self) -> bool:
        """Is the time of sending among what is signed?"""
        return self.signed and self.case.provider not in ("cinetpay", "pi_spi")

    @property
    def said(self) -> Pay:
        """What a notification of success says."""
        return Pay.PAID if self.caps.notice == "result" else Pay.UNKNOWN

    def bare(self, raw: bytes) -> bytes:
        """The notification without the proof, where the proof is in there."""
        return re.sub(rb"data%5Bhash%5D=[0-9a-f]*&", b"", raw)

    @property
    def auth(self) -> Auth:
        """The proof that notifications carry in this case."""
        if self.case.webhook_auth is not None:
            return self.case.webhook_auth
        if self.signed or self.caps.webhook_auth is not Auth.BODY_SIGNED:
            return self.caps.webhook_auth
        return Auth.SHARED_SECRET

    @property
    def simulator(self) -> type[PspSimulator]:
        return next(each for each in SIMULATORS if each.name == self.case.provider)

    @property
    def secrets(self) -> list[str]:
        """The names of the account's secrets, the one that opens the API first."""
        return [each.name for each in provider_class(self.case.provider).fields if each.secret]

    def told(self, **facts: Any) -> dict[str, Any]:
        """These facts as notifications carry them: None for what they leave out."""
        tells = self.caps.webhook_tells if self.case.webhook_tells is None else self.case.webhook_tells
        return {name: fact if name in tells else None for name, fact in facts.items()}

    def answered(self, **facts: Any) -> dict[str, Any]:
        """These facts as the answers to a question about a payment carry them."""
        tells = self.caps.status_tells if self.case.status_tells is None else self.case.status_tells
        return {name: fact if name in tells else None for name, fact in facts.items()}

    def paid_by(self, phone: str) -> str:
        """Who paid, as this provider tells it: the phone, a part of it, or a card."""
        match self.case.provider:
            case "bictorys":
                return masked(phone)
            case "stripe":
                return f"card:visa:{phone[-4:]}"
        return phone

    def names_it(self, event: ProviderEvent, provider_ref: str) -> bool:
        """Does the event name our payment, where notifications name any? Else its address or its token does.

        Who cannot be asked by our reference does not name it either, but by its own.
        """
        ours = REFERENCE if self.searched else None
        names = self.told(reference=(ours, provider_ref))["reference"] or (None, None)
        return (event.attempt_ref, event.provider_ref) == names

    def request(self, **changes: Any) -> CheckoutRequest:
        base: dict[str, Any] = {
            "attempt_ref": REFERENCE,
            "attempt_uuid": UUID,
            "order_label": "Robe bleue – ROBE1",
            "amount": 15000,
            "currency": self.currency,
            "country": self.country,
            "buyer": Buyer("Aïcha Ndiaye", "+221771234567" if self.country == "SN" else "+261343500003"),
            "return_url": f"https://pay.example.test/r/{REFERENCE}",
            "notify_url": self.door.url if self.case.provider in TOLD_THE_DOOR else "",
            "method": self.method,
            "ttl": 600,
        }
        return CheckoutRequest(**{**base, **changes})

    async def create(self, **changes: Any) -> CheckoutResult:
        """Open a payment; what is shown as a code is scanned by the buyer's wallet at once."""
        created = await self.provider.create_checkout(self.request(**changes))
        self.kept = dict(created.secrets)
        if created.qr_text:
            scanned = await self.http.request("POST", f"{self.base_url}/wallet", json={"qr": created.qr_text})
            assert scanned.status == 201, scanned.body
        return created

    async def buyers_page(self, created: CheckoutResult) -> str:
        """Where the buyer pays: the provider's page, or the screen of the buyer's own phone."""
        if self.redirects:
            assert created.redirect_url is not None
            return created.redirect_url
        assert created.redirect_url is None
        report = await self.control(f"sessions?reference={REFERENCE}", method="GET")
        return str(report["items"][-1]["url"])

    def attempt(self, created: CheckoutResult | None = None, **changes: Any) -> Attempt:
        base: dict[str, Any] = {
            "ref": REFERENCE,
            "uuid": UUID,
            "amount": 15000,
            "currency": self.currency,
            "provider_ref": created.provider_ref if created else None,
            "secrets": created.secrets if created else {},
        }
        return Attempt(**{**base, **changes})

    async def control(self, path: str, body: Any = None, *, method: str = "POST", status: int = 200) -> Any:
        """One call of the simulator's control API."""
        reply = await self.http.request(method, f"{self.base_url}/_control/{path}", json=body)
        assert reply.status == status, reply.body
        return reply.json()

    async def act(self, what: str, **body: Any) -> Any:
        """Let the buyer or the provider do something with the session, and wait until its webhooks have arrived."""
        shown = await self.control(f"sessions/{REFERENCE}/{what}", body)
        await self.control("webhooks/settle")
        return shown

    async def let_expire(self, created: CheckoutResult) -> None:
        """The session ends: by the clock where the provider says when, else as it pleases."""
        if created.expires_at is None:
            await self.act("expire")
            return
        self.clock.advance(created.expires_at - self.clock.now())
        await self.control("sessions", method="GET")  # the simulator looks at its clock
        await self.control("webhooks/settle")

    async def fault(self, kind: str, on: str = "create", **more: Any) -> None:
        await self.control("faults", {"kind": kind, "on": on, **more})

    def parse(self, headers: Mapping[str, str], raw: bytes, **values: str) -> InboundResult:
        provider = self.provider_with(values)
        result = provider.parse_webhook("POST", None, headers, raw, "", self.http.time_at(self.base_url))
        return result if result.token is None else weigh_token(result, self.kept)

    def inbound(self) -> list[InboundResult]:
        return [self.parse(headers, raw) for headers, raw in self.door.received]

    def events(self) -> list[ProviderEvent]:
        """What arrived at the door, every request being right."""
        results = self.inbound()
        assert {result.verdict for result in results} <= {"ok"}
        return [event for result in results for event in result.events]


async def no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


Serve = Callable[[web.Application], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start an application on a free port; gives its address."""
    servers: list[TestServer] = []

    async def start(app: web.Application) -> str:
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("")).rstrip("/")

    yield start
    for server in reversed(servers):
        await server.close()


@pytest.fixture
async def http(clock: ManualClock) -> AsyncIterator[Http]:
    client = Http(clock, total_timeout=30)
    yield client
    await client.close()


@pytest.fixture
async def door(serve: Serve) -> Door:
    door = Door()
    app = web.Application()
    app.router.add_route("*", "/hook", door.handle)
    door.url = f"{await serve(app)}/hook"
    return door


MakeRig = Callable[[Case], Awaitable[Rig]]


@pytest.fixture
async def make_rig(serve: Serve, http: Http, clock: ManualClock, door: Door) -> MakeRig:
    async def make(case: Case) -> Rig:
        app = create_psp_simulator(case.provider, clock=clock, values=case.account, webhook_url=door.url, sleep=no_wait)
        outer = web.Application()
        outer.add_subapp(f"/psp/{case.provider}", app)
        base_url = f"{await serve(outer)}/psp/{case.provider}"
        return Rig(case, clock, http, base_url, {**simulator_account(case.provider), **case.shop}, door)

    return make


@pytest.fixture(params=list(CASES))
async def rig(request: pytest.FixtureRequest, make_rig: MakeRig) -> Rig:
    return await make_rig(CASES[request.param])


Result = TypeVar("Result")


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """A thread for SDKs that block."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


async def blocking(pool: ThreadPoolExecutor, call: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(pool, call)
