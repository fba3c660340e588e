"""The window's pages, in the order of the sidebar. A page that does not exist in this version has no entry.

A new page: a module with a :class:`desktop.pages.page.Page`, a function below that imports it, one line in PAGES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from desktop.pages.page import Mount, Page
from desktop.texts import mark


@dataclass(frozen=True, slots=True)
class PageEntry:
    """``title`` is a text id; ``build`` imports the page when it is first shown: the start does not pay for it."""

    name: str
    title: str
    icon: str
    build: Callable[[Mount], Page]


def _live(mount: Mount) -> Page:
    from desktop.pages.live.page import LivePage

    return LivePage(mount)


def _orders(mount: Mount) -> Page:
    from desktop.pages.orders.page import OrdersPage

    return OrdersPage(mount)


def _conversations(mount: Mount) -> Page:
    from desktop.pages.conversations.page import ConversationsPage

    return ConversationsPage(mount)


def _catalogue(mount: Mount) -> Page:
    from desktop.pages.catalogue.page import CataloguePage

    return CataloguePage(mount)


def _payments(mount: Mount) -> Page:
    from desktop.pages.payments.page import PaymentsPage

    return PaymentsPage(mount)


def _papers(mount: Mount) -> Page:
    from desktop.pages.papers.page import PapersPage

    return PapersPage(mount)


def _messages(mount: Mount) -> Page:
    from desktop.pages.messages.page import MessagesPage

    return MessagesPage(mount)


def _quotes(mount: Mount) -> Page:
    from desktop.pages.quotes.page import QuotesPage

    return QuotesPage(mount)


def _settings(mount: Mount) -> Page:
    from desktop.pages.settings.page import SettingsPage

    return SettingsPage(mount)


PAGES: Final[tuple[PageEntry, ...]] = (
    PageEntry("live", mark("Live"), "radio", _live),
    PageEntry("orders", mark("Orders"), "shopping-bag", _orders),
    PageEntry("conversations", mark("Conversations"), "message-circle", _conversations),
    PageEntry("catalogue", mark("Catalogue"), "layout-grid", _catalogue),
    PageEntry("payments", mark("Payments"), "arrow-left-right", _payments),
    PageEntry("quotes", mark("Quotes"), "file-text", _quotes),
    PageEntry("papers", mark("Invoices"), "receipt", _papers),
    PageEntry("messages", mark("Texts"), "scroll-text", _messages),
    PageEntry("settings", mark("Settings"), "settings", _settings),
)
