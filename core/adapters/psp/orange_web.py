"""Orange Money Web Payment, the group's API for CI, ML, BF, NE and Madagascar (reference payments §5.1, §8.3).

The buyer pays on Orange's page within ten minutes. A notification carries one payment's own token and a status, rarely
an amount, and may never come: what counts is read with the payment's other token. Lost with the answer to the creation,
both are lost for good; so is the page's address, and nobody can pay there.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

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

_STATUS: Final[dict[str, Pay]] = {
    "initiated": Pay.PENDING,
    "pending": Pay.PENDING,
    "success": Pay.PAID,
    "failed": Pay.FAILED,
    "expired": Pay.EXPIRED,
}
_LIFE: Final = 600
"""Seconds that pay_token lives (§5.1)."""
_PAY_TOKEN: Final = "pay_token"
_TEST_CURRENCY: Final = "OUV"


class OrangeWeb(BearerProvider):
    name: ClassVar[str] = "orange_web"
    label: ClassVar[str] = "Orange Money"
    default_base_url: ClassVar[str] = "https://api.orange.com"
    dashboard: ClassVar[Dashboard] = Dashboard("developer.orange.com → My apps → your application")
    caps: ClassVar[Capabilities] = Capabilities(
        flow="redirect",
        currencies=frozenset({"XOF", "MGA"}),
        countries=frozenset({"CI", "ML", "BF", "NE", "MG"}),
        methods=(Method("orange_money", "Orange Money", "#FF7900"),),
        # order_id ≤ 30 [unsure]; ours has 25 at most. The return_url's domain may have to be the declared one [unsure].
        create_idempotency="reference_unique",
        default_ttl=_LIFE,
        listing="none",
        webhook_auth=Auth.TOKEN,
        webhook_tells=frozenset(),
        status_tells=frozenset({"reference"}),
        webhook_setup="per_request",
        checkout_origins=("https://webpayment.orange-money.com", "https://mpayment.orange-money.com"),  # [unsure]
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("client_id", "Client ID", "developer.orange.com → My apps → your application."),
        Field("client_secret", "Client secret", "developer.orange.com → My apps → your application.", secret=True),
        Field(
            "merchant_key", "Merchant key", "Orange gives it to you when your merchant account is opened.", secret=True
        ),
        Field(
            "environment",
            "Environment",
            "Tests pay with Orange’s simulator and its own currency; nobody can pay you there.",
            required=False,
            default="live",
            choices=("live", "test"),
        ),
    )

    @property
    def api(self) -> str:
        """The path of the country's API, or of the one for trying."""
        test = self.config.get("environment") == "test"
        return f"/orange-money-webpay/{'dev' if test else self.config.country.lower()}/v1"

    async def ask_token(self) -> wire.Answer:
        pair = f"{self.secret('client_id')}:{self.secret('client_secret')}".encode()
        basic = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return await self.plain_call(
            "POST", "/oauth/v3/token", headers=basic, form={"grant_type": "client_credentials"}
        )

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        code = body.get("code")
        named = str(code) if wire.whole(code) is not None else wire.text(body.get("error"))
        reason = wire.text(body.get("description"), 500) or wire.text(body.get("error_description"), 500)
        return named or "", reason or wire.text(body.get("message"), 500) or ""

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        test = self.config.get("environment") == "test"
        answer = await self.call(
            "POST",
            f"{self.api}/webpayment",
            json={
                "merchant_key": self.secret("merchant_key"),
                "currency": _TEST_CURRENCY if test else request.currency,
                "order_id": request.attempt_ref,
                "amount": request.amount,
                "return_url": request.return_url,
                "cancel_url": request.return_url,
                "notif_url": request.notify_url,
                "lang": "fr",
                "reference": request.order_label or request.attempt_ref,
            },
        )
        if not answer.ok:
            raise self.refused(answer)
        reply = answer.fields
        pay_token, notify_token = (wire.text(reply.get(name), 1000) for name in ("pay_token", "notif_token"))
        page = wire.text(reply.get("payment_url"), 4000)
        if not pay_token or not notify_token or not page:  # without both it could neither be asked about nor believed
            raise SendUnknown("no session in the answer")
        secrets = {_PAY_TOKEN: pay_token, NOTIFY_TOKEN: notify_token}
        expires_at = self.http.time_at(self.config.base_url) + _LIFE * 1000
        return CheckoutResult(request.attempt_ref, page, expires_at=expires_at, secrets=secrets)

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        """The token in the body is compared with the attempt's by who knows the attempt; the address names that one."""
        body = wire.mapping(wire.decode(raw))
        token = wire.text(body.get("notif_token"), 1000)
        if token is None:
            return wire.UNAUTHORISED
        word, transaction = wire.text(body.get("status"), 40), wire.text(body.get("txnid"))
        event = ProviderEvent(
            wire.dedupe(raw, transaction, word),
            "payment",
            wire.status_in(_STATUS, word),
            amount=wire.whole(body.get("amount")),  # in some countries
            txn_id=transaction,
            method="orange_money",
        )
        return InboundResult("ok", Auth.TOKEN, (event,), token=token)

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        """The amount goes along with the question and is rarely in the answer: the session was made with it alone."""
        pay_token = attempt.secrets.get(_PAY_TOKEN)
        if not pay_token:
            return wire.not_found(attempt)
        question = {"order_id": attempt.ref, "amount": attempt.amount, "pay_token": pay_token}
        answer = await self.call("POST", f"{self.api}/transactionstatus", json=question)
        if answer.status == 404:
            return wire.not_found(attempt)
        if not answer.ok:
            raise self.unread(answer)
        found = answer.fields
        word, reference = wire.text(found.get("status")) or "", wire.text(found.get("order_id"))
        if reference != attempt.ref:
            return StatusResult(Pay.UNKNOWN, word, attempt.provider_ref, reason="the status names another order")
        amount = wire.whole(found.get("amount"))
        return StatusResult(
            wire.status_in(_STATUS, word),
            word,
            attempt.ref,
            reference,
            amount,
            txn_id=wire.text(found.get("txnid")),
            method="orange_money",
            proves_amount=found.get("amount") is None,
        )

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """None: Orange cannot search, and a session whose answer was lost can be paid by nobody."""
        return []

    async def check_account(self) -> list[Finding]:
        answer = await self.ask_token()
        if answer.ok:
            good = Finding(True, "Orange accepts the keys. The merchant key is only checked with the first payment.")
            return [verdicts.test_only(self), good] if self.config.get("environment") == "test" else [good]
        return [self.turned_away(answer)]
