"""Which section of the settings has a look of its own, and what a test of a connection is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from core.payments.provider import Finding
from desktop.bridge import Control
from desktop.pages.settings.access import AccessSection
from desktop.pages.settings.sections import OWN, SectionView
from desktop.pages.settings.tunnel import TunnelSection
from desktop.pages.settings.usage import UsageSection

VIEWS: Final[dict[str, type[SectionView]]] = {
    **OWN,
    "access": AccessSection,
    "network": TunnelSection,
    "assistant": UsageSection,
}
Ask = Callable[[Control], tuple[Finding, ...]]
