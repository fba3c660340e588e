"""Roles and what each may do (F118, F123): least privilege, as one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

OWNER: Final = "owner"
MANAGER: Final = "manager"
CASHIER: Final = "cashier"
SUPPORT: Final = "support"
ROLES: Final = (OWNER, MANAGER, CASHIER, SUPPORT)
OWN: Final = "own"  # the right to one's own sessions and second factor

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
    "customers.credit": frozenset({OWNER, MANAGER}),
    "customers.export": frozenset({OWNER, MANAGER}),
    "customers.erase": frozenset({OWNER}),
    "customers.merge": frozenset({OWNER, MANAGER}),
    "customers.write": frozenset({OWNER, MANAGER, CASHIER}),
    "messages.read": frozenset({OWNER, MANAGER, CASHIER}),
    "messages.send": frozenset({OWNER, MANAGER, CASHIER}),
    "quotes.write": frozenset({OWNER, MANAGER, CASHIER}),
    "invoices.credit": frozenset({OWNER, MANAGER}),
    "invoices.certify": frozenset({OWNER, MANAGER}),
    "events.read": frozenset({OWNER, MANAGER, CASHIER}),
    "usage.read": frozenset({OWNER, MANAGER}),
    "settings.write": frozenset({OWNER, MANAGER}),
    "accounts.write": frozenset({OWNER}),
    OWN: frozenset(ROLES),
    "window.use": frozenset({OWNER, MANAGER, CASHIER}),
}

# What an owner may lend to support for a time (F123): to look, never to act. scope → rights. Each opens the stream of
# events, which shows of it only what may be read.
SCOPES: Final[dict[str, frozenset[str]]] = {
    "amounts": frozenset({"live.read", "orders.read", "payments.read", "events.read"}),
    "messages": frozenset({"messages.read", "events.read"}),
    "customers": frozenset({"customers.read", "events.read"}),
}
LENT: Final = frozenset().union(*SCOPES.values())
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
    "CashReceived": "orders.write",
    "TermsAllowed": "customers.credit",
    "SlotsAdded": "products.write",
    "SlotRemoved": "products.write",
    "FaqSaved": "settings.write",
    "FaqRemoved": "settings.write",
    "CallMade": "orders.write",
    "RefundHandled": "payments.refund",
    "Reconciled": "payments.reconcile",
    "DifferenceSettled": "payments.reconcile",
    "QuarantineEnded": "payments.reconcile",
    "TakenOver": "messages.send",
    "GivenBack": "messages.send",
    "Resolved": "messages.send",
    "TakenUpAgain": "messages.send",
    "PersonSpoke": "messages.send",
    "NoteAdded": "messages.send",
    "NoteRemoved": "messages.send",
    "TemplateSaved": "settings.write",
    "TemplateRemoved": "settings.write",
    "TemplateHandedIn": "settings.write",
    "TemplateSent": "messages.send",
    "CannedSaved": "settings.write",
    "CannedRemoved": "settings.write",
    "CustomerWritten": "customers.write",
    "CustomerTagged": "customers.write",
    "CustomersMerged": "customers.read",
    "MergeAsked": "customers.merge",
    "PartingAsked": "customers.merge",
    "CustomersParted": "customers.read",
    "CustomerNoted": "customers.read",
    "ConsentNoted": "customers.read",
    "CustomerExported": "customers.export",
    "CustomerListExported": "customers.export",
    "CustomerErased": "customers.erase",
    "LeadMoved": "customers.write",
    "LeadPlanned": "customers.write",
    "LeadNoted": "customers.write",
    "OrderingAllowed": "customers.write",
    "BuyerRestricted": "customers.write",
    "LineChanged": "orders.write",
    "PairSet": "products.write",
    "PairRemoved": "products.write",
    "QuoteDrafted": "quotes.write",
    "CreditedByHand": "invoices.credit",
    "CertificationRetried": "invoices.certify",
    "PaperSent": "messages.send",
    "QuoteEdited": "quotes.write",
    "QuoteSent": "quotes.write",
    "QuoteAccepted": "quotes.write",
    "QuoteRefused": "quotes.write",
    "QuoteConverted": "quotes.write",
    "SettingChanged": "settings.write",
    "RelayJoined": "settings.write",
    "RelayLeft": "settings.write",
    "PlaceTaken": "settings.write",
    "WebhookAskedAgain": "settings.write",
    "TextChanged": "settings.write",
    "TrialStarted": "settings.write",
    "TrialEnded": "settings.write",
    "AccountSaved": "accounts.write",
    "AccountDisabled": "accounts.write",
    "AccountEnabled": "accounts.write",
    "AccountUnlocked": "accounts.write",
    "PasswordSet": "accounts.write",
    "AccessLent": "accounts.write",
    # One's own; of somebody else only with the right over accounts, which the guard sees to.
    "LoggedOut": OWN,
    "SecondFactorSet": OWN,
    "SecondFactorRemoved": OWN,
    "RecoveryCodesMade": OWN,
}
CONSEQUENCES: Final = frozenset(
    {
        *("LoggedIn", "LoginFailed", "RecoveryCodeUsed"),
        *("BackupBegun", "StoreRestored", "JournalExported", "StockMoved", "StockRepaired"),
        "WebhookSetAside",
        *("StoreLeft", "StoreTakenBack"),
        *(
            "OrderChanged",
            "OrderExpired",
            "OrderReminded",
            "OrderPaid",
            "OrderFirm",
            "ExceptionRaised",
            "ReviewAsked",
            "RiskAssessed",
        ),
        *("WaitingJoined", "WaitingLeft", "ItemOffered", "CustomerAdded", "CustomerChanged", "InvoiceIssued"),
        *("MessageAdded", "MediaSettled", "PhotoUnfit", "MessageQueued", "MessageProgressed", "Escalated"),
        *("ConversationRead", "PaymentTalk", "ThreadErased", "AttemptOpened", "AttemptChanged", "PaymentReceived"),
        *("PayerKnown", "PaymentQuarantined", "PaymentOrphaned", "OrphansForgotten", "AskProvider", "CloseSession"),
        *("ReceiptAwaited", "ReceiptClaimed", "ReceiptIssued", "CreditNoteIssued", "CertificationMoved"),
        *("QuoteReplaced", "QuoteSeen", "QuoteShort", "QuoteExpired", "QuoteEnding", "PartReceived", "BalanceOverdue"),
        *("QuoteUnseen", "QuoteUnanswered"),
        *("RefundAsked", "RefundChanged", "RefundCompleted", "RefundSeen", "AskRefund"),
        *("AttemptPrepared", "SessionWanted", "LinkGiven"),
        *("PayerTold", "VisitNoted", "InterestShown", "Suggested", "SuggestionTaken"),
        *("LeadOpened", "LeadAdvanced", "LeadAsked", "LeadValued", "LeadQualified"),
        *("OrderConfirmed", "OrderOnTerms", "AddressAsked", "AddressKept", "SlotBooked", "SlotPassed", "SlotReleased"),
        *("QuoteWanted", "TemplateStood"),
        *("MessagePriced", "AssistantAsked", "BudgetReached"),
    }
)

MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 256
_FEW: Final = 5  # different characters: fewer are a pattern
LOCK_AFTER: Final = 5  # wrong passwords in a row from one address
LOCK_MS: Final = 15 * 60_000
SECOND_GRACE_MS: Final = 7 * 24 * 3_600_000  # an owner's account works without a second factor for so long
TOKEN_MS: Final = 12 * 3_600_000
USED_MS: Final = 5 * 60_000  # how exactly a session's last use is known
MAX_NAME: Final = 60

# Where wrong passwords are counted apart from those of network addresses.
WINDOW: Final = "window"  # the store's own window: nobody outside can lock it
EVERYWHERE: Final = "*"  # wrong codes after the right password: only who knows the password can lock by these


def may(role: str, right: str, lent: frozenset[str] = frozenset()) -> bool:
    """Whether a role has a right, or was ``lent`` it for now; an unknown right is nobody's."""
    return role in RIGHTS.get(right, frozenset()) or right in (lent & LENT)


def rights_of(scopes: Iterable[str]) -> frozenset[str]:
    """The rights that these scopes lend."""
    return frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))


def source_of(address: str) -> str:
    """What of a network address is one person's: all of an IPv4 address, the /64 network of an IPv6 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(ip_network((found, 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


def _not_the_address(password: str, email: str) -> bool:
    name = email.partition("@")[0].strip().casefold()
    return bool(password) and (len(name) < 3 or name not in password.casefold())


# What a password must be, in the order in which it is said: name, and whether a password (for an e-mail) is so.
PASSWORD_RULES: Final[tuple[tuple[str, Callable[[str, str], bool]], ...]] = (
    ("length", lambda password, _: MIN_PASSWORD <= len(password) <= MAX_PASSWORD),
    ("variety", lambda password, _: len(set(password.casefold())) >= _FEW),
    ("address", _not_the_address),
)


def password_flaws(password: str, email: str) -> tuple[str, ...]:
    """The names of the rules a password does not keep."""
    return tuple(name for name, keeps in PASSWORD_RULES if not keeps(password, email))
