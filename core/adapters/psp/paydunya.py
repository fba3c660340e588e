"""PayDunya, an aggregator (reference payments §7.3): invoices by JSON, notices as forms with nested names.

The hash in a notice is the same in every one of them and proves only who sent it, so that the invoice is always read.
An invoice is known by PayDunya's token alone: nothing can be searched by our reference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlsplit

from core.adapters.psp import verdicts, wire
from core.adapters.psp.signatures import same_secret, to_bytes
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
    Pay,
    ProviderEvent,
    Rejected,
    SendUnknown,
    StatusResult,
)

_STATUS: Final[dict[str, Pay]] = {
    "pending": Pay.PENDING,
    "completed": Pay.PAID,
    "cancelled": Pay.CANCELLED,
    "failed": Pay.FAILED,
}
_DONE: Final = "00"
# Method and country → channel. Names as in public integrations of PayDunya [code]; for others the page shows them all.
_CHANNELS: Final[dict[str, dict[str, str]]] = {
    "wave": {"SN": "wave-senegal", "CI": "wave-ci"},
    "orange_money": {
        "SN": "orange-money-senegal",
        "CI": "orange-money-ci",
        "ML": "orange-money-mali",
        "BF": "orange-money-burkina",
    },
    "mtn": {"CI": "mtn-ci", "BJ": "mtn-benin"},
    "moov": {"CI": "moov-ci", "BJ": "moov-benin", "BF": "moov-burkina-faso", "ML": "moov-ml"},
    "flooz": {"TG": "moov-togo"},
    "mixx": {"TG": "t-money-togo"},
    "free": {"SN": "free-money-senegal"},
    "expresso": {"SN": "expresso-sn"},
}
_CARD: Final = "card"


def _method(name: str, label: str, colour: str) -> Method:
    return Method(name, label, colour, frozenset(_CHANNELS[name]))


class PayDunya(wire.WireProvider):
    name: ClassVar[str] = "paydunya"
    label: ClassVar[str] = "PayDunya"
    default_base_url: ClassVar[str] = "https://app.paydunya.com/api/v1"
    dashboard: ClassVar[Dashboard] = Dashboard("Integrate our API → your application")
    codes: ClassVar[Mapping[str, verdicts.No]] = {"1001": verdicts.No.KEY}
    caps: ClassVar[Capabilities] = Capabilities(
        flow="redirect",
        currencies=frozenset({"XOF"}),
        countries=frozenset({"SN", "CI", "BJ", "TG", "BF", "ML"}),
        methods=(
            _method("wave", "Wave", "#1DC4FF"),
            _method("orange_money", "Orange Money", "#FF7900"),
            _method("mtn", "MTN MoMo", "#FFCC00"),
            _method("moov", "Moov Money", "#0066B3"),
            _method("flooz", "Flooz (Moov)", "#0066B3"),
            _method("mixx", "Mixx by Yas (T-Money)", "#FFD200"),
            _method("free", "Mixx by Yas (Free Money)", "#FFD200"),
            _method("expresso", "Expresso", "#6F2C91"),
            Method("card", "Bank card", "#4A5568"),
        ),
        min_amount=100,  # common among aggregators; PayDunya's own is [unsure]
        multiple_of=5,  # one source reports this step [unsure]
        create_idempotency="none",
        webhook_setup="per_request",
        listing="none",
        webhook_auth=Auth.SHARED_SECRET,
        webhook_tells=frozenset({"reference", "amount"}),
        status_tells=frozenset({"reference", "amount", "payer"}),
        checkout_origins=("https://paydunya.com", "https://app.paydunya.com"),
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("master_key", "Master key", "Integrate our API → your application: the principal key.", secret=True),
        Field("private_key", "Private key", "live_private_… or test_private_….", secret=True),
        Field("token", "Token", "Stands below the keys.", secret=True),
        Field("store_name", "Shop name", "What buyers read on PayDunya’s page."),
    )

    async def headers(self, body: bytes) -> dict[str, str]:
        return {
            "PAYDUNYA-MASTER-KEY": self.secret("master_key"),
            "PAYDUNYA-PRIVATE-KEY": self.secret("private_key"),
            "PAYDUNYA-TOKEN": self.secret("token"),
        }

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        return wire.text(body.get("response_code"), 40) or "", wire.text(body.get("response_text"), 500) or ""

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        channel = _channel(request.method, request.country)
        invoice = {
            "total_amount": request.amount,
            "description": request.order_label or request.attempt_ref,
            **({"channels": [channel]} if channel else {}),
        }
        actions = {
            "cancel_url": request.return_url,
            "return_url": request.return_url,
            "callback_url": request.notify_url,
        }
        return await self._create(invoice, actions, {"ref": request.attempt_ref})

    async def _create(
        self, invoice: Mapping[str, Any], actions: Mapping[str, str], custom: Mapping[str, str]
    ) -> CheckoutResult:
        answer = await self.call(
            "POST",
            "/checkout-invoice/create",
            json={
                "invoice": invoice,
                "store": {"name": self.secret("store_name")},
                "custom_data": custom,
                "actions": actions,
            },
        )
        reply = answer.fields
        if not answer.ok or reply.get("response_code") != _DONE:
            raise self.refused(answer)
        token, page = wire.text(reply.get("token")), wire.text(reply.get("response_text"), 4000)
        if not token or not page or not page.startswith(("https://", "http://")):
            raise SendUnknown("no invoice in the answer")
        return CheckoutResult(token, page)

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        fields, master = wire.form(raw) or {}, self.secret("master_key")
        if not master or not same_secret(fields.get("data[hash]", ""), constant_hash(master)):
            return wire.UNAUTHORISED
        token, word = wire.text(fields.get("data[invoice][token]")), wire.text(fields.get("data[status]"), 40)
        event = ProviderEvent(
            wire.glance(now, raw, token, word),
            "payment",
            wire.status_in(_STATUS, word),
            attempt_ref=wire.text(fields.get("data[custom_data][ref]")),
            provider_ref=token,
            amount=wire.whole(fields.get("data[invoice][total_amount]")),
            txn_id=token,
        )
        return InboundResult("ok", Auth.SHARED_SECRET, (event,))

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        """By token; without one there is nothing to ask for until a notice brings it."""
        if attempt.provider_ref is None:
            return wire.not_found(attempt)
        body = wire.mapping(await self.read(f"/checkout-invoice/confirm/{quote(attempt.provider_ref, safe='')}"))
        if not body:
            return wire.not_found(attempt)
        if body.get("response_code") != _DONE:  # refusals come with status 200, too
            code, detail = self.refusal(body)
            raise SendUnknown(f"{code} {detail}"[:200])
        return _invoice(attempt.provider_ref, body, self.config.country)

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """None: PayDunya cannot search, and an invoice whose answer was lost can be paid by nobody."""
        return []

    def check_settings(self) -> list[Finding]:
        address, key = urlsplit(self.config.base_url), self.secret("private_key")
        ours = address.hostname == "app.paydunya.com" and key.startswith(("test_", "live_"))
        if ours and key.startswith("test_") != ("sandbox-api" in address.path):
            return [verdicts.other_environment(self, test_key=key.startswith("test_"))]
        return []

    async def check_account(self) -> list[Finding]:
        """An invoice that nobody will see or pay: PayDunya answers no smaller question that needs the keys."""
        try:
            await self._create({"total_amount": 200, "description": "LivePay: test"}, {}, {"ref": "LIVEPAY0SELFTEST"})
        except Rejected as error:
            return [self.told(error)]
        return [Finding(True, "PayDunya accepts the keys.")]


def constant_hash(master_key: str) -> str:
    """What every notice of this account carries: lower-case hex of SHA-512."""
    return hashlib.sha512(to_bytes(master_key)).hexdigest()


def _channel(method: str | None, country: str) -> str | None:
    return _CARD if method == _CARD else _CHANNELS.get(method or "", {}).get(country)


def _invoice(token: str, body: Mapping[str, Any], country: str) -> StatusResult:
    """Accounts are in francs CFA (XOF) only: no currency is named."""
    word = wire.text(body.get("status")) or ""
    return StatusResult(
        wire.status_in(_STATUS, word),
        word,
        provider_ref=token,
        attempt_ref=wire.text(wire.mapping(body.get("custom_data")).get("ref")),
        amount=wire.whole(wire.mapping(body.get("invoice")).get("total_amount")),
        txn_id=token,
        reason=wire.text(body.get("fail_reason")),
        # Who typed their number on PayDunya's page (§7.3); the name of the field is [unsure].
        payer=wire.payer(wire.mapping(body.get("customer")).get("phone"), country),
    )
