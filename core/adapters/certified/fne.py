"""FNE (Côte d'Ivoire): one call signs an invoice; a credit is a refund of the items the platform named.

Source: reference credit-and-compliance §4.3 [documented, integrators]. ``base_url`` ends before ``/external``. Point of
sale and establishment are compared there character by character. Whether amounts may have cents is not certain: only
whole francs are sent.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final
from urllib.parse import quote

from core.adapters.certified.platform import CARD, CASH, MOBILE, Answered, Named, NotReached, Platform, means_of
from core.invoices.certification import Certification, Facts
from core.invoices.documents import Line
from core.kernel.errors import Refused

_MEANS: Final = {CASH: "cash", CARD: "card", MOBILE: "mobile-money"}
_TAXES: Final = {18: "TVA", 9: "TVAB", 0: "TVAC"}
_WITHOUT: Final = "TVAD"  # a seller under TEE or RME charges no VAT at all


class Fne(Platform):
    name: ClassVar[str] = "fne"

    def payload(self, facts: Facts) -> dict[str, Any]:
        if facts.kind == "credit_note":
            return self._refund(facts)
        return {
            "invoiceType": "sale",
            "paymentMethod": _MEANS[means_of(facts.means)],
            "template": "B2C",
            "isRne": False,
            "rne": "",
            "clientNcc": "",
            "clientCompanyName": "Client",
            "clientPhone": "",
            "clientEmail": "",
            "clientSellerName": facts.seller.name,
            "pointOfSale": self._access.point_of_sale,
            "establishment": self._access.establishment,
            "commercialMessage": facts.number,
            "footer": "",
            "foreignCurrency": "",
            "foreignCurrencyRate": 0,
            "items": [item for line in facts.lines for item in self._items(line, facts.seller.vat_rate)],
            "customTaxes": [],
            "discount": 0,
        }

    @staticmethod
    def _items(line: Line, store: int) -> list[dict[str, Any]]:
        """One item, or two where the part before tax cannot be divided by the quantity in whole francs."""
        if store and line.rate not in _TAXES:
            raise Refused("This platform knows no VAT rate of {rate} %.", rate=line.rate)
        price, dearer = divmod(line.net, line.quantity)
        parts = ((line.quantity - dearer, price), (dearer, price + 1))
        return [
            {
                "reference": line.detail,
                "description": line.title,
                "quantity": quantity,
                "amount": amount,
                "discount": 0,
                "measurementUnit": "pcs",
                "taxes": [_TAXES[line.rate] if store else _WITHOUT],
                "customTaxes": [],
            }
            for quantity, amount in parts
            if quantity
        ]

    def _refund(self, facts: Facts) -> dict[str, Any]:
        invoice = (facts.original_answer or {}).get("invoice")
        if not isinstance(invoice, dict) or not invoice.get("id"):
            raise Refused("The invoice must be certified before its credit note can be.")
        if not facts.whole:
            raise Refused("This platform takes back whole items only: enter this part there by hand.")
        items = [{"id": item["id"], "quantity": item["quantity"]} for item in invoice.get("items", ())]
        return {"invoice": str(invoice["id"]), "items": items}

    async def step(self, paper: Certification) -> Named | Answered:
        path, body = "external/invoices/sign", paper.payload
        if paper.kind == "credit_note":
            path = f"external/invoices/{quote(body['invoice'], safe='')}/refund"
            body = {"items": body["items"]}
        reply, answer = await self._call("POST", path, body)
        reference, token = answer.get("reference"), answer.get("token")
        if reply.ok and isinstance(reference, str) and reference and token:
            return Answered(True, reference, answer)
        if reply.ok:
            raise NotReached("no reference")
        return Answered(False, "", answer, str(answer.get("message") or f"status {reply.status}"))
