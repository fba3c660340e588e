"""The sidebar's entries: pages that belong together share one, and are its tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from desktop.pages.registry import PageEntry
from desktop.texts import mark


class SectionEntry(Struct, frozen=True):
    """``title`` is a text id. A section none of whose pages exists in this version is not shown."""

    name: str
    title: str
    icon: str


SECTIONS: Final[tuple[SectionEntry, ...]] = (
    SectionEntry("live", mark("Live"), "radio"),
    SectionEntry("orders", mark("Orders"), "shopping-bag"),
    SectionEntry("conversations", mark("Conversations"), "message-circle"),
    SectionEntry("customers", mark("Customers"), "users"),
    SectionEntry("catalogue", mark("Catalogue"), "layout-grid"),
    SectionEntry("billing", mark("Quotes, invoices"), "file-text"),
    SectionEntry("payments", mark("Payments"), "arrow-left-right"),
    SectionEntry("analyses", mark("Analyses"), "activity"),
    SectionEntry("journal", mark("Journal"), "list"),
    SectionEntry("settings", mark("Settings"), "settings"),
)


class Section(Struct, frozen=True):
    """One entry of the sidebar with its pages, in the order of their tabs."""

    entry: SectionEntry
    pages: tuple[PageEntry, ...]

    @property
    def name(self) -> str:
        return self.entry.name

    def badge(self, counts: Mapping[str, int]) -> int:
        """What waits on its pages together."""
        return sum(counts.get(page.name, 0) for page in self.pages)


def keys_of(number: int) -> str:
    """The keys of the so-manieth section; the tenth is the settings, with the keys they have everywhere."""
    return f"Ctrl+{number}" if number < 10 else "Ctrl+," if number == 10 else ""


def grouped(pages: Sequence[PageEntry]) -> tuple[Section, ...]:
    """The pages by section, in the sidebar's order; a page of no known section is one by itself, at the end;
    one that stands alone has none."""
    known = {entry.name: entry for entry in SECTIONS}
    found: dict[str, list[PageEntry]] = {}
    for page in pages:
        if page.alone:
            continue
        found.setdefault(page.section, []).append(page)
    strange = [SectionEntry(name, its[0].title, its[0].icon) for name, its in found.items() if name not in known]
    return tuple(Section(entry, tuple(found[entry.name])) for entry in (*SECTIONS, *strange) if entry.name in found)
