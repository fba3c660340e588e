"""Orange Money and Max it in Senegal, at Sonatel: a code to scan, and a link for each app (reference payments §5.2).

Its signature joins timestamp and body with a comma. What exists at Sonatel are payments, found by our reference; a code
that nobody has tried leaves no trace there, so how long it lives is kept with the attempt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from core.adapters.psp import wire
from core.adapters.psp.bearer import BearerProvider
from core.adapters.psp.sessions import payment_event
from core.adapters.psp.signatures import Check, Layout, same_secret, split, verify
from core.payments.dashboard import Dashboard
from core.payments.provider import (
    EVERYTHING,
    PAYER,
    Attempt,
    Auth,
    Capabilities,
    CheckoutRequest,
    CheckoutResult,
    Field,
    Finding,
    InboundResult,
    Method,
    Pay,
    ProviderEvent,
    SendUnknown,
    StatusResult,
)

_STATUS: Final[dict[str, Pay]] = {
    "pre_initiated": Pay.PENDING,
    "initiated": Pay.PENDING,
    "pending": Pay.PENDING,
    "accepted": Pay.PENDING,
    "success": Pay.PAID,
    "failed": Pay.FAILED,
    "rejected": Pay.FAILED,
    "cancelled": Pay.CANCELLED,
}
_APP: Final = {"orange_money": "OM", "maxit": "MAXIT"}
_MAX_TTL: Final = 86400
_TRANSACTIONS: Final = "/api/eWallet/v1/transactions"
_EXPIRED: Final = "4004"


class OrangeSonatel(BearerProvider):
    name: ClassVar[str] = "orange_sonatel"
    label: ClassVar[str] = "Orange Money Sonatel"
    default_base_url: ClassVar[str] = "https://api.orange-sonatel.com"
    dashboard: ClassVar[Dashboard] = Dashboard("developer.orange-sonatel.com → My applications")
    caps: ClassVar[Capabilities] = Capabilities(
        flow="redirect",
        currencies=frozenset({"XOF"}),
        countries=frozenset({"SN"}),
        methods=(Method("orange_money", "Orange Money", "#FF7900"), Method("maxit", "Max it", "#FF7900")),
        default_ttl=_MAX_TTL,
        max_ttl=_MAX_TTL,
        listing="payments",
        webhook_tells=EVERYTHING - {"time"} | PAYER,
        status_tells=EVERYTHING | PAYER,
        app_link=True,
        webhook_setup="per_request",
        # Where the apps' links lead is not documented [unsure]; for other places the pay page shows a link.
        checkout_origins=("https://sugu.orange-sonatel.com", "https://orangemoneysn.page.link"),
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("client_id", "Client ID", "developer.orange-sonatel.com → My applications."),
        Field("client_secret", "Client secret", "developer.orange-sonatel.com → My applications.", secret=True),
        Field("merchant_code", "Merchant code", "The six digits of your Orange Money merchant account."),
        Field(
            "webhook_secret",
            "Notification secret",
            "With it Sonatel signs its notifications (X-Sonatel-Signature).",
            secret=True,
        ),
        Field(
            "callback_key",
            "Notification key",
            "Only if notifications come without a signature: the apiKey you registered your callback with.",
            secret=True,
            required=False,
        ),
    )

    async def headers(self, body: bytes) -> dict[str, str]:
        # Without a type even a GET is refused (415).
        return {**await super().headers(body), "Content-Type": "application/json"}

    async def ask_token(self) -> wire.Answer:
        form = {
            "client_id": self.secret("client_id"),
            "client_secret": self.secret("client_secret"),
            "grant_type": "client_credentials",
        }
        return await self.plain_call("POST", "/oauth/v1/token", form=form)

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        code = body.get("code")  # a number or a string; the object's other names are [unsure]
        named = str(code) if wire.whole(code) is not None else wire.text(code) or wire.text(body.get("error"))
        words = ("detail", "message", "title", "error_description")
        return named or "", next((said for word in words if (said := wire.text(body.get(word), 500))), "")

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        lasting = min(request.ttl or _MAX_TTL, _MAX_TTL)
        code = self.secret("merchant_code")
        answer = await self.call(
            "POST",
            "/api/eWallet/v4/qrcode",
            headers={"X-Callback-Url": request.notify_url} if request.notify_url else None,
            json={
                "code": int(code) if code.isdecimal() else code,  # a number or a string [unsure]
                "name": (request.order_label or request.attempt_ref)[:60],
                "amount": {"unit": request.currency, "value": request.amount},
                "reference": request.attempt_ref,
                "validity": lasting,
                "callbackSuccessUrl": request.return_url,
                "callbackCancelUrl": request.return_url,
                "metadata": {"order": request.attempt_ref},
                "restrictions": {"isSingleUse": True},
            },
        )
        if not answer.ok:
            raise self.refused(answer)
        reply = answer.fields
        links = wire.mapping(reply.get("deepLinks"))
        app = wire.text(links.get(_APP.get(request.method or "", "")), 4000)
        link = app or wire.text(reply.get("deepLink"), 4000)
        if not wire.text(reply.get("qrId")) or not link:
            raise SendUnknown("no code in the answer")
        expires_at = self.http.time_at(self.config.base_url) + lasting * 1000
        # Its picture of a code and its shortLink, which came back empty in production (§5.2), are left: our page shows
        # the link as a code.
        secrets = {"expires_at": str(expires_at)}
        return CheckoutResult(request.attempt_ref, link, expires_at=expires_at, secrets=secrets)

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        signature = wire.header(headers, "X-Sonatel-Signature")
        if signature:
            auth, check = (
                Auth.BODY_SIGNED,
                verify(Layout.COMMA, self.secret("webhook_secret"), *split(signature), raw, now),
            )
        else:
            # Only the key our callback was registered with: proves the sender, not the body. Is there one at all?
            scheme, _, given = wire.header(headers, "Authorization").partition(" ")
            known = scheme.lower() == "basic" and same_secret(given.strip(), self.secret("callback_key"))
            auth, check = Auth.SHARED_SECRET, Check.GOOD if known else Check.BAD
        return wire.judged(check, auth, raw, lambda body: _event(body, raw))

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        found = await self.find_by_reference(attempt.ref)
        if found:
            return wire.nearest_to_paid(found, attempt)
        ends = wire.whole(attempt.secrets.get("expires_at"))
        if ends is None:
            return wire.not_found(attempt)
        over = self.http.time_at(self.config.base_url) >= ends
        status, word = (Pay.EXPIRED, "not paid in time") if over else (Pay.PENDING, "not tried yet")
        return StatusResult(status, word, attempt.provider_ref, attempt.ref)

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """Payments that were tried. Asking for one type of payment only is reported to find nothing (§5.2)."""
        body = await self.read(_TRANSACTIONS, {"reference": attempt_ref, "size": "50"})
        rows = (
            body
            if isinstance(body, list)
            else next((v for v in wire.mapping(body).values() if isinstance(v, list)), [])
        )
        found = [_transaction(wire.mapping(row)) for row in rows]  # the envelope is [unsure]: any list will do
        return [replace(each, provider_ref=attempt_ref) for each in found if each.attempt_ref == attempt_ref]

    def check_settings(self) -> list[Finding]:
        code = self.secret("merchant_code")
        if code and not (code.isascii() and code.isdecimal() and len(code) == 6):
            return [Finding(False, "The merchant code has six digits.")]
        return []

    async def check_account(self) -> list[Finding]:
        answer = await self.ask_token()
        if answer.ok:
            await self.find_by_reference("LIVEPAY0SELFTEST")
            return [Finding(True, "Sonatel accepts the keys.")]
        return [self.turned_away(answer)]


def _transaction(row: Mapping[str, Any]) -> StatusResult:
    """A payment as listed, or as told: both have the same names [unsure]. Our reference is what identifies it to us."""
    word, amount = wire.text(row.get("status")) or "", wire.mapping(row.get("amount"))
    reference, error = wire.text(row.get("reference")), row.get("errorCode")
    return StatusResult(
        Pay.EXPIRED if str(error) == _EXPIRED else wire.status_in(_STATUS, word),
        word,
        provider_ref=reference,
        attempt_ref=reference,
        amount=wire.whole(amount.get("value")),
        currency=wire.currency(amount.get("unit")),
        txn_id=wire.text(row.get("transactionId")),
        method="orange_money",
        # In the full variant of a notification; what the customer's fields are called is [unsure].
        payer=wire.payer(wire.mapping(row.get("customer")).get("id"), "SN"),
    )


def _event(body: Mapping[str, Any], raw: bytes) -> ProviderEvent | None:
    """None for what is no payment of a buyer: cash-ins and the like."""
    if body.get("type") not in (None, "MERCHANT_PAYMENT"):
        return None
    found = _transaction(body)
    # Not X-Sonatel-Idempotency-Key: the signature does not cover it, so a replay could carry another one.
    return payment_event(wire.dedupe(raw, found.txn_id, found.provider_status), found, None)
