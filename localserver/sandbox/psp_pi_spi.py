"""A simulated PI-SPI (reference payments §10): the wallet that reads the code, and the seller's bank with its API.

``POST /wallet`` with the text of a code (``{"qr": …}``) is the scan; the answer names the wallet's page, where the
buyer pays. The code is read here by rules of its own, so that a wrong field or sum is found.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

from aiohttp import web

from core.kernel.clock import to_datetime
from localserver.sandbox.psp_base import Payment, PspSimulator, Refusal, Session, What, dump, json_object, wire_json
from localserver.sandbox.psp_tokens import Tokens

_STATUS: Final[dict[str, str]] = {"open": "INITIE", "paid": "IRREVOCABLE"}
_CODES: Final[dict[str, str]] = {"paid": "PAIEMENT_RECU", "refunded": "RETOUR_ENVOYE"}


class PiSpiSimulator(PspSimulator):
    """``signature`` = ``base64`` in its values writes the MAC so, instead of in hex."""

    name: ClassVar[str] = "pi_spi"
    label: ClassVar[str] = "PI-SPI"
    ACCOUNT: ClassVar[Mapping[str, str]] = {
        "alias": "7f3c9a52-1b4d-4e8f-9a61-2c5d7e8f9012",
        "api_key": "pispi-demo-client-id",
        "api_secret": "pispi-demo-client-secret",
        "webhook_secret": "pispi-demo-webhook-secret-01",
        "signature": "hex",
    }
    CHECKOUT: ClassVar[str] = "/wallet/{id}"
    RETRIES: ClassVar[tuple[float, ...]] = (1.0, 10.0)  # whether it tries again is [unsure]

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.tokens = Tokens(self.clock, 300)

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.post("/wallet", self._scan, name="wallet"),
            web.post("/token", self._token, name="account"),
            web.get("/paiements", self._payments, name="status"),
        ]

    def authorise(self, request: web.Request, body: bytes) -> None:
        if request.match_info.route.name == "account":
            return
        if not self.tokens.knows(request.headers.get("Authorization", "")):
            raise _refusal(401, "Non autorisé", "Jeton invalide ou expiré.")

    def barred(self, *, withdrawn: bool) -> Refusal:
        # RFC 7807; the words are [unsure].
        if withdrawn:
            return _refusal(401, "Non autorisé", "Client révoqué.")
        return _refusal(403, "Accès refusé", "Le compte n’est pas activé.")

    def not_found(self) -> Refusal:
        return _refusal(404, "Inconnu", "Paiement inconnu.")

    def sign(self, body: bytes, at: int, spoil: bool) -> dict[str, str]:
        key = self.values["webhook_secret"] + ("?" if spoil else "")
        mac = hmac.new(key.encode(), body, hashlib.sha256)
        written = b64encode(mac.digest()).decode() if self.values["signature"] == "base64" else mac.hexdigest()
        return {"X-Signature": written}

    def payment_id(self, session: Session) -> str:
        return f"ESNTEST{uuid.uuid4().hex[:28].upper()}"

    def event(self, session: Session, what: What, payment: Payment | None) -> bytes | None:
        shown = {
            "evCode": _CODES.get(what, "PAIEMENT_REJETE"),
            "evDate": _iso(self.clock.now()),
            "txId": session.reference,
            "end2endId": payment.id if payment else session.id,
            "montant": payment.amount if payment and what == "paid" else session.refunded or session.amount,
            "client": "Aïcha Ndiaye",
        }
        return dump({"data": [shown], "meta": {"total": 1}})

    async def _scan(self, request: web.Request) -> web.Response:
        """A wallet reads the code and shows what is to be paid. 422 for a code that is none."""
        try:
            code = read_code(str(json_object(await request.read()).get("qr", "")))
        except ValueError as error:
            return wire_json({"error": str(error)}, 422)
        if code["alias"] != self.values["alias"]:
            return wire_json({"error": "unknown alias"}, 404)
        session = self.open(
            request,
            Session(
                id=self.payment_id(Session("", "", 0, "", 0)),
                reference=code["reference"],
                amount=int(code["amount"]),
                currency="XOF",
                created_at=self.clock.now(),
                method="pi_spi",
                label=f"{self.values['alias'][:8]}…",
            ),
        )
        return wire_json({"id": session.id, "url": session.url}, 201)

    async def _token(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode("utf-8", "replace")))
        wanted = {
            "grant_type": "client_credentials",
            "client_id": self.values["api_key"],
            "client_secret": self.values["api_secret"],
        }
        if form != wanted:
            return wire_json({"error": "invalid_client"}, 401)
        return wire_json({"access_token": self.tokens.lend(), "token_type": "Bearer", "expires_in": self.tokens.life})

    async def _payments(self, request: web.Request) -> web.Response:
        found = [self._shown(session) for session in self.by_reference(request.query.get("txId", ""))]
        return wire_json({"data": found, "meta": {"total": len(found)}})

    def _shown(self, session: Session) -> dict[str, Any]:
        done = session.payments[0] if session.payments else None
        return {
            "txId": session.reference,
            "end2endId": done.id if done else session.id,
            "montant": session.shown_amount,
            "statut": _STATUS.get(session.state, "REJETE"),
            "statutRaison": "AEXR" if session.state == "expired" else None,
            "dateHeureIrrevocabilite": _iso(done.at) if done else None,
            "retourStatut": "IRREVOCABLE" if session.refunded else None,
        }


def read_code(text: str) -> dict[str, str]:
    """Alias, amount and reference of a dynamic code. Raises ValueError for anything a wallet would refuse."""
    body, crc = text[:-4], text[-4:]
    if not body.endswith("6304") or crc != f"{_crc(body.encode()):04X}":
        raise ValueError("the sum is wrong")
    fields = _fields(body[:-4])
    account, more = _fields(fields.get("36", "")), _fields(fields.get("62", ""))
    if (fields.get("00"), fields.get("53"), account.get("00")) != ("01", "952", "int.bceao.pi"):
        raise ValueError("no code of PI-SPI")
    whole, _, cents = fields.get("54", "").partition(".")
    if more.get("11") != "400" or not more.get("05") or not whole.isdecimal() or cents != "00":
        raise ValueError("no dynamic code with an amount")
    return {"alias": account.get("01", ""), "amount": whole, "reference": more["05"]}


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while text:
        tag, length = text[:2], text[2:4]
        if not length.isdecimal() or len(text) < 4 + int(length):
            raise ValueError("a field is cut")
        found[tag], text = text[4 : 4 + int(length)], text[4 + int(length) :]
    return found


def _crc(data: bytes) -> int:
    """CRC-16/CCITT-FALSE, bit by bit: poly 0x1021, init 0xFFFF, no reflection."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _iso(ms: int) -> str:
    return f"{to_datetime(ms):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def _refusal(status: int, title: str, detail: str) -> Refusal:
    return Refusal(wire_json({"title": title, "status": status, "detail": detail}, status))
