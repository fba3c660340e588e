"""What a seller does by hand in a provider's own pages: where the keys are, and how it learns where to notify."""

from __future__ import annotations

from msgspec import Struct


class Dashboard(Struct, frozen=True):
    """Message ids of the domain ``errors``, in the words of the provider's pages.

    ``keys``: where the keys stand. ``steps``: in order, what is done with the address of notifications, which the
    window shows beside them; none where each payment carries it. ``events``: what is to be ticked, as the provider
    writes it. ``unsure``: the pages were not seen, and may have other names.
    """

    keys: str
    steps: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    unsure: bool = False
