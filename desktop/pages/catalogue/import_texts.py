"""What an import says: how the file was read, what it would do, what is wrong, what became of it. Without Qt."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.catalogue.service import ImportPlan
from core.kernel.i18n import explain
from core.kernel.look import Role
from core.kernel.money import group_digits
from core.kernel.text import one_line
from desktop.pages.catalogue.presenter import CataloguePresenter, Stopped

SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".tab", ".xls", ".xlsx", ".ods"})
"""What may be dropped. A spreadsheet's own format is taken too: the refusal then says how to save it."""
SHOWN: Final = 200  # rows of the preview
_NAMED: Final = 6  # columns left aside
_FIELDS: Final = ("sku", "keyword", "title", "price", "stock", "category")


class TileText(Struct, frozen=True):
    title: str
    value: str
    role: Role


class ChoiceText(Struct, frozen=True):
    choice: str
    title: str
    consequence: str
    obstacle: str = ""


class PreviewText(Struct, frozen=True):
    """``rows`` and ``errors`` have as many cells as their headings."""

    read_as: str
    columns: str
    left_out: str
    tiles: tuple[TileText, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    error_headings: tuple[str, ...]
    errors: tuple[tuple[str, ...], ...]
    choices: tuple[ChoiceText, ...]
    advised: str
    verb: str


class ResultText(Struct, frozen=True):
    icon: str
    role: Role
    title: str
    detail: str


def preview(plan: ImportPlan, presenter: CataloguePresenter) -> PreviewText:
    """A plan in words, before anything is written."""
    t = presenter.t
    wrong = len({error.line for error in plan.errors})
    unknown = ", ".join(t("“{text}”", text=one_line(title, 30)) for title in plan.unknown[:_NAMED])
    return PreviewText(
        read_as=_read_as(plan, presenter),
        columns=_columns(plan, presenter),
        left_out=t("Left aside: {columns}", columns=unknown) if unknown else "",
        tiles=(
            TileText(t.of("import", "New"), group_digits(plan.added), "paid" if plan.added else "muted"),
            TileText(t.of("import", "Changed"), group_digits(plan.updated), "info" if plan.updated else "muted"),
            TileText(t.of("import", "Unchanged"), group_digits(plan.unchanged), "muted"),
            TileText(t.of("import", "To correct"), group_digits(wrong), "danger" if wrong else "muted"),
        ),
        headings=tuple(_field(name, presenter) for name in _FIELDS),
        rows=tuple(
            (row.sku, row.keyword, row.title, presenter.amount(row.price), group_digits(row.stock), row.category)
            for row in plan.rows[:SHOWN]
        ),
        error_headings=(t("Line"), t("Column"), t("What is wrong")),
        errors=error_rows(plan, presenter),
        choices=_choices(plan, wrong, presenter),
        advised="good" if wrong else "all",
        verb=_verb(len(plan.rows), presenter),
    )


def error_rows(plan: ImportPlan, presenter: CataloguePresenter) -> tuple[tuple[str, ...], ...]:
    """Line, column and reason of everything that is wrong."""
    language = presenter.t.language
    return tuple((group_digits(e.line), e.column or "–", explain(e.refusal(), language)) for e in plan.errors)


def _verb(count: int, presenter: CataloguePresenter) -> str:
    t = presenter.t
    return t.plural("Import {number} product", "Import {number} products", count, number=group_digits(count))


def _read_as(plan: ImportPlan, presenter: CataloguePresenter) -> str:
    t = presenter.t
    delimiters = {
        ";": t("semicolons"),
        ",": t("commas"),
        "\t": t("tabs"),
        "|": t("vertical bars"),
    }
    encodings = {
        "utf-8": "UTF-8",
        "utf-8-sig": "UTF-8",
        "utf-16-le": "UTF-16",
        "utf-16-be": "UTF-16",
        "utf-32-le": "UTF-32",
        "cp1252": t("Windows characters"),
        "cp850": t("DOS characters"),
        "mac_roman": t("Mac characters"),
    }
    return t(
        "Read as {encoding}, columns separated by {delimiter}.",
        encoding=encodings.get(plan.encoding, plan.encoding),
        delimiter=delimiters.get(plan.delimiter, plan.delimiter),
    )


def _field(name: str, presenter: CataloguePresenter) -> str:
    t = presenter.t
    words = {
        "sku": t.of("field", "SKU"),
        "keyword": t.of("field", "Keyword"),
        "title": t.of("field", "Title"),
        "description": t.of("field", "Description"),
        "category": t.of("field", "Category"),
        "price": t.of("field", "Price"),
        "stock": t.of("field", "Stock"),
        "photo": t.of("field", "Photo"),
        "vat": t.of("field", "VAT"),
    }
    return words.get(name, name)


def _columns(plan: ImportPlan, presenter: CataloguePresenter) -> str:
    """« Référence → SKU · Désignation → Titre »: what each column was taken for."""
    pairs = (f"{one_line(title, 30)}\u00a0→\u00a0{_field(name, presenter)}" for name, title in plan.columns.items())
    return " · ".join(pairs)


def _choices(plan: ImportPlan, wrong: int, presenter: CataloguePresenter) -> tuple[ChoiceText, ...]:
    t = presenter.t
    count = len(plan.rows)
    obstacle = (
        t.plural(
            "{n} line is to be corrected: nothing would go in.",
            "{n} lines are to be corrected: nothing would go in.",
            wrong,
        )
        if wrong
        else ""
    )
    good = t.plural(
        "{number} product goes in, in small portions: sales go on meanwhile.",
        "{number} products go in, in small portions: sales go on meanwhile.",
        count,
        number=group_digits(count),
    )
    if wrong:
        aside = t.plural("The other line stays aside.", "The {n} other lines stay aside.", wrong)
        good = f"{good} {aside}"
    return (
        ChoiceText("all", t("All or nothing"), t("All lines go in at once, or none if one cannot."), obstacle),
        ChoiceText("good", t("The good lines"), good, "" if count else t("No line can go in.")),
    )


def result(plan: ImportPlan, stopped: Stopped | None, presenter: CataloguePresenter) -> ResultText:
    """What became of an import."""
    t = presenter.t
    if stopped is not None:
        title = t("Stopped at your request")
        detail = t(
            "{done} of {total} products are in; the others are as before. Import the same file again to go on.",
            done=group_digits(stopped.done),
            total=group_digits(stopped.total),
        )
        return ResultText("circle-stop", "waiting", title, detail)
    added = t.plural("{number} product added", "{number} products added", plan.added, number=group_digits(plan.added))
    updated = t.plural("{number} changed", "{number} changed", plan.updated, number=group_digits(plan.updated))
    same = t.plural("{number} as before", "{number} as before", plan.unchanged, number=group_digits(plan.unchanged))
    wrong = len({error.line for error in plan.errors})
    parts = [same] if plan.unchanged else []
    if wrong:
        parts.append(t.plural("{n} line left aside", "{n} lines left aside", wrong))
    title = ", ".join(part for part, count in ((added, plan.added), (updated, plan.updated)) if count)
    return ResultText("circle-check", "paid", title or t("Nothing to change"), " · ".join(parts))


def nothing_new(plan: ImportPlan) -> bool:
    """Whether importing would change nothing at all: the same file twice."""
    return not plan.rows and not plan.errors
