"""Which platform of certified invoices a store deals with, under the settings of the moment."""

from __future__ import annotations

from collections.abc import Callable

from core.adapters.certified import REGISTRY
from core.adapters.certified.platform import Access, Platform
from core.adapters.http import Http
from core.settings.service import Settings


class Office:
    """``http()``: the client of the moment."""

    def __init__(self, settings: Settings, country: str, http: Callable[[], Http]) -> None:
        self._settings = settings
        self._country = country
        self._http = http

    def platform(self) -> Platform | None:
        """None where the country has none, or it is switched off."""
        found = REGISTRY.get(self._country)
        if found is None or not self._settings.switch("certification.enabled"):
            return None
        names = ("base_url", "software", "point_of_sale", "establishment")
        values = {name: self._settings.get(f"certification.{name}") for name in names}
        return found(Access(token=self._settings.secret("certification.token"), **values), self._http())

    def ready(self) -> bool:
        """Papers go nowhere before an address and a token are configured."""
        return bool(self._settings.get("certification.base_url") and self._settings.secret("certification.token"))
