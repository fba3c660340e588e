"""e-MECeF (Benin): an invoice is announced, named by the platform, then confirmed, which gives it its code.

Source: reference credit-and-compliance §4.3 [documented, integrators]. ``base_url`` ends before ``/invoice``.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final
from urllib.parse import quote

from core.adapters.certified.platform import CARD, CASH, MOBILE, Answered, Named, NotReached, Platform, means_of
from core.invoices.certification import Certification, Facts
from core.kernel.errors import Refused

_MEANS: Final = {CASH: "ESPECES", CARD: "CARTEBANCAIRE", MOBILE: "MOBILEMONEY"}
_GROUPS: Final = {0: "A", 18: "B"}  # exempt, taxed
_TPS: Final = "E"  # a seller under the synthetic tax charges no VAT at all
CODE: Final = 24
FINAL: Final = "20"


class EMecef(Platform):
    name: ClassVar[str] = "emecef"
    repeatable: ClassVar[bool] = True

    def payload(self, facts: Facts) -> dict[str, Any]:
        ids = dict(facts.seller.ids)
        credit = facts.kind == "credit_note"
        if credit and len(facts.original) != CODE:
            raise Refused("The invoice must be certified before its credit note can be.")
        made: dict[str, Any] = {
            "ifu": ids.get("ifu", ""),
            "type": "FA" if credit else "FV",
            "items": [
                {
                    "name": line.title or facts.number,
                    "price": line.unit_price,
                    "quantity": line.quantity,
                    "taxGroup": self._group(line.rate, facts.seller.vat_rate),
                }
                for line in facts.lines
            ],
            "operator": {"name": facts.seller.name},
            "payment": [{"name": _MEANS[means_of(facts.means)], "amount": facts.total}],
        }
        return made | ({"reference": facts.original} if credit else {})

    @staticmethod
    def _group(rate: int, store: int) -> str:
        if not store:
            return _TPS
        if rate not in _GROUPS:
            raise Refused("This platform knows no VAT rate of {rate} %.", rate=rate)
        return _GROUPS[rate]

    async def step(self, paper: Certification) -> Named | Answered:
        if paper.uid is None:
            _, answer = await self._call("POST", "invoice", paper.payload)
            if answer.get("errorCode"):
                return Answered(False, "", answer, str(answer.get("errorDesc") or answer["errorCode"]))
            uid = answer.get("uid")
            if not isinstance(uid, str) or not uid:
                raise NotReached("no uid")
            return Named(uid)
        _, answer = await self._call("PUT", f"invoice/{quote(paper.uid, safe='')}/confirm")
        code = str(answer.get("codeMECeFDGI") or "").replace("-", "")
        if str(answer.get("errorCode")) == FINAL:  # confirmed before, and the answer with its code was lost
            raise NotReached("confirmed there already: look on the platform for its code")
        if answer.get("errorCode") and not code:
            return Answered(False, "", answer, str(answer.get("errorDesc") or answer["errorCode"]))
        if len(code) != CODE:
            raise NotReached("no code")
        return Answered(True, code, answer)
