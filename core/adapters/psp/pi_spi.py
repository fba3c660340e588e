"""PI-SPI, the BCEAO's instant payments (reference payments §10): a code that banks and wallets of the UMOA can read.

The money goes to the seller's own account and no contract is needed, so it is the seller who confirms it. A seller
whose bank opens the standard's "API Business" fills in its keys: payments are read there, and signed notices settle.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

from core.adapters.psp import wire
from core.adapters.psp.bearer import BearerProvider
from core.adapters.psp.signatures import Check, Layout, verify
from core.kernel.patterns import late
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
    ProviderEvent,
    Rejected,
    StatusResult,
)

_COUNTRIES: Final = frozenset({"BJ", "BF", "CI", "GW", "ML", "NE", "SN", "TG"})
_ALIAS: Final = late(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_STATUS: Final[dict[str, Pay]] = {
    "initie": Pay.PENDING,
    "envoye": Pay.PENDING,
    "irrevocable": Pay.PAID,
    "rejete": Pay.FAILED,
}
_EVENTS: Final[dict[str | None, tuple[Literal["payment", "refund"], Pay]]] = {
    "PAIEMENT_RECU": ("payment", Pay.PAID),
    "PAIEMENT_REJETE": ("payment", Pay.FAILED),
    "RTP_REJETE": ("payment", Pay.FAILED),
    "RETOUR_ENVOYE": ("refund", Pay.REFUNDED),
}


class PiSpi(BearerProvider):
    name: ClassVar[str] = "pi_spi"
    label: ClassVar[str] = "PI-SPI"
    # The reference sandbox; a seller's own bank tells another address with the keys.
    default_base_url: ClassVar[str] = "https://sandbox.api.pi-bceao.com/piz/v1"
    dashboard: ClassVar[Dashboard] = Dashboard(
        "the adviser of your bank or wallet",
        # A participant registers it by POST /webhooks (§10.2); how a bank lets its customers ask for it is [unsure].
        steps=(
            "Without an API Business contract there is nothing to do: you confirm each payment yourself.",
            "With one, send this address and the events below to your bank, which registers them.",
            "The bank answers with a secret, shown once. Paste it above as webhook secret.",
        ),
        events=("PAIEMENT_RECU", "PAIEMENT_REJETE", "RETOUR_ENVOYE", "RETOUR_REJETE"),
        unsure=True,
    )
    caps: ClassVar[Capabilities] = Capabilities(
        flow="qr",
        currencies=frozenset({"XOF"}),
        countries=_COUNTRIES,
        methods=(Method("pi_spi", "PI-SPI", "#0B6E4F"),),
        create_idempotency="local",
        confirmed_by="seller",
        listing="payments",
        status_tells=frozenset({"reference", "amount", "time"}),
        webhook_setup="dashboard",  # the seller has the address registered at their bank
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field("alias", "PI-SPI alias", "The alias (SHID) that your bank or wallet gave your account: 7f3c9a52-1b4d-…."),
        Field(
            "api_key",
            "Client ID",
            "Only if your bank opens its API Business to you. Without it you confirm each payment yourself.",
            secret=True,
            required=False,
        ),
        Field("api_secret", "Client secret", "Beside the client ID.", secret=True, required=False),
        Field("token_path", "Path of the token service", "As your bank tells it.", required=False, default="/token"),
        Field(
            "webhook_secret",
            "Webhook secret",
            "Shown once when the notification address is registered at your bank.",
            secret=True,
            required=False,
        ),
    )

    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        """RFC 7807, or OAuth's own."""
        code = wire.text(body.get("title")) or wire.text(body.get("error")) or ""
        return code, wire.text(body.get("detail"), 500) or wire.text(body.get("error_description"), 500) or ""

    async def ask_token(self) -> wire.Answer:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.secret("api_key"),
            "client_secret": self.secret("api_secret"),
        }
        return await self.plain_call("POST", self.config.get("token_path") or "/token", form=form)

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        """Nobody is asked: the code is the request."""
        self.check_request(request)
        alias = self.secret("alias").lower()
        if not _ALIAS.fullmatch(alias):
            raise Rejected("alias", "the alias is not complete")
        code = qr_payload(alias, request.country, request.attempt_ref, request.amount)
        return CheckoutResult(request.attempt_ref, qr_text=code, alias=alias)

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        """A batch, signed without a time: what is sent again has the same key and is applied once."""
        given = _as_hex(wire.header(headers, "X-Signature").strip())
        check = verify(Layout.BODY, self.secret("webhook_secret"), "", [given], raw, now)
        if check is Check.BAD:
            return wire.UNAUTHORISED
        body = wire.decode(raw)
        if not isinstance(body, dict):
            return wire.malformed(Auth.BODY_SIGNED)
        found = (_event(wire.mapping(item)) for item in wire.items(body.get("data")))
        events = tuple(event for event in found if event is not None)
        return InboundResult("ok" if events else "ignored", Auth.BODY_SIGNED, events)

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        """What the seller's bank knows; without its API nobody can be asked, and the seller's word is waited for."""
        if not self.secret("api_key"):
            return StatusResult(Pay.UNKNOWN, "the seller confirms", attempt.provider_ref, attempt.ref)
        return wire.nearest_to_paid(await self.find_by_reference(attempt.provider_ref or attempt.ref), attempt)

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        if not self.secret("api_key"):
            raise NotSupported("search by reference")
        page = wire.mapping(await self.read("/paiements", {"txId": attempt_ref}))
        rows = (wire.mapping(row) for row in wire.items(page.get("data")))
        return [_payment(row) for row in rows if row.get("txId") == attempt_ref]

    def check_settings(self) -> list[Finding]:
        if self.secret("alias") and not _ALIAS.fullmatch(self.secret("alias")):
            return [Finding(False, "The PI-SPI alias is not complete: 36 characters, such as 7f3c9a52-1b4d-4e8f-….")]
        return []

    async def check_account(self) -> list[Finding]:
        if not self.secret("api_key"):
            return [Finding(True, "The code can be shown; you confirm each payment yourself.")]
        return await super().check_account()


