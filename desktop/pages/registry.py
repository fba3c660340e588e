"""The window's pages. A page that does not exist in this version has no entry.

A new page: a module with a :class:`desktop.pages.page.Page`, a function below that imports it, one line in PAGES.
Its ``section`` is the entry of the sidebar (:mod:`desktop.sections`) it is a tab of; without one it is its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Final

from msgspec import Struct

from desktop.pages.page import Mount, Page
from desktop.texts import mark


class PageCommand(Struct, frozen=True):
    """Something to do on a page, wherever one is: ``title`` is a text id, ``keys`` its key there, ``act`` a method of
    the page without arguments. It is called with the page in view, and read."""

    title: str
    keys: str
    act: str


class PageEntry(Struct, frozen=True):
    """``title`` is a text id; ``build`` imports the page when it is first shown: the start does not pay for it.

    ``under``: the section it is a tab of, when that has another name. ``commands``: what the palette offers of it.
    ``alone``: it has the window to itself, and no place in the sidebar.
    """

    name: str
    title: str
    icon: str
    build: Callable[[Mount], Page]
    under: str = ""
    commands: tuple[PageCommand, ...] = ()

    @property
    def section(self) -> str:
        return self.under or self.name

    alone: bool = False


def _live(mount: Mount) -> Page:
    from desktop.pages.live.page import LivePage

    return LivePage(mount)


def _orders(mount: Mount) -> Page:
    from desktop.pages.orders.page import OrdersPage

    return OrdersPage(mount)


def _conversations(mount: Mount) -> Page:
    from desktop.pages.conversations.page import ConversationsPage

    return ConversationsPage(mount)


def _customers(mount: Mount) -> Page:
    from desktop.pages.customers.page import CustomersPage

    return CustomersPage(mount)


def _pipeline(mount: Mount) -> Page:
    from desktop.pages.pipeline.page import PipelinePage

    return PipelinePage(mount)


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


def _support(mount: Mount) -> Page:
    from desktop.pages.support.page import SupportPage

    return SupportPage(mount)


def _analyses(mount: Mount) -> Page:
    from desktop.pages.analyses.page import AnalysesPage

    return AnalysesPage(mount)


def _lives(mount: Mount) -> Page:
    from desktop.pages.lives.page import LivesPage

    return LivesPage(mount)


def _journal(mount: Mount) -> Page:
    from desktop.pages.journal.page import JournalPage

    return JournalPage(mount)


def _settings(mount: Mount) -> Page:
    from desktop.pages.settings.page import SettingsPage

    return SettingsPage(mount)


def _stores(mount: Mount) -> Page:
    from desktop.pages.stores.page import StoresPage

    return StoresPage(mount)


def _welcome(mount: Mount) -> Page:
    from desktop.pages.welcome.page import WelcomePage

    return WelcomePage(mount)


_LIVE: Final = (
    PageCommand(mark("New invoice"), "N", "new_invoice"),
    PageCommand(mark("Start a live"), "L", "start_live"),
    PageCommand(mark("End the live"), "", "end_live"),
    PageCommand(mark("Choose the product on screen"), "E", "choose_on_screen"),
    PageCommand(mark("Show the product’s code"), "Q", "show_code"),
    PageCommand(mark("Show in OBS"), "O", "show_in_obs"),
    PageCommand(mark("Rehearse a live"), "", "rehearse"),
)
_CATALOGUE: Final = (
    PageCommand(mark("New product"), "N", "add"),
    PageCommand(mark("Import a list…"), "I", "import_list"),
    PageCommand(mark("Products that go together"), "G", "pair"),
)
_CUSTOMERS: Final = (
    PageCommand(mark("New customer"), "N", "add"),
    PageCommand(mark("Export customers…"), "E", "export"),
)

PAGES: Final[tuple[PageEntry, ...]] = (
    PageEntry("live", mark("Live"), "radio", _live, commands=_LIVE),
    PageEntry(
        "orders",
        mark("Orders"),
        "shopping-bag",
        _orders,
        commands=(PageCommand(mark("New order"), "N", "new_order"), PageCommand(mark("Export orders…"), "E", "export")),
    ),
    PageEntry("conversations", mark("Conversations"), "message-circle", _conversations),
    PageEntry("customers", mark("Customers"), "users", _customers, commands=_CUSTOMERS),
    PageEntry(
        "pipeline",
        mark("Prospects"),
        "activity",
        _pipeline,
        "customers",
        (PageCommand(mark("New prospect"), "N", "add"),),
    ),
    PageEntry("catalogue", mark("Catalogue"), "layout-grid", _catalogue, commands=_CATALOGUE),
    PageEntry(
        "quotes", mark("Quotes"), "file-text", _quotes, "billing", (PageCommand(mark("New quote"), "N", "write_new"),)
    ),
    PageEntry(
        "papers",
        mark("Invoices"),
        "receipt",
        _papers,
        "billing",
        (PageCommand(mark("Export invoices…"), "E", "export"),),
    ),
    PageEntry("payments", mark("Payments"), "arrow-left-right", _payments),
    PageEntry("analyses", mark("Analyses"), "chart-column", _analyses),
    PageEntry("lives", mark("Past lives"), "radio", _lives, "analyses"),
    PageEntry(
        "journal",
        mark("Journal"),
        "list",
        _journal,
        commands=(
            PageCommand(mark("Check the chain"), "V", "verify"),
            PageCommand(mark("Export the journal…"), "E", "ask_where"),
        ),
    ),
    PageEntry("settings", mark("Settings"), "settings", _settings),
    PageEntry("messages", mark("Texts"), "scroll-text", _messages, under="settings"),
    PageEntry("support", mark("Help and checks"), "circle-help", _support, under="settings"),
    PageEntry(
        "stores", mark("Stores"), "store", _stores, "settings", (PageCommand(mark("New store"), "N", "make_new"),)
    ),
    PageEntry("welcome", mark("First steps"), "store", _welcome, alone=True),
)


def load(name: str, mount: Mount | None) -> None:
    """Import a page on another thread, because it is likely to be asked for."""
    module = f"desktop.pages.{name}.page"
    if mount is not None and module not in sys.modules and any(page.name == name for page in PAGES):
        mount.bridge.run(partial(import_module, module), name="load page")
