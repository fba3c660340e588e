"""The payments as a file for an accountant: in the store's words, of one moment, whatever comes in meanwhile."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from core.adapters import sheets
from core.adapters.psp import REGISTRY
from core.kernel.i18n import catalogue
from core.payments import export, onsite
from core.payments.export import Words
from core.payments.queries import Filter
from core.storage.engine import Engine


def write(
    engine: Engine,
    path: Path,
    wanted: Filter,
    currency: str,
    zone: ZoneInfo,
    language: str,
    watch: sheets.Watch | None = None,
) -> int:
    """Write what is looked for to a .csv or .xlsx file. → rows.

    ``watch`` and what is raised: as :func:`core.adapters.sheets.write`.
    """
    papers, means = catalogue("documents", language), catalogue("errors", language)
    cash = {onsite.CASH: means.gettext(onsite.LABEL)}
    words = Words(
        {provider.name: provider.label for provider in REGISTRY} | cash,
        {method.name: means.gettext(method.label) for provider in REGISTRY for method in provider.caps.methods} | cash,
        {state: papers.gettext(word) for state, word in export.STATE_WORDS.items()},
    )
    titles = [papers.gettext(title) for _, title in export.TITLES]
    with engine.reader() as reader:
        reader.connection.execute("BEGIN")  # every page is of the same moment
        try:
            return sheets.write(path, titles, export.rows(reader, wanted, currency, zone, words), watch)
        finally:
            reader.connection.execute("END")
