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
    "messages.read": frozenset({OWNER, MANAGER, CASHIER}),
    "messages.send": frozenset({OWNER, MANAGER, CASHIER}),
    "quotes.write": frozenset({OWNER, MANAGER, CASHIER}),
    "events.read": frozenset({OWNER, MANAGER, CASHIER}),
}

MIN_PASSWORD: Final = 10
LOCK_AFTER: Final = 5  # wrong passwords in a row
LOCK_MS: Final = 15 * 60_000
TOKEN_MS: Final = 12 * 3_600_000


def may(role: str, right: str) -> bool:
    """Whether a role has a right; an unknown right is nobody's."""
    return role in RIGHTS.get(right, frozenset())
