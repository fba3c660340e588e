"""What one page asks another to show, where an id does not say it."""

from __future__ import annotations

from core.analytics.views import OrdersWanted

__all__ = ["OrdersWanted"]
