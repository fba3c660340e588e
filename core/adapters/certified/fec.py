"""FEC (Burkina Faso): papers are prepared in the form an approved device or software takes; no call is documented.

Source: reference credit-and-compliance §4.3 [documented, one integrator]. The codes of payment means and the natures of
a credit note are that integrator's.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from core.adapters.certified.platform import CARD, CASH, MOBILE, Platform, means_of
from core.invoices.certification import Facts
from core.kernel.errors import Refused

_MEANS: Final = {CASH: "E", CARD: "C", MOBILE: "M"}
_GROUPS: Final = {0: "A", 18: "B"}
_OTHER: Final = "C"  # C to N carry their rate with them
_CANCELS: Final = "RAN"
_REDUCES: Final = "RRR"


class Fec(Platform):
    name: ClassVar[str] = "fec"
    sends: ClassVar[bool] = False

    def payload(self, facts: Facts) -> dict[str, Any]:
        credit = facts.kind == "credit_note"
        made: dict[str, Any] = {
            "invoiceNumber": facts.number,
            "invoiceType": "FA" if credit else "FV",
            "priceMode": "TTC",
            "isf": self._access.software,
            "operator": {"id": "1", "name": facts.seller.name},
            "customer": {"clientType": "CC"},
            "items": [
                {
                    "name": line.title or facts.number,
                    "taxGroup": _GROUPS.get(line.rate, _OTHER),
                    "taxRate": line.rate,
                    "unitPrice": line.unit_price,
                    "quantity": line.quantity,
                    "amountTtc": line.amount,
                }
                for line in facts.lines
            ],
            "payments": [{"method": _MEANS[means_of(facts.means)], "amount": facts.total}],
            "comments": "",
        }
        if credit:
            if not facts.original:
                raise Refused("The invoice must be certified before its credit note can be.")
            made |= {"creditNoteNature": _CANCELS if facts.whole else _REDUCES, "creditNoteRef": facts.original}
        return made
