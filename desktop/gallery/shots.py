"""What is photographed: every page, and what opens over them. A new dialog that a seller meets gets a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from desktop.app import Desktop
from desktop.pages.registry import PAGES
from desktop.pages.support.page import LOG, TRACE

Step = Callable[[Desktop, Any], object]
"""Given the window and the page in view. Between two steps everything that was asked for is read and painted."""


class Shot(Struct, frozen=True):
    """``name`` is the picture's; ``page`` is shown, then every step is done. ``guide``: it stands in the guide."""

    name: str
    page: str
    steps: tuple[Step, ...] = ()
    guide: bool = False


def _select(row: int) -> Step:
    """A row of a page's table; the last when there are fewer."""

    def step(_: Desktop, page: Any) -> None:
        model = page.table.model()
        if model.rowCount():
            page.table.setCurrentIndex(model.index(min(row, model.rowCount() - 1), 0))

    return step


def _typed(field: Any, text: str) -> None:
    """As a person types: what listens to the keyboard hears of it."""
    field.setText(text)
    field.textEdited.emit(text)


def _undecided(_: Desktop, page: Any) -> None:
    """The order with money to decide about that came last."""
    rows = [page.model.order(page.model.order_at(row)) for row in range(page.model.rowCount())]
    page.acts.decide(next(row.order_id for row in rows if row.undecided))


def _invoice(_: Desktop, page: Any) -> None:
    page.new_invoice()


def _filled_invoice(_: Desktop, page: Any) -> None:
    from desktop.pages.live.invoice import InvoiceDialog

    dialog = page.findChildren(InvoiceDialog)[-1]
    dialog.choose(next(product for product in dialog.picker.products if product.available))
    for field, text in ((dialog.name, "Fatou Sow"), (dialog.phone, "77 123 45 67")):
        field.edit.setText(text)
        field.changed.emit(text)


def _palette(desktop: Desktop, _: Any) -> None:
    desktop.shell.open_palette()


def _asked_palette(desktop: Desktop, _: Any) -> None:
    from desktop.palette.overlay import Palette

    _typed(desktop.shell.findChildren(Palette)[0].line, "bazin")


def _bell(desktop: Desktop, _: Any) -> None:
    desktop.shell.open_notifications()


def _edited_quote(_: Desktop, page: Any) -> None:
    page.write(next(row.quote.id for row in page.model.rows if row.quote.state == "draft" and not row.quote.asked))


def _conversation(words: str) -> Step:
    """The conversation of somebody, found by name."""

    def step(_: Desktop, page: Any) -> None:
        model = page.people.model
        rows = [model.row(place) for place in range(model.rowCount())]
        page.open(next(row.conversation_id for row in rows if words in row.name))

    return step


def _trace(_: Desktop, page: Any) -> None:
    page.show_part(TRACE)
    _typed(page.trace.search, "77 000 00 14")


SHOTS: Final[tuple[Shot, ...]] = (
    Shot("live", "live", guide=True),
    Shot("live-invoice", "live", (_invoice,)),
    Shot("live-invoice-filled", "live", (_invoice, _filled_invoice), guide=True),
    Shot("live-decision", "live", (_undecided,), guide=True),
    Shot("live-on-screen", "live", (lambda _, page: page.choose_on_screen(),), guide=True),
    Shot("live-obs", "live", (lambda _, page: page.show_in_obs(),)),
    Shot("live-end", "live", (lambda _, page: page.end_live(),)),
    Shot("palette", "live", (_palette,)),
    Shot("palette-asked", "live", (_palette, _asked_palette), guide=True),
    Shot("notifications", "live", (_bell,)),
    Shot("orders", "orders", (_select(0),), guide=True),
    Shot("conversations", "conversations", guide=True),
    Shot("conversations-card", "conversations", (_conversation("Fanta"),), guide=True),
    Shot("conversations-product", "conversations", (lambda _, page: page.choose_product(),)),
    Shot("customers", "customers", (_select(0),), guide=True),
    Shot("pipeline", "pipeline", guide=True),
    Shot("catalogue", "catalogue", guide=True),
    Shot("catalogue-product", "catalogue", (lambda _, page: page.edit(1),), guide=True),
    Shot("catalogue-import", "catalogue", (lambda _, page: page.import_list(),)),
    Shot("quotes", "quotes", (_select(1),), guide=True),
    Shot("quotes-editor", "quotes", (_edited_quote,), guide=True),
    Shot("papers", "papers", (_select(0),), guide=True),
    Shot("papers-export", "papers", (lambda _, page: page.export(),)),
    Shot("payments", "payments", (_select(0),), guide=True),
    Shot("payments-compare", "payments", (lambda _, page: page.compare(),)),
    Shot("analyses", "analyses", guide=True),
    Shot("lives", "lives"),
    Shot("journal", "journal", (_select(0),)),
    Shot("settings", "settings", guide=True),
    Shot("settings-whatsapp", "settings", (lambda _, page: page.open("whatsapp"),)),
    Shot("settings-payments", "settings", (lambda _, page: page.open("payments"),), guide=True),
    Shot("settings-backup", "settings", (lambda _, page: page.open("backup"),), guide=True),
    Shot("messages", "messages"),
    Shot("messages-beyond", "messages", (lambda _, page: page.turn_to(1),)),
    Shot("stores", "stores"),
    Shot("support", "support", guide=True),
    Shot("support-trace", "support", (_trace,), guide=True),
    Shot("support-log", "support", (lambda _, page: page.show_part(LOG),)),
)

EMPTY: Final = tuple(Shot(f"empty-{page.name}", page.name, guide=page.name in ("live", "welcome")) for page in PAGES)
"""The pages of a store in which nothing has happened yet."""
