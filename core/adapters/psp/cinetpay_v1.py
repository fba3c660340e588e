"""CinetPay's new platform (reference payments §7.2, which rests on CinetPay's own Python package).

One signs in with key and password, which belong to one country, and pays with a token that lives about a day. A webhook
names the payment and shows the token that the creation returned, neither a status nor an amount: both are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit

from core.adapters.psp import verdicts, wire
from core.adapters.psp.bearer import BearerProvider
from core.payments.dashboard import Dashboard
from core.payments.provider import (
    NOTIFY_TOKEN,
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

LIVE: Final = "https://api.cinetpay.co"
TEST: Final = "https://api.cinetpay.net"
METHODS: Final = (
    Method("wave", "Wave", "#1DC4FF", frozenset({"SN", "CI", "BF"})),
    Method("orange_money", "Orange Money", "#FF7900", frozenset({"SN", "CI", "BF", "ML"})),
    Method("mtn", "MTN MoMo", "#FFCC00", frozenset({"CI", "BJ"})),
    Method("moov", "Moov Money", "#0066B3", frozenset({"CI", "BJ", "BF", "ML", "NE"})),
    Method("flooz", "Flooz (Moov)", "#0066B3", frozenset({"TG"})),
    Method("mixx", "Mixx by Yas (T-Money)", "#FFD200", frozenset({"TG"})),
    Method("free", "Mixx by Yas (Free Money)", "#FFD200", frozenset({"SN"})),
    Method("expresso", "Expresso", "#6F2C91", frozenset({"SN"})),
    Method("airtel", "Airtel Money", "#E40000", frozenset({"NE"})),
    Method("zamani", "Zamani Cash", "#F58220", frozenset({"NE"})),
)

_OPERATOR: Final = {"orange_money": "OM", "flooz": "MOOV", "mixx": "TMONEY"}
"""As written in CinetPay's names (OM_SN); the others are ours in capitals."""
_STATUS: Final[dict[str, Pay]] = {
    "success": Pay.PAID,
    "initiated": Pay.PENDING,
    "pending": Pay.PENDING,
    "failed": Pay.FAILED,
    "otp_error": Pay.FAILED,
    "insufficient_balance": Pay.FAILED,
    "expired": Pay.EXPIRED,
}
_GOOD: Final = (200, 100, 2001, 2002)
_PAID: Final = 100
_NOT_FOUND: Final = 404
_TOKEN_OVER: Final = (1002, 1003)  # invalid, expired
_EXISTS: Final = 1200
_TOKEN_LIFE: Final = 86_400
"""Seconds, about; the answer may say better."""


