"""Airtel Money in Madagascar (reference payments §8.2): a request that the buyer approves on the phone.

Our reference is the transaction's id there, so a lost answer is found again by it, and a repeated creation is refused.
No answer names an amount: the request is ours, for a fixed one. Notices may carry a hash whose layout nobody tells
[unsure]; they are taken for hints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import quote

from core.adapters.psp import verdicts, wire
from core.adapters.psp.bearer import BearerProvider
from core.payments.dashboard import Dashboard
from core.payments.provider import (
    Attempt,
    Auth,
    Capabilities,
    CheckoutRequest,
    CheckoutResult,
    Field,
    InboundResult,
    Method,
    NotSupported,
    Pay,
    ProviderEvent,
    Rejected,
    SendUnknown,
    StatusResult,
)

# One public page turns TS and TF around; the provider's own does not (§8.2). TA is ambiguous: keep asking.
_STATUS: Final[dict[str, Pay]] = {"ts": Pay.PAID, "tf": Pay.FAILED, "tip": Pay.PENDING}


class AirtelMg(BearerProvider):
    name: ClassVar[str] = "airtel_mg"
    label: ClassVar[str] = "Airtel Money"
    default_base_url: ClassVar[str] = "https://openapi.airtel.africa"
    dashboard: ClassVar[Dashboard] = Dashboard(
        "Airtel developer portal → your application → Keys",
        # Only that an address is registered in the portal is documented; where exactly is [unsure].
        steps=(
            "In the Airtel developer portal, open your application, then its Callback settings.",
            "Paste this address as callback URL and save. LivePay also asks Airtel by itself every few seconds.",
        ),
        unsure=True,
    )
    codes: ClassVar[Mapping[str, verdicts.No]] = {"DP00800001004": verdicts.No.PLACE}
    caps: ClassVar[Capabilities] = Capabilities(
        flow="push",
        currencies=frozenset({"MGA"}),
        countries=frozenset({"MG"}),
        methods=(Method("airtel_money", "Airtel Money", "#E40000"),),
        max_amount=20_000_000,
        create_idempotency="reference_unique",
        refund="full",
        webhook_setup="dashboard",
        webhook_auth=Auth.NONE,
        webhook_tells=frozenset({"reference"}),
        status_tells=frozenset({"reference"}),
        phone_prefixes=("+26133", "+26135"),
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "Client ID", "Airtel developer portal → your application → Keys.", secret=True),
        Field("api_secret", "Client secret", "Beside the client ID.", secret=True),
    )

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        status = wire.mapping(body.get("status"))
        code = wire.text(status.get("response_code")) or wire.text(status.get("result_code"))
        detail = wire.text(status.get("message"), 500) or wire.text(body.get("error_description"), 500)
        return code or wire.text(body.get("error")) or "", detail or ""

    async def ask_token(self) -> wire.Answer:
        body = {
            "client_id": self.secret("api_key"),
            "client_secret": self.secret("api_secret"),
            "grant_type": "client_credentials",
        }
        return await self.plain_call("POST", "/auth/oauth2/token", json=body)

    async def headers(self, body: bytes) -> dict[str, str]:
        return {"X-Country": "MG", "X-Currency": "MGA"}

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        if request.buyer.phone is None:
            raise Rejected("phone", "the buyer's number is missing")
        body = {
            "reference": "".join(c for c in request.order_label if c.isascii() and c.isalnum()) or request.attempt_ref,
            "subscriber": {
                "country": "MG",
                "currency": request.currency,
                "msisdn": request.buyer.phone.removeprefix("+261"),
            },
            "transaction": {
                "amount": request.amount,
                "country": "MG",
                "currency": request.currency,
                "id": request.attempt_ref,
            },
        }
        answer = await self.call("POST", "/merchant/v1/payments/", json=body)
        if not answer.ok or _success(answer.fields) is False:  # most refusals come with status 200
            raise self.refused(answer)
        if wire.text(_transaction(answer.fields).get("id")) != request.attempt_ref:
            raise SendUnknown("no transaction in the answer")
        return CheckoutResult(request.attempt_ref)

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        return wire.hint(path_token, raw, lambda body: _event(body, raw))

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        found = await self.find_by_reference(attempt.provider_ref or attempt.ref)
        return found[0] if found else wire.not_found(attempt)

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """The one transaction under this id; what is answered about another one is no answer."""
        body = wire.mapping(await self.read(f"/standard/v1/payments/{quote(attempt_ref, safe='')}"))
        found = _transaction(body)
        if wire.text(found.get("id")) != attempt_ref:
            return []
        word = wire.text(found.get("status")) or ""
        status = wire.status_in(_STATUS, word)
        return [
            StatusResult(
                status,
                word,
                attempt_ref,
                attempt_ref,
                txn_id=wire.text(found.get("airtel_money_id")) if status is Pay.PAID else None,
                reason=wire.text(found.get("message")),
                method="airtel_money",
                proves_amount=True,
            )
        ]

    async def refund(self, attempt: Attempt, amount: int, refund_ref: str) -> StatusResult:
        """The whole payment; a second time is refused there."""
        if amount != attempt.amount:
            raise NotSupported("partial refund")
        paid = await self.fetch_status(attempt)
        if paid.txn_id is None:
            raise Rejected(paid.provider_status, "this payment has no transaction to give back")
        answer = await self.call(
            "POST", "/standard/v1/payments/refund", json={"transaction": {"airtel_money_id": paid.txn_id}}
        )
        if not answer.ok or _success(answer.fields) is False:
            raise self.refused(answer)
        return StatusResult(Pay.REFUNDED, "refunded", paid.provider_ref, attempt.ref, amount, attempt.currency)


def _success(body: Mapping[str, Any]) -> bool | None:
    value = wire.mapping(body.get("status")).get("success")
    return value if isinstance(value, bool) else None


def _transaction(body: Mapping[str, Any]) -> dict[str, Any]:
    return wire.mapping(wire.mapping(body.get("data")).get("transaction"))


def _event(body: Mapping[str, Any], raw: bytes) -> ProviderEvent | None:
    found = wire.mapping(body.get("transaction"))
    ref, word = wire.text(found.get("id")), wire.text(found.get("status_code"), 10)
    if ref is None:
        return None
    return ProviderEvent(
        wire.dedupe(raw, ref, word),
        "payment",
        wire.status_in(_STATUS, word),
        attempt_ref=ref,
        provider_ref=ref,
        txn_id=wire.text(found.get("airtel_money_id")),
        method="airtel_money",
    )
