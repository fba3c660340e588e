"""The papers page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.accounts.guard import PREFIX, role_of
from core.accounts.rules import may
from core.bootstrap import Shop
from core.conversations import manual
from core.invoices import certification, credits, export, marks, queries, service
from core.invoices.credits import Taken
from core.invoices.queries import Filter, PaperRow
from core.kernel.errors import EnvironmentProblem, NotFound, Refused
from core.kernel.i18n import catalogue
from core.kernel.reasons import reason
from core.storage.connection import Reader
from core.storage.engine import Tx
from desktop.bridge import Control, Stopped
from desktop.pages.papers.presenter import Creditable, Cursor, Declared, Overview

if TYPE_CHECKING:
    from core.adapters.certified.handing import Handed

ACTOR: Final = "seller"


class ShopPapers:
    """Implements :class:`desktop.pages.papers.presenter.PapersSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine
        self._looked_at: Path | None = None

    # -- reading -----------------------------------------------------------------------------------------------

    def overview(self) -> Overview:
        shop, now = self._shop, self._shop.clock.now()
        sends = shop.clerk.sends()

        def read(reader: Reader) -> Overview:
            certifying = shop.clerk.on() or bool(reader.value("SELECT EXISTS (SELECT 1 FROM certification)"))
            return Overview(
                self.attention(reader, now),
                queries.span(reader),
                certifying,
                sends,
                self._may(reader, "invoices.credit"),
                self._may(reader, "invoices.certify"),
            )

        return self._engine.read(read)

    @staticmethod
    def attention(reader: Reader, now: int) -> int:
        """How many papers somebody should look at."""
        return sum(len(ids) for ids in queries.attention(reader, now).values())

    def _may(self, reader: Reader, right: str) -> bool:
        """Whether who unlocked the window has a right; without accounts it is the seller's own."""
        acting = self._engine.acting.get(ACTOR, "")
        if not acting.startswith(PREFIX):
            return True
        role = role_of(reader, int(acting.removeprefix(PREFIX)))
        return role is not None and may(role, right)

    def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[PaperRow]:
        now = self._shop.clock.now()
        return self._engine.read(lambda r: queries.papers(r, wanted, now, after=after, limit=limit))

    def link(self, kind: str, paper_id: int) -> str:
        nonce = self._engine.read(lambda r: marks.nonce_of(r, kind, queries.one(r, kind, paper_id).id))
        url = self._shop.check_url(nonce)
        if not url:
            raise Refused("This store has no public address yet: nobody could open the link. See Settings, Network.")
        return url

    # -- drawing -----------------------------------------------------------------------------------------------

    def pdf(self, kind: str, paper_id: int) -> Path:
        if self._looked_at is None:
            self._looked_at = Path(tempfile.mkdtemp(prefix="livepay-"))
        printed = self._shop.press.print(kind, paper_id)
        path = self._looked_at / f"{printed.name}.pdf"
        _write(path, printed.content)
        return path

    def save(self, kind: str, paper_id: int, path: Path) -> None:
        _write(path, self._shop.press.print(kind, paper_id).content)

    def bundle(self, path: Path, wanted: Filter, control: Control) -> int | None:
        now = self._shop.clock.now()
        with self._engine.reader() as reader:
            rows = list(export.every(reader, wanted, now))
        if not rows:
            raise Refused("There is no paper to write.")

        def drawn() -> Iterator[tuple[str, bytes]]:
            for count, row in enumerate(rows):
                control.advance(count, len(rows))
                printed = self._shop.press.print(row.kind, row.id)
                yield f"{printed.name}.pdf", printed.content
            control.report(len(rows), len(rows))

        try:
            (_zipped if path.suffix.lower() == ".zip" else _filed)(path, drawn())
        except Stopped:
            return None
        return len(rows)

    def close(self) -> None:
        """What was drawn for looking at is not left lying outside the encrypted store."""
        if self._looked_at is not None:
            shutil.rmtree(self._looked_at, ignore_errors=True)
            self._looked_at = None

    # -- verbs -------------------------------------------------------------------------------------------------

    def send(self, kind: str, paper_id: int) -> None:
        self._engine.call(lambda tx: manual.send_paper(tx, kind, paper_id, self._shop.talk.language()), actor=ACTOR)

    def creditable(self, invoice_id: int) -> Creditable:
        def read(reader: Reader) -> Creditable:
            kept = service.load(reader, invoice_id)
            if kept is None:
                raise NotFound("There is no invoice number {invoice_id}.", invoice_id=invoice_id)
            lines = tuple(credits.open_lines(reader, kept))
            return Creditable(kept.number, kept.total, credits.open_amount(reader, kept), lines)

        return self._engine.read(read)

    def credit(self, invoice_id: int, amount: int | None, taken: Sequence[Taken], reason: str) -> str:
        terms = self._shop.papers.terms()

        def command(tx: Tx) -> str:
            if taken:
                note = credits.credit_lines(tx, invoice_id, taken, reason, terms)
            else:
                note = credits.credit(tx, invoice_id, amount, reason, terms)
            return credits.load(tx, note).number

        return self._engine.call(command, actor=ACTOR)

    def declared(self, kind: str, paper_id: int) -> Declared:
        clerk = self._shop.clerk
        sends = clerk.sends()

        def read(reader: Reader) -> Declared:
            entry = certification.of_paper(reader, kind, paper_id)
            if entry is None:
                raise NotFound("No certification was prepared for this paper.")
            open_ = entry.state == certification.PREPARED
            obstacle = clerk.obstacle(reader, kind, paper_id) if open_ else None
            return Declared(queries.one(reader, kind, paper_id), entry, obstacle, sends)

        return self._engine.read(read)

    def retry(self, kind: str, paper_id: int) -> None:
        self._engine.call(lambda tx: self._shop.clerk.retry(tx, kind, paper_id), actor=ACTOR)

    # -- writing out -------------------------------------------------------------------------------------------

    def export(self, path: Path, wanted: Filter, control: Control) -> int | None:
        from core.adapters import sheets

        say, now = self._say(), self._shop.clock.now()
        with self._engine.reader() as reader:
            table = export.rows(reader, wanted, now, self._shop.card.currency, self._shop.country.zone)
            try:
                return sheets.write(path, [say(title) for _, title in export.TITLES], table, control.advance)
            except Stopped:
                return None

    def payloads(self, folder: Path) -> Handed:
        from core.adapters.certified.handing import hand_over

        if self._shop.clerk.sends():
            raise Refused("A connection is set up: LivePay sends the declarations by itself.")
        with self._engine.reader() as reader:
            return hand_over(reader, folder, self._shop.country.zone, self._say())

    def _say(self) -> Callable[[str], str]:
        """Texts of tables in the store's language."""
        gettext = catalogue("documents", self._shop.settings.get("store.language")).gettext
        return lambda text: gettext(text) if text else ""


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        partial.unlink(missing_ok=True)


def _filed(folder: Path, papers: Iterator[tuple[str, bytes]]) -> None:
    """A file each; when it is stopped, those that were written stay whole."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritten(folder, error) from None
    for name, content in papers:
        _write(folder / name, content)


def _zipped(path: Path, papers: Iterator[tuple[str, bytes]]) -> None:
    """One file that appears under its name only once it is whole."""
    import zipfile

    partial = path.with_name(path.name + ".partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:  # PDFs are packed already
            for name, content in papers:
                archive.writestr(name, content)
        partial.replace(path)
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        partial.unlink(missing_ok=True)


def _unwritten(path: Path, error: OSError) -> EnvironmentProblem:
    return EnvironmentProblem("The file {path} cannot be written ({detail}).", path=path, detail=reason(error))