class NewPlatform(BearerProvider):
    name: ClassVar[str] = "cinetpay"
    label: ClassVar[str] = "CinetPay"
    default_base_url: ClassVar[str] = LIVE
    dashboard: ClassVar[Dashboard] = Dashboard("Integration")
    caps: ClassVar[Capabilities] = Capabilities(
        flow="redirect",
        # USD is possible, too, but nobody says whether its amounts are dollars or cents [unsure].
        currencies=frozenset({"XOF", "XAF", "GNF"}),
        countries=frozenset({"SN", "CI", "TG", "BJ", "BF", "ML", "NE"}),
        methods=METHODS,
        min_amount=100,
        max_amount=2_500_000,
        multiple_of=5,  # the old platform's rule; some rails of the new one share it [unsure]
        url_max_len=120,
        create_idempotency="reference_unique",
        webhook_setup="per_request",
        listing="payments",
        webhook_auth=Auth.TOKEN,
        webhook_tells=frozenset({"reference", "payer"}),
        status_tells=frozenset({"reference"}),
        notice="hint",
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "api_key",
            "API key",
            "sk_live_… or sk_test_…, of the country you sell in. Old platform: the one under Integration.",
            secret=True,
        ),
        Field("api_password", "API password", "Given with the key (new platform).", secret=True),
        Field(
            "email",
            "E-mail for receipts",
            "CinetPay wants an e-mail address with each payment; this one stands in for buyers who gave none.",
        ),
    )

    async def ask_token(self) -> wire.Answer:
        keys = {"api_key": self.secret("api_key"), "api_password": self.secret("api_password")}
        answer = await self.plain_call("POST", "/v1/oauth/login", json=keys)
        if not _accepted(answer):
            return wire.Answer(403 if answer.status == 403 else 401, answer.body)
        return wire.Answer(answer.status, {"expires_in": _TOKEN_LIFE, **answer.fields})

    async def plain_call(self, method: str, path: str, **how: Any) -> wire.Answer:
        """As ever; a token that is refused is told by a code of its own, whatever the HTTP status."""
        answer = await super().plain_call(method, path, **how)
        return wire.Answer(401, answer.body) if _code(answer.fields) in _TOKEN_OVER else answer

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        detail = wire.text(body.get("description"), 500) or wire.text(body.get("message"), 500)
        return str(_code(body) or ""), detail or wire.text(body.get("status")) or ""

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        answer = await self.call("POST", "/v1/payment", json=self._payment(request))
        reply = answer.fields
        if _code(reply) == _EXISTS:
            # An earlier request did arrive, whatever became of its answer: the session exists.
            raise SendUnknown("the payment exists already")
        if not _accepted(answer):
            raise self.refused(answer)
        payment, page = wire.text(reply.get("transaction_id")), wire.text(reply.get("payment_url"), 4000)
        token = wire.text(reply.get("notify_token"), 1000)
        if not payment or not page:
            raise SendUnknown("no payment in the answer")
        said = wire.text(wire.mapping(reply.get("details")).get("message"), 500)
        return CheckoutResult(payment, page, instructions=said, secrets={NOTIFY_TOKEN: token} if token else {})

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        body = wire.mapping(wire.decode(raw))
        token, payment = wire.text(body.get("notify_token"), 1000), wire.text(body.get("transaction_id"))
        if token is None:
            return wire.UNAUTHORISED
        event = ProviderEvent(
            wire.glance(now, raw, payment),
            "payment",
            Pay.UNKNOWN,
            attempt_ref=wire.text(body.get("merchant_transaction_id")),
            provider_ref=payment,
            txn_id=payment,
            # Whether it is the number that paid or the one we sent is [unsure].
            payer=wire.payer(wire.mapping(body.get("user")).get("phone_number"), self.config.country),
        )
        return InboundResult("ok", Auth.TOKEN, (event,), token=token)

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        """By CinetPay's id, else by our reference: both name the payment in the same request."""
        return await self._read(attempt.provider_ref or attempt.ref) or wire.not_found(attempt)

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """At most one, for references are unique. One still to be paid is none: nobody is ever told its page again."""
        found = await self._read(attempt_ref)
        return [] if found is None or found.status is Pay.PENDING else [found]

    async def _read(self, name: str) -> StatusResult | None:
        answer = await self.call("GET", f"/v1/payment/{quote(name, safe='')}")
        body = answer.fields
        if answer.status == _NOT_FOUND or _code(body) == _NOT_FOUND:
            return None
        if not answer.ok or not wire.text(body.get("transaction_id")):
            raise self.unread(answer)
        return _status(body)

    def _payment(self, request: CheckoutRequest) -> dict[str, Any]:
        first, last = _names(request.buyer.name)
        body = {
            "currency": request.currency,
            "merchant_transaction_id": request.attempt_ref,
            "amount": request.amount,
            "lang": "fr",
            "designation": (request.order_label or request.attempt_ref)[:255],
            "client_email": request.buyer.email or self.secret("email"),
            "client_first_name": first,
            "client_last_name": last,
            "client_phone_number": request.buyer.phone,
            "success_url": request.return_url,
            "failed_url": request.return_url,
            "notify_url": request.notify_url,
            "channel": "PUSH",
            "payment_method": _operator(request.method, request.country),
        }
        return {key: value for key, value in body.items() if value is not None}

    def check_settings(self) -> list[Finding]:
        key, host = self.secret("api_key"), urlsplit(self.config.base_url).hostname or ""
        findings = []
        if (host.endswith("cinetpay.co") and key.startswith("sk_test_")) or (
            host.endswith("cinetpay.net") and key.startswith("sk_live_")
        ):
            findings.append(verdicts.other_environment(self, test_key=key.startswith("sk_test_")))
        if key and not key.startswith(("sk_live_", "sk_test_")):
            findings.append(
                Finding(
                    False, "This is not a key of CinetPay’s new platform (sk_…): is the account on the old one (v2)?"
                )
            )
        return findings

    async def check_account(self) -> list[Finding]:
        answer = await self.call("GET", "/v1/balances")
        if _accepted(answer):
            good = [Finding(True, "CinetPay accepts the key.")]
            test = self.secret("api_key").startswith("sk_test_")
            return [verdicts.test_only(self), *good] if test else good
        return [self.turned_away(answer)]


def _code(body: Mapping[str, Any]) -> int | None:
    return wire.whole(body.get("code"))


def _accepted(answer: wire.Answer) -> bool:
    """A refusal may come with any HTTP status: its own code decides."""
    return answer.ok and _code(answer.fields) in (*_GOOD, None)


def _status(body: Mapping[str, Any]) -> StatusResult:
    """Paid needs the word and, where there is one, the code."""
    word = wire.text(body.get("status")) or ""
    status = wire.status_in(_STATUS, word)
    if status is Pay.PAID and _code(body) not in (_PAID, None):
        status = Pay.UNKNOWN
    payment, amount = wire.text(body.get("transaction_id")), wire.whole(body.get("amount"))
    return StatusResult(
        status,
        word,
        provider_ref=payment,
        attempt_ref=wire.text(body.get("merchant_transaction_id")),
        amount=amount,  # not among the fields CinetPay's package knows; compared should it come
        currency=wire.currency(body.get("currency")),
        txn_id=payment,
        reason=wire.text(body.get("message")),
        proves_amount=amount is None,
    )


def _names(name: str) -> tuple[str, str]:
    """First and last name of two characters at least, as CinetPay asks for."""
    parts = name.split()
    first, last = parts[0] if parts else "", " ".join(parts[1:])
    return (first[:255] if len(first) > 1 else "Client", last[:255] if len(last) > 1 else "LivePay")


def _operator(method: str | None, country: str) -> str | None:
    known = next((m for m in METHODS if m.name == method), None)
    if known is None or country not in known.countries:
        return None
    return f"{_OPERATOR.get(known.name, known.name.upper())}_{country}"
