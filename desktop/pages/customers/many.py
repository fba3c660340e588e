"""What can be done with several customers at once. What they agreed to is theirs: it is never changed in bulk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.customers import tags
from core.customers.listing import Wanted
from desktop.pages import exporting
from desktop.pages.bulk import UNCHANGED, Act, Offer, Rows
from desktop.pages.customers.presenter import CustomersPresenter, RowText
from desktop.pages.customers.source import CustomersSource
from desktop.pages.exporting import Writing
from desktop.pages.many import Many
from desktop.pages.manyparts import ValueDialog
from desktop.pages.page import Page


def many_customers(
    page: Page, source: CustomersSource, words: CustomersPresenter, writing: Callable[[Wanted], Writing]
) -> Many:
    """A tag on all of them, and a file of them."""
    t = words.t

    def tag(rows: Rows) -> None:
        title = t.plural("Put a tag on {n} customer", "Put a tag on {n} customers", len(rows))
        ValueDialog(
            page,
            t,
            title,
            t("Tag"),
            tags.checked,
            lambda word: t("“{tag}” stands beside each name and can be filtered by.", tag=word),
            t("Put the tag"),
            lambda word: many.run(tagging(word), rows),
        ).present()

    def tagging(word: str) -> Act:
        def put(row: RowText) -> object:
            if word.casefold() in (each.casefold() for each in row.customer.tags):
                return UNCHANGED
            source.tag(row.key, word)
            return None

        def told(n: int) -> str:
            return t.plural("{n} customer tagged “{tag}”", "{n} customers tagged “{tag}”", n, tag=word)

        return Act("tag customers", put, told, lambda row, _: source.untag(row.key, word))

    def export(rows: Rows) -> None:
        wanted = Wanted(sort=page.table.sort, only=tuple(row.key for row in rows))  # type: ignore[attr-defined]
        exporting.ask_where(page, writing(wanted))

    offers = (
        Offer("tag", t("Tag…"), "tag", tag, "T"),
        Offer("export", t("Export…"), "download", export),
    )
    many = Many(page, page.mount.bridge, t, offers, lambda row: row.who)
    page.add_shortcut("T", partial(many.begin, "tag"), t("Tag those that are selected"))
    return many
