"""MVola of Telma/Yas, Madagascar (reference payments §8.1): a request that the buyer approves on the phone.

Nothing it sends is signed, so a notice only makes us ask. Payments cannot be searched by our reference: a creation
whose answer was lost is known again by its notice, which comes to the attempt's own address.
"""

from __future__ import annotations

import unicodedata
import uuid
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import quote

from core.adapters.psp import wire
from core.adapters.psp.bearer import BearerProvider
from core.kernel.clock import to_datetime
from core.kernel.errors import Refused
from core.kernel.phone import mobile
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
    Rejected,
    SendUnknown,
    StatusResult,
)

_PATH: Final = "/mvola/mm/transactions/type/merchantpay/1.0.0"
_STATUS: Final[dict[str, Pay]] = {"pending": Pay.PENDING, "completed": Pay.PAID, "failed": Pay.FAILED}
_TEXT: Final = 50  # characters of descriptionText, plain ASCII [unsure]


class MVola(BearerProvider):
    name: ClassVar[str] = "mvola"
    label: ClassVar[str] = "MVola"
    default_base_url: ClassVar[str] = "https://api.mvola.mg"
    dashboard: ClassVar[Dashboard] = Dashboard("MVola developer portal → your application → Production Keys")
    caps: ClassVar[Capabilities] = Capabilities(
        flow="push",
        currencies=frozenset({"MGA"}),
        countries=frozenset({"MG"}),
        methods=(Method("mvola", "MVola", "#FFD400"),),
        max_amount=20_000_000,
        inbound_methods=frozenset({"PUT", "POST"}),
        webhook_setup="per_request",
        listing="impossible",
        webhook_auth=Auth.NONE,
        webhook_tells=frozenset({"reference", "time", "payer"}),
        status_tells=EVERYTHING | PAYER,
        phone_prefixes=("+26134", "+26136", "+26138"),
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("api_key", "Consumer key", "MVola developer portal → your application → Production Keys.", secret=True),
        Field("api_secret", "Consumer secret", "Beside the consumer key.", secret=True),
        Field("merchant_phone", "Merchant’s MVola number", "The number that receives the money: 034 12 345 67."),
        Field("partner_name", "Name shown to the buyer", "As registered with MVola."),
    )

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        fault = wire.mapping(body.get("fault")) or body
        code = fault.get("code") if isinstance(fault.get("code"), int) else None
        said = ("errorDescription", "error_description", "message", "description")
        detail = next((found for name in said if (found := wire.text(fault.get(name), 500))), "")
        return str(code or "") or wire.text(fault.get("errorCode")) or wire.text(fault.get("error")) or "", detail

    async def ask_token(self) -> wire.Answer:
        pair = b64encode(f"{self.secret('api_key')}:{self.secret('api_secret')}".encode()).decode()
        form = {"grant_type": "client_credentials", "scope": "EXT_INT_MVOLA_SCOPE"}
        headers = {"Authorization": f"Basic {pair}", "Cache-Control": "no-cache"}
        return await self.plain_call("POST", "/token", form=form, headers=headers)

    async def headers(self, body: bytes) -> dict[str, str]:
        return {
            "Version": "1.0",
            "X-CorrelationID": str(uuid.uuid4()),
            "UserLanguage": "FR",
            "UserAccountIdentifier": f"msisdn;{_local(self.secret('merchant_phone'))}",
            "partnerName": _plain(self.secret("partner_name")),
            "Cache-Control": "no-cache",
        }

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        self.check_request(request)
        if request.buyer.phone is None:
            raise Rejected("phone", "the buyer's number is missing")
        now = await self.http.ask_time(self.config.base_url)
        body = {
            "amount": str(request.amount),
            "currency": "Ar",
            "descriptionText": _plain(request.order_label) or request.attempt_ref,
            "requestingOrganisationTransactionReference": request.attempt_ref,
            "requestDate": f"{to_datetime(now):%Y-%m-%dT%H:%M:%S}.{now % 1000:03d}Z",
            "originalTransactionReference": request.attempt_ref,
            "debitParty": [{"key": "msisdn", "value": _local(request.buyer.phone)}],
            "creditParty": [{"key": "msisdn", "value": _local(self.secret("merchant_phone"))}],
            "metadata": [{"key": "partnerName", "value": _plain(self.secret("partner_name"))}],
        }
        callback = {"X-Callback-URL": request.notify_url} if request.notify_url else {}
        answer = await self.call("POST", f"{_PATH}/", json=body, headers=callback)
        if not answer.ok:
            raise self.refused(answer)
        session = wire.text(answer.fields.get("serverCorrelationId"))
        if session is None:
            raise SendUnknown("no correlation id in the answer")
        return CheckoutResult(session)

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        """Proves nothing but that somebody knows the address (TOKEN), or not even that: the service asks."""
        return wire.hint(path_token, raw, lambda body: _event(body, raw))

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        """The state by correlation id; once completed the transaction too, for its amount and fee.

        Where MVola keeps no such transaction the id proves the amount: the request was ours, for a fixed one.
        """
        if attempt.provider_ref is None:
            return wire.not_found(attempt)
        status = await self.read(f"{_PATH}/status/{quote(attempt.provider_ref, safe='')}")
        if status is None:
            return wire.not_found(attempt)
        fields = wire.mapping(status)
        word = wire.text(fields.get("status")) or ""
        found = wire.status_in(_STATUS, word)
        if fields.get("serverCorrelationId") != attempt.provider_ref:
            return StatusResult(Pay.UNKNOWN, word, attempt.provider_ref, reason="the answer is about something else")
        transaction = wire.text(fields.get("objectReference"))
        known: Mapping[str, Any] = {}
        if found is Pay.PAID and transaction:
            known = wire.mapping(await self.read(f"{_PATH}/{quote(transaction, safe='')}"))
        return StatusResult(
            found,
            word,
            attempt.provider_ref,
            attempt.ref,
            amount=wire.whole(known.get("amount")),
            currency=_currency(known.get("currency")),
            fee=_fee(known.get("fees")),
            txn_id=transaction if found is Pay.PAID else None,
            paid_at=wire.moment(known.get("createDate")),
            method="mvola",
            proves_amount=not known,
            payer=_payer(known.get("debitParty")),
        )

    def check_settings(self) -> list[Finding]:
        if self.secret("merchant_phone") and not _local(self.secret("merchant_phone")).startswith("0"):
            return [Finding(False, "The merchant’s number is no mobile number of Madagascar.")]
        return []


