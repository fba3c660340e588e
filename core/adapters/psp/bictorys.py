"""Bictorys, Senegal's aggregator and LivePay's first real provider (reference payments §3).

Its webhook is usually not signed: the secret travels in clear in a header, so an event is only a hint and the truth is
read again over TLS. Two shapes of reply exist, 202 for the hosted page and 201 for one named means of payment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit

from core.adapters.psp import verdicts, wire
from core.adapters.psp.signatures import Check, Layout, same_secret, verify
from core.kernel.patterns import late
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
    NotSupported,
    Pay,
    ProviderEvent,
    Rejected,
    SendUnknown,
    StatusResult,
)

_STATUS: Final[dict[str, Pay]] = {
    "pending": Pay.PENDING,
    "processing": Pay.PENDING,
    "succeeded": Pay.PAID,
    # The official shop plugin ships on "authorized"; we do not: money reserved is not money received (§2.1).
    "authorized": Pay.AUTHORIZED,
    "failed": Pay.FAILED,
    "cancelled": Pay.CANCELLED,
    "expired": Pay.EXPIRED,  # [unsure]: only an outdated page names it
    "reversed": Pay.REFUNDED,
}
_PAYMENT_TYPE: Final = {
    "wave": "wave_money",
    "orange_money": "orange_money",
    "mixx": "togocell",
    "flooz": "moov",
    "mtn": "mtn_money",
    "moov": "moov",
    "card": "card",
}
_ERROR_CODE: Final = late(r"\s*(E\d{3}-\d+)\s*:?\s*(.*)", re.DOTALL)
_WRONG_KIND: Final = "E403-1"
_ENVIRONMENT: Final = {"api.bictorys.com": "", "api.test.bictorys.com": "test_"}
_NO_SUCH: Final = "00000000-0000-4000-8000-000000000000"


class Bictorys(wire.WireProvider):
    name: ClassVar[str] = "bictorys"
    label: ClassVar[str] = "Bictorys"
    default_base_url: ClassVar[str] = "https://api.bictorys.com"
    dashboard: ClassVar[Dashboard] = Dashboard(
        "Developers → API keys",
        steps=(
            "In your Bictorys dashboard, switch to the live environment, then open Developers → Webhooks.",
            "Paste this address, and as secret the very one that you typed above: 32 random characters or more.",
            "Save. Test and live have each a webhook of their own: the test one is not enough.",
        ),
    )
    codes: ClassVar[Mapping[str, verdicts.No]] = {
        _WRONG_KIND: verdicts.No.KEY,
        "E400-24": verdicts.No.PLACE,
        "E400-0": verdicts.No.ADDRESS,
    }
    caps: ClassVar[Capabilities] = Capabilities(
        flow="redirect",
        currencies=frozenset({"XOF", "XAF", "GNF"}),
        countries=frozenset({"SN", "CI", "ML", "TG", "BJ", "BF", "NE"}),
        # Where a wallet exists (§11); which of them an account has enabled, its page shows [unsure].
        methods=(
            Method("wave", "Wave", "#1DC4FF", frozenset({"SN", "CI", "ML", "BF", "NE"})),
            Method("orange_money", "Orange Money", "#FF7900", frozenset({"SN", "CI", "ML", "BF"})),
            Method("mixx", "Mixx by Yas (T-Money)", "#FFD200", frozenset({"TG"})),
            Method("flooz", "Flooz (Moov)", "#0066B3", frozenset({"TG"})),
            Method("mtn", "MTN MoMo", "#FFCC00", frozenset({"BJ"})),
            Method("moov", "Moov Money", "#0066B3", frozenset({"BJ"})),
            Method("card", "Bank card", "#4A5568"),
        ),
        create_idempotency="reference_lookup",
        refund="full",
        listing="payments",
        webhook_tells=EVERYTHING | PAYER,
        status_tells=EVERYTHING | PAYER,  # that a transaction read has it too is [unsure]
        checkout_origins=(
            "https://pay.bictorys.com",
            "https://pay.test.bictorys.com",
            "https://pay.wave.com",
        ),
    )
    after_signature: ClassVar[tuple[str, str] | None] = ("signature", "required")
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "Public API key", "Developers → API keys: public-… or test_public-….", secret=True),
        Field(
            "private_key",
            "Private API key",
            "Developers → API keys: secret-… or test_secret-…. Needed to read amounts, search and refund.",
            secret=True,
            required=False,
        ),
        Field(
            "webhook_secret",
            "Webhook secret",
            "You choose it in Developers → Webhooks: at least 32 random characters.",
            secret=True,
        ),
        Field(
            "signature",
            "Signed notifications",
            "Required once Bictorys has switched signatures on for your account: unsigned ones are then refused.",
            required=False,
            default="optional",
            choices=("optional", "required"),
        ),
        Field(
            "page",
            "Payment page",
            "Bictorys’ page shows all means of payment; straight to the means opens the chosen one at once.",
            required=False,
            default="hosted",
            choices=("hosted", "direct"),
        ),
    )

    async def headers(self, body: bytes) -> dict[str, str]:
        return {"X-Api-Key": self.secret("private_key") or self.secret("api_key")}

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        detail = wire.text(body.get("details"), 500) or wire.text(body.get("title")) or ""
        code = _ERROR_CODE.fullmatch(detail)
        return (code[1], code[2]) if code else (wire.text(body.get("status")) or "", detail)

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        payment_type = _PAYMENT_TYPE.get(request.method or "") if self.config.get("page") == "direct" else None
        params = {"payment_type": payment_type} if payment_type else {}
        if payment_type == "card":
            params["payment_category"] = "card"
        answer = await self.call(
            "POST",
            "/pay/v1/charges",
            headers={"X-Api-Key": self.secret("api_key")},  # charges are made with the public key (§3.1)
            json=_charge(request),
            params=params,
        )
        if not answer.ok:
            raise self.refused(answer)
        reply = answer.fields
        state = (wire.text(reply.get("state")) or "").upper()
        if state in ("FAILED", "DECLINED"):
            raise Rejected(state.lower(), wire.text(reply.get("message")) or "")
        charge = wire.text(reply.get("transactionId")) or wire.text(reply.get("chargeId"))
        link = wire.text(reply.get("redirectUrl"), 4000) or wire.text(reply.get("link"), 4000)
        if not charge:
            raise SendUnknown("no charge in the answer")
        if link and not payment_type and request.method:
            category = "card" if request.method == "card" else "mobile_money"  # preselects, as the official plugin does
            link += f"{'&' if '?' in link else '?'}payment_category={category}"
        token = wire.text(reply.get("opToken"))
        said = wire.text(reply.get("message"), 500)
        return CheckoutResult(charge, link, instructions=said, secrets={"op_token": token} if token else {})

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        secret = self.secret("webhook_secret")
        if not same_secret(wire.header(headers, "X-Secret-Key"), secret):
            return wire.UNAUTHORISED
        signature, timestamp = wire.header(headers, "X-Webhook-Signature"), wire.header(headers, "X-Webhook-Timestamp")
        auth, check = Auth.SHARED_SECRET, Check.GOOD
        if signature or timestamp or self.config.get("signature") == "required":
            # The timestamp is in milliseconds (§3.4). A signature that is there must be right, whatever the secret.
            auth, check = Auth.BODY_SIGNED, verify(Layout.DOT, secret, timestamp, [signature], raw, now, unit=1)
        return wire.judged(check, auth, raw, lambda body: _event(body, raw, self.config.country))

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        """The status by id; once paid, the whole transaction too, for its amount and fees.

        Where only the status can be read, the id alone proves the amount: we made the charge, with a fixed one (§3.3).
        """
        if attempt.provider_ref is None:
            return wire.nearest_to_paid(await self._find(attempt.ref, attempt.amount), attempt)
        path = f"/pay/v1/transactions/{quote(attempt.provider_ref, safe='')}"
        short = await self.read(f"{path}/status")
        if short is None:  # transactions exist only once the buyer has tried to pay (§3.3)
            return wire.not_found(attempt)
        word = wire.text(wire.mapping(short).get("status")) or ""
        status = wire.status_in(_STATUS, word)
        same = wire.text(wire.mapping(short).get("id")) == attempt.provider_ref
        if status in (Pay.PAID, Pay.REFUNDED) or not same:
            try:
                full = wire.mapping(await self.read(path))
            except SendUnknown:
                if not same:
                    raise
                full = {}
            if full:
                return _transaction(full, attempt.amount, self.config.country)
        if not same and status is Pay.PAID:
            return StatusResult(Pay.UNKNOWN, word, attempt.provider_ref, reason="the status names no transaction")
        return StatusResult(status, word, attempt.provider_ref, attempt.ref, proves_amount=same)

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """Only payments that a buyer has tried are listed; a charge nobody opened stays invisible (§3.3)."""
        return await self._find(attempt_ref, None)

    async def _find(self, attempt_ref: str, expected: int | None) -> list[StatusResult]:
        page = await self.read("/pay/v1/transactions")
        rows = page if isinstance(page, list) else wire.mapping(page).get("data")  # the envelope is [unsure]
        found = (wire.mapping(row) for row in wire.items(rows))
        return [
            _transaction(row, expected, self.config.country)
            for row in found
            if row.get("paymentReference") == attempt_ref
        ]

    async def refund(self, attempt: Attempt, amount: int, refund_ref: str) -> StatusResult:
        """Whole payments only: partial refunds are [unsure]. Accepted means PENDING; a ``refund`` webhook follows."""
        if amount != attempt.amount:
            raise NotSupported("partial refund")
        session = await self.session_of(attempt)
        if session is None:
            raise Rejected("E404-1", "no such transaction")
        answer = await self.call("PUT", f"/pay/v1/transactions/{quote(session, safe='')}/refund", json={})
        if not answer.ok:
            raise self.refused(answer)
        return StatusResult(Pay.PENDING, "refund accepted", session, attempt.ref, amount, attempt.currency)

    def check_settings(self) -> list[Finding]:
        findings = []
        expected = _ENVIRONMENT.get(urlsplit(self.config.base_url).hostname or "")
        for name, kind in (("api_key", "public"), ("private_key", "secret")):
            key = self.secret(name)
            if not key:
                continue
            if expected is not None and key.startswith("test_") != bool(expected):
                findings.append(verdicts.other_environment(self, test_key=not expected))
            if not key.removeprefix("test_").startswith(f"{kind}-"):
                findings.append(Finding(False, "This is not a {kind} key of Bictorys.", {"kind": kind}))
        if 0 < len(self.secret("webhook_secret")) < 16:
            findings.append(Finding(False, "The webhook secret is too short: use at least 32 random characters."))
        return findings

    async def check_account(self) -> list[Finding]:
        public = await self.call("GET", f"/pay/v1/charges/{_NO_SUCH}", headers={"X-Api-Key": self.secret("api_key")})
        if public.status == 403 and self.refusal(public.fields)[0] != _WRONG_KIND:
            return [self.turned_away(public)]
        if public.status in (401, 403):
            return [Finding(False, "Bictorys refuses the public key. Copy it again from Developers → API keys.")]
        findings = [Finding(True, "Bictorys accepts the public key.")]
        if not self.secret("private_key"):
            return [*findings, Finding(False, "Without the private key, amounts and lost sessions cannot be read.")]
        private = await self.call("GET", "/onboarding/v1/payment-methods/me")
        if private.ok:
            return [*findings, Finding(True, "Bictorys accepts the private key.")]
        if private.status == 403 and self.refusal(private.fields)[0] != _WRONG_KIND:
            return [*findings, self.turned_away(private)]
        return [
            *findings,
            Finding(False, "Bictorys refuses the private key. Copy it again from Developers → API keys."),
        ]


def _charge(request: CheckoutRequest) -> dict[str, Any]:
    customer = {
        "name": request.buyer.name or None,
        "phone": request.buyer.phone.removeprefix("+") if request.buyer.phone else None,
        "email": request.buyer.email,
        "country": request.country,  # required inside, too; Burkina may be BK in places [unsure]
    }
    return {
        "amount": request.amount,  # whole francs, not cents (§3.2)
        "currency": request.currency,
        "country": request.country,
        "paymentReference": request.attempt_ref,
        "merchantReference": request.attempt_uuid,  # composite strings are refused: a UUID only
        "successRedirectUrl": request.return_url,
        "errorRedirectUrl": request.return_url,
        "customerObject": {key: value for key, value in customer.items() if value},
        "orderDetails": [{"name": request.order_label, "price": request.amount, "quantity": 1, "taxRate": 0}],
    }


def _event(body: Mapping[str, Any], raw: bytes, country: str) -> ProviderEvent | None:
    kind = wire.text(body.get("type"))
    if kind not in ("payment", "refund"):
        return None
    refund = kind == "refund"
    transaction, word = wire.text(body.get("id")), wire.text(body.get("status"), 40)
    status = wire.status_in(_STATUS, word)
    if refund and status is Pay.PAID:  # the refund itself succeeded
        status = Pay.REFUNDED
    return ProviderEvent(
        wire.dedupe(raw, transaction, "refund" if refund else word, *([word] if refund else [])),
        "refund" if refund else "payment",
        status,
        attempt_ref=wire.text(body.get("paymentReference")),
        provider_ref=transaction,
        amount=wire.whole(body.get("amount")),
        currency=wire.currency(body.get("currency")),
        fee=wire.whole(body.get("merchantFees")),
        txn_id=transaction,
        method=wire.text(body.get("pspName")),
        occurred_at=wire.moment(body.get("timestamp")),
        payer=wire.payer(body.get("paymentMeans"), country),  # masked (§3.4)
    )


def _transaction(row: Mapping[str, Any], expected: int | None, country: str) -> StatusResult:
    """A full transaction. Its amount is reported net of fees, gross = amount + merchantFees [unsure]: compare both."""
    word = wire.text(row.get("status")) or ""
    net, fee = wire.whole(row.get("amount")), wire.whole(row.get("merchantFees"))
    gross = net if net is None or net == expected else net + (fee or 0)
    return StatusResult(
        wire.status_in(_STATUS, word),
        word,
        provider_ref=wire.text(row.get("id")),
        attempt_ref=wire.text(row.get("paymentReference")),
        amount=gross,
        currency=wire.currency(row.get("currency")),
        fee=fee,
        txn_id=wire.text(row.get("id")),
        paid_at=wire.moment(row.get("timestamp")),
        method=wire.text(row.get("pspName")),
        payer=wire.payer(row.get("paymentMeans"), country),
    )
