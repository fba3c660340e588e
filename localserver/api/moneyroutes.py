"""The API's operations on money, as one table."""

from __future__ import annotations

from typing import Final

from localserver.api import moneyshapes as shapes
from localserver.api import payments, requests
from localserver.api.door import Route

MONEY: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/payments",
        payments.listing,
        "payments.read",
        "Payments, the newest first",
        {200: shapes.PaymentList},
        asks=shapes.PaymentPage,
    ),
    Route(
        "GET",
        "/payments/{id}",
        payments.one,
        "payments.read",
        "A payment, explained to the unit: its entries in the ledger and its refunds",
        {200: shapes.Explained},
    ),
    Route(
        "POST",
        "/payments/{id}/refund",
        payments.refund,
        "payments.refund",
        "Give a payment back, or a part of it",
        {201: shapes.Refund},
        takes=shapes.NewRefund,
        problems=(409,),
    ),
    Route(
        "POST",
        "/refunds/{id}",
        payments.act,
        "payments.refund",
        "Say what became of a refund by hand, ask for it again, or give it up",
        {200: shapes.Refund},
        takes=shapes.RefundAct,
        problems=(409,),
    ),
    Route(
        "GET",
        "/totals",
        payments.totals,
        "payments.read",
        "What passed at each provider since the store began",
        {200: shapes.Totals},
    ),
    Route(
        "GET",
        "/reconciliations",
        payments.comparisons,
        "payments.read",
        "Comparisons with providers, the newest first",
        {200: shapes.ComparisonList},
        asks=requests.Page,
    ),
    Route(
        "POST",
        "/reconciliations",
        payments.compare,
        "payments.reconcile",
        "Compare the books with the providers, each payment asked about",
        {201: shapes.Comparison},
        takes=shapes.Compare,
    ),
    Route(
        "POST",
        "/reconciliations/statement",
        payments.statement,
        "payments.reconcile",
        "Compare the books with a provider's statement (CSV)",
        {201: shapes.Comparison},
        form=shapes.StatementUpload,
        problems=(409,),
    ),
    Route(
        "GET",
        "/reconciliations/{id}",
        payments.comparison,
        "payments.read",
        "A comparison with its differences",
        {200: shapes.Comparison},
    ),
    Route(
        "POST",
        "/differences/{id}",
        payments.settle,
        "payments.reconcile",
        "Settle a difference",
        {200: shapes.Difference},
        takes=shapes.DifferenceAct,
        problems=(409,),
    ),
)