def _local(phone: str) -> str:
    """``034…``, as MVola writes numbers; what is none stays as it is, for MVola to refuse."""
    try:
        return "0" + mobile(phone, "MG").removeprefix("+261")
    except Refused:
        return phone


def _plain(text: str) -> str:
    """Letters without accents, nothing but what surely passes."""
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    kept = "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else " " for c in letters)
    return " ".join(kept.split())[:_TEXT].strip()


def _currency(value: Any) -> str | None:
    """``Ar`` is MVola's word for the ariary."""
    word = wire.text(value, 3)
    return "MGA" if word and word.upper() in ("AR", "MGA") else wire.currency(word)


def _fee(value: Any) -> int | None:
    """All fees together; None when one cannot be read."""
    amounts = [wire.whole(wire.mapping(item).get("feeAmount")) for item in wire.items(value)]
    return sum(a for a in amounts if a is not None) if amounts and None not in amounts else None


def _payer(party: Any) -> str | None:
    """The number among the keys of a party."""
    pairs = (wire.mapping(pair) for pair in wire.items(party))
    return next((wire.payer(pair.get("value"), "MG") for pair in pairs if pair.get("key") == "msisdn"), None)


def _event(body: Mapping[str, Any], raw: bytes) -> ProviderEvent | None:
    session, word = wire.text(body.get("serverCorrelationId")), wire.text(body.get("transactionStatus"), 40)
    if session is None:
        return None
    return ProviderEvent(
        wire.dedupe(raw, session, word),
        "payment",
        wire.status_in(_STATUS, word),
        provider_ref=session,
        txn_id=wire.text(body.get("transactionReference")),
        fee=_fee(body.get("fees")),
        method="mvola",
        occurred_at=wire.moment(body.get("requestDate")),
        payer=_payer(body.get("debitParty")),
    )
