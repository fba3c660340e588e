"""What leads to the states that are photographed: each step is done as a person does it, by the page's own verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QScrollArea

from core.kernel.paths import resource
from desktop.app import Desktop
from desktop.pages.support.page import TRACE

Step = Callable[[Desktop, Any], object]
"""Given the window and the page in view. Between two steps everything that was asked for is read and painted."""


# -- of any page


def do(verb: str, *values: object) -> Step:
    """A method of the page."""
    return lambda _, page: getattr(page, verb)(*values)


def select(row: int) -> Step:
    """A row of a page's table; the last when there are fewer."""

    def step(_: Desktop, page: Any) -> None:
        model = page.table.model()
        if model.rowCount():
            page.table.setCurrentIndex(model.index(min(row, model.rowCount() - 1), 0))

    return step


def several(_: Desktop, page: Any) -> None:
    """Three rows, with what can be done with all of them."""
    keys = [row.key for row in page.model.rows[:3]]
    page.table.select_keys(keys, keys[0])


def menu(_: Desktop, page: Any) -> None:
    """What can be done with the row that is chosen."""
    page.open_menu(page.table.mapToGlobal(QPoint(240, 120)))


def found_nothing(_: Desktop, page: Any) -> None:
    typed(page.search, "zzzz")
    page.ask()


def scrolled(share: float) -> Step:
    """Down to so much of the page's own area."""

    def step(_: Desktop, page: Any) -> None:
        bar = page.findChild(QScrollArea).verticalScrollBar()
        bar.setValue(round(bar.maximum() * share))

    return step


def typed(field: Any, text: str) -> None:
    """As a person types: what listens to the keyboard hears of it."""
    field.setText(text)
    field.textEdited.emit(text)


# -- of the window


def palette(desktop: Desktop, _: Any) -> None:
    desktop.shell.open_palette()


def asked_palette(desktop: Desktop, _: Any) -> None:
    from desktop.palette.overlay import Palette

    typed(desktop.shell.findChildren(Palette)[0].line, "bazin")


def bell(desktop: Desktop, _: Any) -> None:
    desktop.shell.open_notifications()


def keys(desktop: Desktop, _: Any) -> None:
    from desktop import windowkeys

    windowkeys.show(desktop.shell)


def status(desktop: Desktop, _: Any) -> None:
    """What a part of the status line means."""
    desktop.shell.status.backup.click()


def leaving(desktop: Desktop, _: Any) -> None:
    from desktop.presence import Leaving

    presence = desktop.shell.presence
    assert presence is not None
    Leaving(desktop.shell, presence).present()


def mishap(desktop: Desktop, _: Any) -> None:
    from core.support.mishaps import report

    try:
        raise KeyError("bazin")
    except KeyError as error:
        desktop.show_mishap(report("desktop.pages.catalogue: read product", error))


# -- the live


def undecided(_: Desktop, page: Any) -> None:
    """The order with money to decide about that came last."""
    rows = [page.model.order(page.model.order_at(row)) for row in range(page.model.rowCount())]
    page.acts.decide(next(row.order_id for row in rows if row.undecided))


def filled_invoice(_: Desktop, page: Any) -> None:
    from desktop.pages.live.invoice import InvoiceDialog

    dialog = page.findChildren(InvoiceDialog)[-1]
    dialog.choose(next(product for product in dialog.picker.products if product.available))
    for field, text in ((dialog.name, "Fatou Sow"), (dialog.phone, "77 123 45 67")):
        field.edit.setText(text)
        field.changed.emit(text)


def picked_order(_: Desktop, page: Any) -> None:
    """The first order of the board, with its verbs under the table."""
    page.board.table.select(page.model.order_at(0))


def order_menu(_: Desktop, page: Any) -> None:
    page.acts.open_menu(page.model.order_at(0), page.board.table.menu_place(page.model.order_at(0)))


# -- people


def conversation(words: str) -> Step:
    """The conversation of somebody, found by name."""

    def step(_: Desktop, page: Any) -> None:
        model = page.people.model
        rows = [model.row(place) for place in range(model.rowCount())]
        page.open(next(row.conversation_id for row in rows if words in row.name))

    return step


def attached(_: Desktop, page: Any) -> None:
    page.attach(resource("samples", "photos", "robe-wax-ankara.jpg"))


def note(_: Desktop, page: Any) -> None:
    page.aside.write_note()


def answers(_: Desktop, page: Any) -> None:
    page.aside.keep_canned()


def template(_: Desktop, page: Any) -> None:
    page.templates.ask()


def same_person(_: Desktop, page: Any) -> None:
    view = page.profile.view
    page.identity.choose(view.id, view.name)


def customer(words: str) -> Step:
    """The row of somebody, found by name."""

    def step(desktop: Desktop, page: Any) -> None:
        rows = page.model.rows
        select(next(number for number, row in enumerate(rows) if words in row.customer.view.name))(desktop, page)

    return step


def first_found(_: Desktop, page: Any) -> None:
    """Whom the dialog of the same person proposes first."""
    from desktop.pages.conversations.identity import MergeDialog

    page.findChildren(MergeDialog)[-1].people[0].click()


def erase(_: Desktop, page: Any) -> None:
    page.privacy.erase(page.opened.row.customer_id, page.opened.row.name)


def prospect(_: Desktop, page: Any) -> None:
    """The first card of the column with quotes."""
    page.show_subject(next(iter(page.columns["quote"].model.rows)).key)


# -- goods and papers


def product_by(word: str, verb: str) -> Step:
    """A verb on the product with this keyword."""

    def step(_: Desktop, page: Any) -> None:
        texts = [page.model.text_at(row) for row in range(page.model.rowCount())]
        getattr(page, verb)(next(text.product.id for text in texts if text and text.product.keyword == word))

    return step


def paper(number: int) -> Step:
    """The invoice that was written so many-th."""

    def step(desktop: Desktop, page: Any) -> None:
        rows = page.model.rows
        select(next(place for place, row in enumerate(rows) if row.key == ("invoice", number)))(desktop, page)

    return step


def task(state: str) -> Step:
    """The refund that waits for a person in this state."""

    def step(_: Desktop, page: Any) -> None:
        page.do_task(next(one for one in page.overview.to_do if one.kind == "refund" and one.detail == state))

    return step


def edited_quote(_: Desktop, page: Any) -> None:
    page.write(next(row.quote.id for row in page.model.rows if row.quote.state == "draft" and not row.quote.asked))


def wrong_list(_: Desktop, page: Any) -> None:
    page.import_list(resource("samples", "a-corriger.csv"))


# -- the store


def sought_setting(_: Desktop, page: Any) -> None:
    page.finder.setFocus()
    typed(page.finder, "whats")


def trace(_: Desktop, page: Any) -> None:
    page.show_part(TRACE)
    typed(page.trace.search, "77 000 00 14")
