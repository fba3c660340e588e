"""All settings of a store: the base, what its country asks for, and what each payment provider's adapter declares."""

from __future__ import annotations

from dataclasses import replace

from core.adapters.certified import REGISTRY as PLATFORMS
from core.adapters.psp import REGISTRY
from core.invoices.regimes import REGIMES
from core.settings.declarations import ACCOUNT, BASE, Setting


def declared_settings(country: str) -> tuple[Setting, ...]:
    """The settings of a store in this country."""
    legal = (
        Setting(f"legal.{known.name}", "text", known.label, hint=known.hint, section="store")
        for known in REGIMES[country].identifiers
    )
    return (*_base(), *legal, *(_certification() if country in PLATFORMS else ()), *_providers())


def _base() -> list[Setting]:
    names = tuple(adapter.name for adapter in REGISTRY)
    return [replace(s, choices=names) if s.kind == "names" else s for s in BASE]


def _certification() -> tuple[Setting, ...]:
    section = "certification"
    return (
        Setting(f"{section}.enabled", "switch", "Prepare invoices for certification", "false", section=section),
        Setting(f"{section}.base_url", "url", "API address", section=section),
        Setting(f"{section}.token", "secret", "Token of the platform", section=section),
        Setting(f"{section}.software", "text", "Number the platform gave this system", section=section),
        Setting(f"{section}.point_of_sale", "text", "Point of sale, as registered", section=section),
        Setting(f"{section}.establishment", "text", "Establishment, as registered", section=section),
    )


def _providers() -> list[Setting]:
    found = []
    for adapter in REGISTRY:
        section = f"psp.{adapter.name}"
        for s in ACCOUNT:
            default = adapter.default_base_url if s.kind == "url" else s.default
            found.append(replace(s, key=f"{section}.{s.key}", default=default, section=section))
        for f in adapter.fields:
            kind = "secret" if f.secret else "choice" if f.choices else "text"
            found.append(Setting(f"{section}.{f.name}", kind, f.label, f.default, f.hint, section, f.choices))
    return found