def qr_payload(alias: str, country: str, reference: str | None = None, amount: int | None = None) -> str:
    """The text of the code: EMV fields, closed by their CRC-16/CCITT-FALSE (§10.3). Without a reference it is static.

    ``amount`` in francs, ``reference`` of at most 25 characters.
    """
    text = _field("00", "01") + _field("36", _field("00", "int.bceao.pi") + _field("01", alias))
    text += _field("52", "0000") + _field("53", "952")
    if amount is not None:
        text += _field("54", f"{amount}.00")
    text += _field("58", country) + _field("59", "X") + _field("60", "X")
    label = _field("05", reference) + _field("11", "400") if reference else _field("11", "000")
    text += _field("62", label) + "6304"
    return f"{text}{binascii.crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def _as_hex(signature: str) -> str:
    """The text encoding of the MAC is nowhere stated [unsure]: hex as it is, base64 as hex."""
    if len(signature) != 44:  # base64 of 32 bytes
        return signature
    try:
        return b64decode(signature, validate=True).hex()
    except ValueError:
        return ""


def _payment(row: Mapping[str, Any]) -> StatusResult:
    word = wire.text(row.get("statut")) or ""
    status = wire.status_in(_STATUS, word)
    reason = wire.text(row.get("statutRaison"))
    if status is Pay.FAILED and reason == "AEXR":
        status = Pay.EXPIRED
    if status is Pay.PAID and wire.text(row.get("retourStatut")) == "IRREVOCABLE":
        status = Pay.REFUNDED
    ref = wire.text(row.get("txId"))
    return StatusResult(
        status,
        word,
        ref,
        ref,
        amount=wire.whole(row.get("montant")),  # plain francs in the examples, cents in one SDK [unsure]
        txn_id=wire.text(row.get("end2endId")),
        paid_at=wire.moment(row.get("dateHeureIrrevocabilite")),
        reason=reason,
        method="pi_spi",
        # Named so in requests to pay; that a payment read has it is [unsure]. A name alone tells nobody apart.
        payer=wire.text(row.get("payeurAlias"), 64),
    )


def _event(item: Mapping[str, Any]) -> ProviderEvent | None:
    """None for what is no payment of a buyer: money sent, requests made of the seller, events of tomorrow."""
    code = wire.text(item.get("evCode"), 40)
    if code not in _EVENTS:
        return None
    kind, status = _EVENTS[code]
    ref, payment = wire.text(item.get("txId")), wire.text(item.get("end2endId"))
    return ProviderEvent(
        wire.dedupe(json.dumps(item, default=str).encode(), payment, code),
        kind,
        status,
        attempt_ref=ref,
        provider_ref=ref,
        # Of money sent back the status tells the end: until it is irrevocable it may be refused.
        amount=wire.whole(item.get("montant")) if kind == "payment" else None,
        currency="XOF",
        txn_id=payment,
        method="pi_spi",
        occurred_at=wire.moment(item.get("evDate")),
    )
