"""All settings of a store: the base, what its country asks for, and what each payment provider's adapter declares."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from core.adapters.certified import REGISTRY as PLATFORMS
from core.adapters.psp import REGISTRY
from core.invoices.regimes import REGIMES
from core.kernel.countries import COUNTRIES
from core.segments.rules import KEY as SEGMENT
from core.segments.rules import NAMES as SEGMENTS
from core.settings.declarations import ACCOUNT, BASE
from core.settings.setting import Setting

_QUIET: Final = "Against laundering. The buyer is told nothing of it."


def declared_settings(country: str, segment: str = SEGMENTS[0]) -> tuple[Setting, ...]:
    """The settings of a store in this country, made for this segment."""
    legal = (
        Setting(f"legal.{known.name}", "text", known.label, hint=known.hint, section="store")
        for known in REGIMES[country].identifiers
    )
    certified = _certification() if country in PLATFORMS else ()
    return (*_base(segment), *_limits(COUNTRIES[country].currency), *legal, *certified, *_providers())


def _base(segment: str) -> list[Setting]:
    names = tuple(adapter.name for adapter in REGISTRY)
    known = [replace(s, choices=names) if s.kind == "names" else s for s in BASE]
    return [replace(s, default=segment) if s.key == SEGMENT else s for s in known]


# Limits against laundering (F128), in smallest units: XOF 2 000 000 is what a wallet may hold, 5 000 000 the sum from
# which the law looks at linked payments, 10 000 000 the one from which it looks at any (reference
# credit-and-compliance §3.2; of what holds for e-money and in Madagascar [unsure]: MGA about eight times that).
_LIMITS: Final = {
    "XOF": (2_000_000, 5_000_000, 10_000_000, 2_000_000, 10_000_000),
    "MGA": (15_000_000, 40_000_000, 80_000_000, 15_000_000, 80_000_000),
}


def _limits(currency: str) -> list[Setting]:
    said = {
        "order": ("Most that one order may cost (0: no limit)", "Buyers are told so before they pay."),
        "customer_day": ("Sum of one customer within a day from which you look first (0: never)", _QUIET),
        "customer_month": ("Sum of one customer within thirty days from which you look first (0: never)", _QUIET),
        "payer_day": ("Sum of one payer within a day from which you look first (0: never)", _QUIET),
        "payer_month": ("Sum of one payer within thirty days from which you look first (0: never)", _QUIET),
    }
    return [
        Setting(f"limits.{name}", "number", label, str(most), hint, section="orders", high=10**12)
        for (name, (label, hint)), most in zip(said.items(), _LIMITS[currency], strict=True)
    ]


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
