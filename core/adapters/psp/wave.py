"""Wave Business checkout (reference payments §4). There is no sandbox at Wave: try it with small real amounts.

Its signature joins timestamp and body with nothing between, unlike Stripe's; amounts are strings; a failed try leaves
the session open. What a session says after a refund is [unsure]: the day's list of transactions tells it, and the fee.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from core.adapters.http import Http
from core.adapters.psp import verdicts, wire
from core.adapters.psp.sessions import SessionProvider, payment_event
from core.adapters.psp.signatures import Check, Layout, same_secret, sign, split, verify
from core.kernel.clock import DAY, HOUR, MINUTE, to_datetime
from core.kernel.money import EXPONENT
from core.payments.dashboard import Dashboard
from core.payments.provider import (
    Attempt,
    Auth,
    Capabilities,
    CheckoutRequest,
    CheckoutResult,
    Field,
    Finding,
    InboundResult,
    Method,
    NotSupported,
    Pay,
    ProviderConfig,
    ProviderEvent,
    Rejected,
    SendUnknown,
    StatusResult,
)

_PAYMENT, _REFUND = "api_checkout", "api_checkout_refund"
_MOST_PAGES: Final = 1000


class Wave(SessionProvider):
    name: ClassVar[str] = "wave"
    label: ClassVar[str] = "Wave"
    default_base_url: ClassVar[str] = "https://api.wave.com"
    dashboard: ClassVar[Dashboard] = Dashboard(
        "Wave Business portal, Developers",
        # The events and the two kinds of secret are documented; the names of the menus are [unsure].
        steps=(
            "In the Wave Business portal, open Developers, then Webhooks, and add a webhook.",
            "Paste this address, choose “signing secret”, and tick the events below.",
            "Save: the secret (wave_sn_WHS_…) is shown once. Paste it above as webhook secret.",
        ),
        events=("checkout.session.completed", "checkout.session.payment_failed"),
        unsure=True,
    )
    codes: ClassVar[Mapping[str, verdicts.No]] = {
        "no-matching-api-key": verdicts.No.KEY,
        "invalid-auth": verdicts.No.KEY,
        "api-key-revoked": verdicts.No.WITHDRAWN,
        "disabled-wallet": verdicts.No.ACCOUNT,
        "unauthorized-wallet": verdicts.No.ACCOUNT,
        "invalid-wallet": verdicts.No.ACCOUNT,
    }
    sessions: ClassVar[str] = "/v1/checkout/sessions"
    caps: ClassVar[Capabilities] = Capabilities(
        flow="redirect",
        currencies=frozenset({"XOF", "XAF", "GNF"}),
        countries=frozenset({"SN", "CI", "ML", "BF", "NE"}),
        methods=(Method("wave", "Wave", "#1DC4FF"),),
        # Idempotency-Key on sessions is unproven [unsure]: it is sent, and the search by reference is relied on.
        create_idempotency="reference_lookup",
        # 30 min in community specs, 24 h in an official example [unsure]: when_expires is what counts.
        default_ttl=1800,
        can_expire=True,
        refund="full",
        refund_repeats=True,  # "repeating it gives nothing back twice" (§4.1)
        app_link=True,
        checkout_origins=("https://pay.wave.com",),
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "API key", "Wave Business portal → Developers: wave_sn_prod_….", secret=True),
        Field(
            "webhook_secret",
            "Webhook secret",
            "Shown once when you register the webhook (wave_sn_WHS_…). Choose “signing secret” there.",
            secret=True,
        ),
        Field(
            "signing_secret",
            "Request signing secret",
            "Only if you switched request signing on with the key (wave_sn_AKS_…).",
            secret=True,
            required=False,
        ),
    )

    def __init__(self, config: ProviderConfig, http: Http) -> None:
        super().__init__(config, http)
        self._days: dict[str, tuple[int, list[dict[str, Any]]]] = {}

    async def headers(self, body: bytes) -> dict[str, str]:
        headers = await super().headers(body)
        secret = self.secret("signing_secret")
        if secret:  # request signing, where it was switched on with the key: over exactly the bytes that are sent
            second = str(await self.http.ask_time(self.config.base_url) // 1000)
            headers["Wave-Signature"] = f"t={second},v1={sign(Layout.JOINED, secret, second, body)}"
        return headers

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        details = [wire.mapping(item) for item in wire.items(body.get("details"))]
        reasons = "; ".join(reason for item in details if (reason := wire.text(item.get("msg"))))
        return wire.text(body.get("code")) or "", wire.text(body.get("message"), 500) or reasons

    def unclear(self, status: int, body: Any, pause: float | None) -> SendUnknown | Rejected:
        code = wire.mapping(body).get("code")
        if code == "checkout-refund-failed":  # comes with a 500, yet is a clear no (§4.1)
            return Rejected(code, wire.text(wire.mapping(body).get("message")) or "")
        return super().unclear(status, body, pause)

    def session(self, body: Mapping[str, Any]) -> StatusResult:
        return _session(body, self.config.country)

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        answer = await self.call(
            "POST",
            self.sessions,
            json={
                "amount": _amount(request.amount, request.currency),
                "currency": request.currency,
                "client_reference": request.attempt_ref,
                "success_url": request.return_url,
                "error_url": request.return_url,
                # restrict_payer_mobile stays unset: paying from a relative's phone is common (§4.1)
            },
            headers={"Idempotency-Key": request.attempt_uuid},
        )
        return self.opened(answer, "wave_launch_url", wire.moment(answer.fields.get("when_expires")))

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        secret = self.secret("webhook_secret")
        signature = wire.header(headers, "Wave-Signature")
        if signature:
            auth, check = Auth.BODY_SIGNED, verify(Layout.JOINED, secret, *split(signature), raw, now)
        else:
            # The shared-secret strategy. Accepting it costs nothing: a signing secret never travels, and this proves
            # only the sender, so the service reads the status before it believes.
            scheme, _, given = wire.header(headers, "Authorization").partition(" ")
            known = scheme.lower() == "bearer" and same_secret(given.strip(), secret)
            auth, check = Auth.SHARED_SECRET, Check.GOOD if known else Check.BAD
        return wire.judged(check, auth, raw, lambda body: _event(body, raw, self.config.country))

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        page = wire.mapping(await self.read(f"{self.sessions}/search", {"client_reference": attempt_ref}))
        return [self.session(wire.mapping(item)) for item in wire.items(page.get("result"))]

    async def with_movements(self, found: StatusResult) -> StatusResult:
        """With its fee, and as refunded where any day since lists a refund: Wave gives back whole payments only."""
        if found.status is not Pay.PAID or found.paid_at is None:
            return found
        at, now = found.paid_at, self.http.time_at(self.config.base_url)
        while (day := _day(at)) <= _day(now):
            for row in await self._movements(day, now):
                if row.get("checkout_api_session_id") != found.provider_ref:
                    continue
                if row.get("type") == _PAYMENT:
                    found = replace(found, fee=wire.whole(row.get("fee")))
                elif row.get("type") == _REFUND:
                    found = replace(found, status=Pay.REFUNDED, refunded=found.amount)
            at += DAY
        return found

    async def _movements(self, day: str, now: int) -> list[dict[str, Any]]:
        """All transactions of a day (UTC), oldest first; a day read a moment ago, or long over, is not read again."""
        read_at, rows = self._days.get(day, (0, []))
        if _day(read_at - HOUR) > day or now - read_at < MINUTE:
            return rows
        rows, after = [], ""
        for _ in range(_MOST_PAGES):
            params = {"date": day, **({"after": after} if after else {})}
            page = wire.mapping(await self.read("/v1/transactions", params))
            listed = next((value for value in page.values() if isinstance(value, list)), [])  # its name is [unsure]
            rows += [row for item in listed if (row := wire.mapping(item)).get("type") in (_PAYMENT, _REFUND)]
            info = wire.mapping(page.get("page_info"))
            after = wire.text(info.get("end_cursor"), 1000) or ""
            if info.get("has_next_page") is not True or not after:
                break
        self._days[day] = now, rows
        return rows

    async def expire(self, attempt: Attempt) -> StatusResult:
        session = await self.session_of(attempt)
        if session is None:
            return wire.not_found(attempt)
        answer = await self.call("POST", self.path(session, "/expire"))
        if answer.ok:
            return StatusResult(Pay.EXPIRED, "expired", session, attempt.ref)
        if answer.status == 409:  # complete or expired before: read which
            return await self.read_session(session, attempt)
        if answer.status == 404:
            return wire.not_found(attempt)
        raise self.unread(answer)

    async def refund(self, attempt: Attempt, amount: int, refund_ref: str) -> StatusResult:
        """The whole payment; repeating it gives nothing back twice (§4.1)."""
        if amount != attempt.amount:
            raise NotSupported("partial refund")
        answer = await self.call("POST", self.path(await self.session_of(attempt) or "none", "/refund"))
        if not answer.ok:
            raise self.refused(answer)
        return StatusResult(Pay.REFUNDED, "refunded", attempt.provider_ref, attempt.ref, amount, attempt.currency)

    def check_settings(self) -> list[Finding]:
        findings = []
        # wave_sn_prod_…: the two letters are taken for the country of the wallet [unsure].
        place = self.secret("api_key").split("_")[1:2]
        if place and (there := place[0].upper()) != self.config.country and there in self.caps.countries:
            findings.append(verdicts.other_country(self, there))
        for name, kind, example in (
            ("api_key", "_prod_", "wave_sn_prod_…"),
            ("webhook_secret", "_WHS_", "wave_sn_WHS_…"),
            ("signing_secret", "_AKS_", "wave_sn_AKS_…"),
        ):
            value = self.secret(name)
            if value and not (value.startswith("wave_") and kind in value):
                message = "One of the values is not what Wave gives there: {example} is expected."
                findings.append(Finding(False, message, {"example": example}))
        return findings

    async def check_account(self) -> list[Finding]:
        answer = await self.call("GET", f"{self.sessions}/search", params={"client_reference": "LIVEPAY0SELFTEST"})
        if answer.ok:
            return [Finding(True, "Wave accepts the key.")]
        return [self.turned_away(answer)]


def _day(at: int) -> str:
    return f"{to_datetime(at):%Y-%m-%d}"


def _amount(amount: int, currency: str) -> str:
    """Digits for a currency without decimals, as Wave wants them: no separators, no leading zero."""
    if EXPONENT[currency]:
        raise Rejected("currency", currency)
    return str(amount)


def _session(session: Mapping[str, Any], country: str) -> StatusResult:
    checkout = (wire.text(session.get("checkout_status")) or "").lower()
    payment = (wire.text(session.get("payment_status")) or "").lower()
    error = wire.mapping(session.get("last_payment_error"))
    status = _status(checkout, payment)
    return StatusResult(
        status,
        f"{checkout}/{payment}",
        provider_ref=wire.text(session.get("id")),
        attempt_ref=wire.text(session.get("client_reference")),
        amount=wire.whole(session.get("amount")),
        currency=wire.currency(session.get("currency")),
        txn_id=wire.text(session.get("transaction_id")),
        paid_at=wire.moment(session.get("when_completed")),
        reason=wire.text(error.get("code")),
        method="wave",
        redirect_url=wire.text(session.get("wave_launch_url"), 4000) if status is Pay.PENDING else None,
        # Documented for payments at the counter only; whether a session ever has it is [unsure].
        payer=wire.payer(session.get("sender_mobile"), country),
    )


def _status(checkout: str, payment: str) -> Pay:
    """Paid needs both words; an open session stays payable whatever its last try gave (§2.1)."""
    match checkout, payment:
        case "complete", "succeeded":
            return Pay.PAID
        case "complete", "cancelled":
            return Pay.FAILED
        case "open", _:
            return Pay.PENDING
        case "expired", _:
            return Pay.EXPIRED
    return Pay.UNKNOWN


def _event(body: Mapping[str, Any], raw: bytes, country: str) -> ProviderEvent | None:
    """None for what is no payment of ours: in-person QR codes, business transfers, types of tomorrow."""
    kind = wire.text(body.get("type"))
    key = wire.dedupe(raw, wire.text(body.get("id")))
    if kind == "test.test_event":
        return ProviderEvent(key, "test", Pay.UNKNOWN)
    if kind not in ("checkout.session.completed", "checkout.session.payment_failed"):
        return None
    session = _session(wire.mapping(body.get("data")), country)
    # A failed try comes with little data and leaves the session payable (§4.2).
    status = Pay.PENDING if kind == "checkout.session.payment_failed" else session.status
    return payment_event(key, session, session.paid_at, status)
