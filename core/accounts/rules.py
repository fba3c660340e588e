"""Roles and what each may do (F118, F123): least privilege, as one table."""

from __future__ import annotations

from typing import Final

OWNER: Final = "owner"
MANAGER: Final = "manager"
CASHIER: Final = "cashier"
SUPPORT: Final = "support"
ROLES: Final = (OWNER, MANAGER, CASHIER, SUPPORT)

# right → roles. Support sees neither amounts nor messages nor customers.
RIGHTS: Final[dict[str, frozenset[str]]] = {
    "products.read": frozenset({OWNER, MANAGER, CASHIER, SUPPORT}),
    "products.write": frozenset({OWNER, MANAGER}),
    "live.read": frozenset({OWNER, MANAGER, CASHIER}),
    "live.run": frozenset({OWNER, MANAGER, CASHIER}),
    "orders.read": frozenset({OWNER, MANAGER, CASHIER}),
    "orders.write": frozenset({OWNER, MANAGER, CASHIER}),
    "payments.read": frozenset({OWNER, MANAGER, CASHIER}),
    "payments.refund": frozenset({OWNER, MANAGER}),
    "payments.reconcile": frozenset({OWNER, MANAGER}),
    "customers.read": frozenset({OWNER, MANAGER, CASHIER}),
    "customers.export": frozenset({OWNER, MANAGER}),
    "customers.erase": frozenset({OWNER}),
    "messages.read": frozenset({OWNER, MANAGER, CASHIER}),
    "messages.send": frozenset({OWNER, MANAGER, CASHIER}),
    "quotes.write": frozenset({OWNER, MANAGER, CASHIER}),
    "invoices.credit": frozenset({OWNER, MANAGER}),
    "events.read": frozenset({OWNER, MANAGER, CASHIER}),
    "settings.write": frozenset({OWNER, MANAGER}),
    "accounts.write": frozenset({OWNER}),
    "own": frozenset(ROLES),  # one's own sessions and second factor
    "window.use": frozenset({OWNER, MANAGER, CASHIER}),
}

# What an owner may lend to support for a time (F123): to look, never to act.
LENT: Final = frozenset({"live.read", "orders.read", "payments.read", "customers.read", "messages.read", "events.read"})
MAX_LOAN_MS: Final = 24 * 3_600_000

# What an event tells that somebody has done, and the right to do it: checked where the act is written, whatever the
# door. Events that follow from others, or come from buyers and providers, are in CONSEQUENCES.
ACTS: Final[dict[str, str]] = {
    "ProductSaved": "products.write",
    "CatalogueImported": "products.write",
    "LiveStarted": "live.run",
    "LiveEnded": "live.run",
    "OnScreenChanged": "live.run",
    "OrderReserved": "orders.write",
    "OrderCancelled": "orders.write",
    "DecisionTaken": "orders.write",
    "RefundDone": "orders.write",
    "ReceiptConfirmed": "orders.write",
    "ReceiptDenied": "orders.write",
    "RefundHandled": "payments.refund",
    "Reconciled": "payments.reconcile",
    "DifferenceSettled": "payments.reconcile",
    "TakenOver": "messages.send",
    "GivenBack": "messages.send",
    "CustomersMerged": "customers.read",
    "CustomerNoted": "customers.read",
    "CustomerExported": "customers.export",
    "CustomerErased": "customers.erase",
    "QuoteDrafted": "quotes.write",
    "QuoteEdited": "quotes.write",
    "QuoteSent": "quotes.write",
    "QuoteAccepted": "quotes.write",
    "QuoteRefused": "quotes.write",
    "QuoteConverted": "quotes.write",
    "SettingChanged": "settings.write",
    "AccountSaved": "accounts.write",
    "AccessLent": "accounts.write",
}
CONSEQUENCES: Final = frozenset(
    {
        *("LoggedIn", "LoginFailed", "LoggedOut", "SecondFactorSet", "SecondFactorRemoved"),
        *("BackupBegun", "StoreRestored", "JournalExported", "StockMoved", "StockRepaired"),
        *("OrderChanged", "OrderExpired", "OrderPaid", "OrderFirm", "ExceptionRaised", "ReviewAsked", "RiskAssessed"),
        *("WaitingJoined", "WaitingLeft", "ItemOffered", "CustomerAdded", "CustomerChanged", "InvoiceIssued"),
        *("MessageAdded", "MediaSettled", "PhotoUnfit", "MessageQueued", "MessageProgressed", "Escalated"),
        *("ConversationRead", "PaymentTalk", "ThreadErased", "AttemptOpened", "AttemptChanged", "PaymentReceived"),
        *("PayerKnown", "PaymentQuarantined", "PaymentOrphaned", "OrphansForgotten", "AskProvider", "CloseSession"),
        *("ReceiptAwaited", "ReceiptClaimed", "ReceiptIssued", "CreditNoteIssued", "CertificationMoved"),
        *("QuoteReplaced", "QuoteSeen", "QuoteShort", "QuoteExpired", "QuoteEnding", "PartReceived", "BalanceOverdue"),
        *("RefundAsked", "RefundChanged", "RefundCompleted", "RefundSeen", "AskRefund"),
    }
)

MIN_PASSWORD: Final = 10
LOCK_AFTER: Final = 5  # wrong passwords in a row
LOCK_MS: Final = 15 * 60_000
SECOND_GRACE_MS: Final = 7 * 24 * 3_600_000  # an owner's account works without a second factor for so long
TOKEN_MS: Final = 12 * 3_600_000


def may(role: str, right: str, *, lent: bool = False) -> bool:
    """Whether a role has a right, or (``lent``) was lent it for now; an unknown right is nobody's."""
    return role in RIGHTS.get(right, frozenset()) or (lent and right in LENT)
