"""CinetPay's old platform, "v2" (reference payments §7.1): one path to pay, one to check, keys inside the body.

Its webhook is a form whose fields are signed, joined without a separator. What it says of the outcome is not the
verdict: CinetPay asks for a check, and so do we. Cards are left out: they need the buyer's whole address.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from core.adapters.psp import verdicts, wire
from core.adapters.psp.cinetpay_v1 import NewPlatform
from core.adapters.psp.signatures import same_secret, to_bytes
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
    Pay,
    ProviderEvent,
    SendUnknown,
    StatusResult,
)

SIGNED: Final = (
    "cpm_site_id",
    "cpm_trans_id",
    "cpm_trans_date",
    "cpm_amount",
    "cpm_currency",
    "signature",
    "payment_method",
    "cel_phone_num",
    "cpm_phone_prefixe",
    "cpm_language",
    "cpm_version",
    "cpm_payment_config",
    "cpm_page_action",
    "cpm_custom",
    "cpm_designation",
    "cpm_error_message",
)
"""The fields of a notification in the order they are signed; a missing one counts as empty."""

_BY_CODE: Final[dict[str, Pay]] = {
    "623": Pay.PENDING,
    "662": Pay.PENDING,
    "663": Pay.PENDING,
    "600": Pay.FAILED,
    "602": Pay.FAILED,
    "604": Pay.FAILED,
    "625": Pay.EXPIRED,
    "627": Pay.CANCELLED,
}
_BY_WORD: Final[dict[str, Pay]] = {
    "accepted": Pay.PAID,
    "pending": Pay.PENDING,
    "waiting_for_customer": Pay.PENDING,
    "refused": Pay.FAILED,
}
_DONE: Final = "00"
_CREATED: Final = "201"
_TROUBLE: Final = "624"
"""An error while processing, perhaps because the reference is taken [unsure]: the payment may exist."""
_NOT_FOUND: Final = 404


class LegacyPlatform(wire.WireProvider):
    name: ClassVar[str] = "cinetpay"
    label: ClassVar[str] = "CinetPay"
    default_base_url: ClassVar[str] = "https://api-checkout.cinetpay.com"
    dashboard: ClassVar[Dashboard] = Dashboard("Integration")
    codes: ClassVar[Mapping[str, verdicts.No]] = {"609": verdicts.No.KEY}
    caps: ClassVar[Capabilities] = replace(
        NewPlatform.caps,
        url_max_len=2000,
        webhook_auth=Auth.BODY_SIGNED,
        webhook_tells=EVERYTHING | PAYER,
        status_tells=frozenset({"reference", "amount", "currency"}),
        checkout_origins=("https://checkout.cinetpay.com",),
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "API key", secret=True),
        Field("site_id", "Site ID", "Integration → Site ID, digits (old platform)."),
        Field(
            "webhook_secret", "Secret key", "Integration → Secret key (old platform): it signs notices.", secret=True
        ),
    )

    async def headers(self, body: bytes) -> dict[str, str]:
        return {}

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        detail = wire.text(body.get("description"), 500) or wire.text(body.get("message"), 500)
        return _code(body), detail or ""

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        answer = await self.call("POST", "/v2/payment", json=self._payment(request))
        code, data = _code(answer.fields), wire.mapping(answer.fields.get("data"))
        if code == _TROUBLE:
            raise SendUnknown(f"code {code}")
        if not answer.ok or code != _CREATED:
            raise self.refused(answer)
        page = wire.text(data.get("payment_url"), 4000)
        if not page:
            raise SendUnknown("no payment in the answer")
        # Everything is asked and told by our reference; CinetPay's own token only opens the page.
        return CheckoutResult(request.attempt_ref, page)

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        fields, secret = wire.form(raw), self.secret("webhook_secret")
        if not secret or not same_secret(wire.header(headers, "x-token"), signature(secret, fields or {})):
            return wire.UNAUTHORISED
        if fields is None:
            return wire.malformed(Auth.BODY_SIGNED)
        if fields.get("cpm_site_id") != self.secret("site_id"):
            return InboundResult("ignored", Auth.BODY_SIGNED)
        return InboundResult("ok", Auth.BODY_SIGNED, (_event(fields, raw, now, self.config.country),))

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        return await self._check(attempt.provider_ref or attempt.ref) or wire.not_found(attempt)

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        """At most one, for references are unique. One still to be paid is none: nobody is ever told its page again."""
        found = await self._check(attempt_ref)
        return [] if found is None or found.status is Pay.PENDING else [found]

    async def _check(self, reference: str) -> StatusResult | None:
        answer = await self.call("POST", "/v2/payment/check", json={**self._keys(), "transaction_id": reference})
        if answer.status == _NOT_FOUND:
            return None
        body = answer.fields
        if not isinstance(body.get("data"), dict):
            raise self.unread(answer)
        return _status(reference, _code(body), wire.mapping(body["data"]))

    def _keys(self) -> dict[str, str]:
        return {"apikey": self.secret("api_key"), "site_id": self.secret("site_id")}

    def _payment(self, request: CheckoutRequest) -> dict[str, Any]:
        surname, _, name = request.buyer.name.partition(" ")
        buyer = {
            "customer_name": name,
            "customer_surname": surname,
            "customer_phone_number": request.buyer.phone,
            "customer_email": request.buyer.email,
        }
        return {
            **self._keys(),
            "transaction_id": request.attempt_ref,
            "amount": request.amount,
            "currency": request.currency,
            "description": request.order_label or request.attempt_ref,
            "notify_url": request.notify_url,
            "return_url": request.return_url,
            # Whether Wave counts as MOBILE_MONEY or WALLET differs by country [unsure]: it finds its place in ALL.
            "channels": "ALL" if request.method in (None, "wave") else "MOBILE_MONEY",
            "lang": "fr",
            **{key: value for key, value in buyer.items() if value},
        }

    def check_settings(self) -> list[Finding]:
        site = self.secret("site_id")
        return [Finding(False, "The site ID consists of digits only.")] if site and not site.isdecimal() else []

    async def check_account(self) -> list[Finding]:
        """A check of a reference nobody has: refused keys are answered otherwise than unknown payments [unsure]."""
        answer = await self.call(
            "POST", "/v2/payment/check", json={**self._keys(), "transaction_id": "LIVEPAY0SELFTEST"}
        )
        if answer.ok or answer.status == _NOT_FOUND:
            return [Finding(True, "CinetPay accepts the key.")]
        return [self.turned_away(answer)]


def signature(secret: str, fields: Mapping[str, str]) -> str:
    """The ``x-token`` of a notification, lower-case hex."""
    joined = "".join(fields.get(name, "") for name in SIGNED)
    return hmac.new(to_bytes(secret), to_bytes(joined), hashlib.sha256).hexdigest()


def _code(body: Mapping[str, Any]) -> str:
    code = body.get("code")
    return str(code) if isinstance(code, int) else wire.text(code, 40) or ""


def _event(fields: Mapping[str, str], raw: bytes, now: int, country: str) -> ProviderEvent:
    """The fields join without a separator, so a signature fits several splits: a hint only, whatever it says."""
    reference = wire.text(fields.get("cpm_trans_id"))
    return ProviderEvent(
        wire.glance(now, raw, None),
        "payment",
        Pay.UNKNOWN,
        attempt_ref=reference,
        provider_ref=reference,
        amount=wire.whole(fields.get("cpm_amount")),
        currency=wire.currency(fields.get("cpm_currency")),
        method=wire.text(fields.get("payment_method")),
        occurred_at=wire.moment(fields.get("cpm_trans_date")),
        payer=wire.payer(fields.get("cel_phone_num"), country, fields.get("cpm_phone_prefixe")),
    )


def _status(reference: str, code: str, data: Mapping[str, Any]) -> StatusResult:
    """Paid needs both, the code 00 and the word; a code that is known is otherwise more exact than the word."""
    word = wire.text(data.get("status")) or ""
    status = _BY_CODE.get(code) or wire.status_in(_BY_WORD, word)
    if status is Pay.PAID and code != _DONE:
        status = Pay.UNKNOWN
    return StatusResult(
        status,
        f"{code} {word}".strip(),
        provider_ref=reference,
        attempt_ref=reference,
        amount=wire.whole(data.get("amount")),
        currency=wire.currency(data.get("currency")),
        txn_id=wire.text(data.get("operator_id")),
        paid_at=wire.moment(data.get("payment_date")),
        method=wire.text(data.get("payment_method")),
    )
