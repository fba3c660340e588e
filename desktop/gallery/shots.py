"""What is photographed: every page, and what opens over them. A new dialog that a seller meets gets a line here."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from desktop.gallery import steps
from desktop.gallery.steps import Step, do, select
from desktop.pages.registry import PAGES
from desktop.pages.support.page import LOG


class Shot(Struct, frozen=True):
    """``name`` is the picture's; ``page`` is shown, then every step is done. ``guide``: it stands in the guide.
    ``changes``: the page does not find back from there by itself, and is built anew afterwards."""

    name: str
    page: str
    steps: tuple[Step, ...] = ()
    guide: bool = False
    changes: bool = False


_LIVE: Final = (
    Shot("live", "live", guide=True),
    Shot("live-invoice", "live", (do("new_invoice"),)),
    Shot("live-invoice-filled", "live", (do("new_invoice"), steps.filled_invoice), guide=True),
    Shot("live-decision", "live", (steps.undecided,), guide=True),
    Shot("live-on-screen", "live", (do("choose_on_screen"),), guide=True),
    Shot("live-obs", "live", (do("show_in_obs"),)),
    Shot("live-end", "live", (do("end_live"),)),
    Shot("live-line", "live", (do("show_longest_line"),)),
    Shot("live-over", "live", (do("show_over"),)),
    Shot("live-code", "live", (do("show_code"),)),
    Shot("live-big", "live", (do("show_big"),)),
    Shot("live-order", "live", (steps.picked_order,), changes=True),
    Shot("live-order-menu", "live", (steps.order_menu,)),
    Shot("palette", "live", (steps.palette,)),
    Shot("palette-asked", "live", (steps.palette, steps.asked_palette), guide=True),
    Shot("notifications", "live", (steps.bell,)),
    Shot("keys", "live", (steps.keys,)),
    Shot("status", "live", (steps.status,)),
    Shot("leaving", "live", (steps.leaving,)),
    Shot("mishap", "live", (steps.mishap,)),
)
_PEOPLE: Final = (
    Shot("conversations", "conversations", guide=True),
    Shot("conversations-card", "conversations", (steps.conversation("Fanta"),), guide=True),
    Shot("conversations-product", "conversations", (do("choose_product"),)),
    Shot("conversations-mine", "conversations", (steps.conversation("Binta"),)),
    Shot("conversations-file", "conversations", (steps.conversation("Binta"), steps.attached)),
    Shot("conversations-note", "conversations", (steps.conversation("Binta"), steps.note), changes=True),
    Shot("conversations-answers", "conversations", (steps.conversation("Binta"), steps.answers)),
    Shot("conversations-closed", "conversations", (steps.conversation("École"),)),
    Shot("conversations-template", "conversations", (steps.conversation("École"), steps.template)),
    Shot("conversations-erase", "conversations", (steps.conversation("Fanta"), steps.erase), changes=True),
    Shot("customers", "customers", (select(0),), guide=True),
    Shot("customers-edit", "customers", (select(1), do("act", "edit"))),
    Shot("customers-new", "customers", (do("add"),)),
    Shot("customers-same", "customers", (select(1), steps.same_person)),
    Shot("customers-several", "customers", (steps.several,), changes=True),
    Shot("customers-none", "customers", (steps.found_nothing,), changes=True),
    Shot("pipeline", "pipeline", guide=True),
    Shot("pipeline-card", "pipeline", (steps.prospect,), changes=True),
    Shot("pipeline-new", "pipeline", (do("add"),)),
)
_TRADE: Final = (
    Shot("orders", "orders", (select(0),), guide=True),
    Shot("orders-paid", "orders", (select(5),)),
    Shot("orders-refund", "orders", (select(5), do("act", "refund"))),
    Shot("orders-code", "orders", (select(0), do("act", "code"))),
    Shot("orders-menu", "orders", (select(0), steps.menu)),
    Shot("orders-several", "orders", (steps.several,), changes=True),
    Shot("orders-none", "orders", (steps.found_nothing,), changes=True),
    Shot("catalogue", "catalogue", guide=True),
    Shot("catalogue-product", "catalogue", (do("edit", 1),), guide=True),
    Shot("catalogue-new", "catalogue", (do("add"),)),
    Shot("catalogue-import", "catalogue", (do("import_list"),)),
    Shot("catalogue-import-list", "catalogue", (steps.wrong_list,)),
    Shot("catalogue-pairs", "catalogue", (do("pair"),)),
    Shot("quotes", "quotes", (select(1),), guide=True),
    Shot("quotes-seen", "quotes", (select(2),)),
    Shot("quotes-refuse", "quotes", (select(2), do("act", "refuse"))),
    Shot("quotes-editor", "quotes", (steps.edited_quote,), guide=True, changes=True),
    Shot("papers", "papers", (select(0),), guide=True),
    Shot("papers-export", "papers", (do("export"),)),
    Shot("papers-credit", "papers", (select(0), do("act", "credit"))),
    Shot("payments", "payments", (select(0),), guide=True),
    Shot("payments-refund", "payments", (select(2), do("act", "open"))),
    Shot("payments-compare", "payments", (do("compare"),)),
    Shot("payments-none", "payments", (steps.found_nothing,), changes=True),
)
_BOOKS: Final = (
    Shot("analyses", "analyses", guide=True),
    Shot("analyses-middle", "analyses", (steps.scrolled(0.5),)),
    Shot("analyses-end", "analyses", (steps.scrolled(1),), changes=True),
    Shot("analyses-days", "analyses", (do("choose_days"),)),
    Shot("lives", "lives"),
    Shot("lives-over", "lives", (select(0), do("open"))),
    Shot("journal", "journal", (select(0),)),
    Shot("journal-verified", "journal", (do("verify"),), changes=True),
    Shot("journal-days", "journal", (do("choose_days"),)),
)
_STORE: Final = (
    Shot("settings", "settings", guide=True),
    Shot("settings-sales", "settings", (do("open", "orders"),)),
    Shot("settings-prospects", "settings", (do("open", "mail"),)),
    Shot("settings-messages", "settings", (do("open", "chat"),)),
    Shot("settings-whatsapp", "settings", (do("open", "whatsapp"),)),
    Shot("settings-assistant", "settings", (do("open", "assistant"),)),
    Shot("settings-payments", "settings", (do("open", "payments"),), guide=True),
    Shot("settings-network", "settings", (do("open", "network"),)),
    Shot("settings-backup", "settings", (do("open", "backup"),), guide=True),
    Shot("settings-access", "settings", (do("open", "access"),)),
    Shot("settings-window", "settings", (do("open", "window"),)),
    Shot("settings-found", "settings", (steps.sought_setting,), changes=True),
    Shot("messages", "messages"),
    Shot("messages-faq", "messages", (do("ask"),)),
    Shot("messages-beyond", "messages", (do("turn_to", 1),), changes=True),
    Shot("stores", "stores"),
    Shot("support", "support", guide=True),
    Shot("support-trace", "support", (steps.trace,), guide=True),
    Shot("support-log", "support", (do("show_part", LOG),)),
    Shot("support-bundle", "support", (do("prepare"),), changes=True),
)
SHOTS: Final[tuple[Shot, ...]] = (*_LIVE, *_PEOPLE, *_TRADE, *_BOOKS, *_STORE)

EMPTY: Final[tuple[Shot, ...]] = (
    *(Shot(f"empty-{page.name}", page.name, guide=page.name in ("live", "welcome")) for page in PAGES),
    Shot("live-start", "live", (do("start_live"),)),
    Shot("live-rehearse", "live", (do("rehearse"),)),
    Shot("welcome-products", "welcome", (do("show_step", "products"),)),
    Shot("welcome-practice", "welcome", (do("show_step", "practice"),)),
    Shot("welcome-number", "welcome", (do("show_step", "whatsapp"),)),
    Shot("welcome-payment", "welcome", (do("show_step", "payment"),), changes=True),
)
"""The pages of a store in which nothing has happened yet, and its first steps."""

PARLOUR: Final[tuple[Shot, ...]] = (
    Shot("parlour-catalogue", "catalogue", (steps.product_by("TRESSES", "show_subject"),)),
    Shot("catalogue-times", "catalogue", (steps.product_by("TRESSES", "open_times"),), guide=True),
    Shot("catalogue-times-none", "catalogue", (steps.product_by("SOIN", "open_times"),)),
    Shot("papers-certified", "papers", (steps.paper(1),), guide=True),
    Shot("papers-certified-accepted", "papers", (steps.paper(1), do("act", "certification"))),
    Shot("papers-certified-refused", "papers", (steps.paper(2), do("act", "certification"))),
    Shot("papers-certified-lost", "papers", (steps.paper(3), do("act", "certification"))),
    Shot("papers-certified-queued", "papers", (steps.paper(4), do("act", "certification"))),
    Shot("papers-certified-prepared", "papers", (steps.paper(5), do("act", "certification"))),
    Shot("payments-to-do", "payments", (select(0),)),
    Shot("payments-to-do-by-hand", "payments", (steps.task("todo"),), guide=True),
    Shot("payments-to-do-refused", "payments", (steps.task("failed"),)),
    Shot("payments-give-back", "payments", (select(0), do("act", "open"))),
    Shot("customers-same-found", "customers", (steps.customer("Aminata"), steps.same_person)),
    Shot("customers-same-sure", "customers", (steps.customer("Aminata"), steps.same_person, steps.first_found)),
)
"""The same of a shop that sells times and certifies its papers, with money to give back by hand."""
