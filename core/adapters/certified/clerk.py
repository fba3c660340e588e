"""The clerk: prepares each paper for the state's platform in the transaction that issues it; takes it there later.

Every call is between two transactions, and what the platform names is kept before it is asked to confirm it. A call
that may have been carried out, where nothing tells the platform that it is the same, is not repeated: somebody looks.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from core.adapters.certified.office import Office
from core.adapters.certified.platform import Answered, Named, NotReached, Platform
from core.invoices import certification as papers
from core.invoices.certification import ACCEPTED, PREPARED, QUEUED, SENT, Certification, Facts
from core.invoices.events import CertificationRetried, CreditNoteIssued, InvoiceIssued
from core.kernel.clock import HOUR, MINUTE
from core.kernel.errors import NotFound, Refused
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx

EVERY: Final = 60.0  # s
FIRST_WAIT: Final = MINUTE
LONGEST_WAIT: Final = 6 * HOUR
LOOK_THERE: Final = "No answer came. It may be there: look on the platform before it is sent again."


class Clerk:
    """One store's; it looks every minute. ``office``: whom it deals with."""

    def __init__(self, engine: Engine, office: Office) -> None:
        self._engine = engine
        self._office = office

    # -- reactors ----------------------------------------------------------------------------------------------

    def invoiced(self, tx: Tx, event: InvoiceIssued) -> None:
        self._prepare(tx, "invoice", event.invoice_id)

    def credited(self, tx: Tx, event: CreditNoteIssued) -> None:
        self._prepare(tx, "credit_note", event.credit_note_id)

    def _prepare(self, tx: Tx, kind: str, paper_id: int) -> None:
        platform = self._office.platform()
        if platform is None:
            return
        payload, error = _said(platform, papers.facts_of(tx, kind, paper_id))
        papers.prepare(tx, kind, paper_id, platform.name, payload or {}, error)

    # -- the seller's word -------------------------------------------------------------------------------------

    def obstacle(self, reader: Reader, kind: str, paper_id: int) -> Refused | None:
        """Why a paper cannot be told to the platform as things are, None when it can."""
        platform = self._office.platform()
        if platform is None:
            return Refused("Certification is switched off: see the settings.")
        try:
            platform.payload(papers.facts_of(reader, kind, paper_id))
        except Refused as error:
            return error
        return None

    def sends(self) -> bool:
        """Whether papers leave by themselves: the platform's calls are known and its address and token are set up."""
        platform = self._office.platform()
        return platform is not None and platform.sends and self._office.ready()

    def on(self) -> bool:
        """Whether papers are prepared for a platform at all."""
        return self._office.platform() is not None

    def retry(self, tx: Tx, kind: str, paper_id: int) -> None:
        """Tell the platform again: of one it refused, one that was lost on the way, or at once what is on its way.

        Raises NotFound, and Refused when it was accepted or cannot be said there.
        """
        found = papers.of_paper(tx, kind, paper_id)
        if found is None:
            raise NotFound("No certification was prepared for this paper.")
        platform = self._office.platform()
        if platform is None or platform.name != found.regime:
            raise Refused("Certification is switched off: see the settings.")
        if found.state == ACCEPTED:
            raise Refused("The platform has accepted this paper already.")
        if found.state == QUEUED or (found.state == SENT and found.uid is not None):
            papers.hasten(tx, found.id)
        else:
            papers.anew(tx, found.id, platform.payload(papers.facts_of(tx, kind, paper_id)))
        tx.emit(CertificationRetried(found.id, kind, paper_id))

    # -- work --------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Take papers to the platform until cancelled."""
        while True:
            await self.round()
            await asyncio.sleep(EVERY)

    async def round(self) -> None:
        """Queue what can be sent, then make the next call for what is queued."""
        platform = self._office.platform()
        if platform is None or not platform.sends or not self._office.ready():
            return
        for paper in self._waiting(PREPARED):
            await self._engine.run(partial(self._queue, platform=platform, paper=paper), actor="clerk")
        for paper in self._waiting(QUEUED, SENT):
            if paper.regime == platform.name and (paper.state == QUEUED or paper.uid is not None):
                await self._take(platform, paper)

    def _waiting(self, *states: str) -> list[Certification]:
        now = self._engine.clock.now()
        return self._engine.read(lambda r: papers.waiting(r, states, now))

    @staticmethod
    def _queue(tx: Tx, platform: Platform, paper: Certification) -> None:
        payload, error = _said(platform, papers.facts_of(tx, paper.kind, paper.paper_id))
        if payload is not None and paper.regime == platform.name:
            papers.queue(tx, paper.id, payload)
        elif error != paper.error:
            papers.again(tx, paper.id, 0, error or "")

    async def _take(self, platform: Platform, paper: Certification) -> None:
        """One call, or two where the first only names the paper."""
        try:
            found = await platform.step(paper)
            if isinstance(found, Named):
                paper = await self._engine.run(partial(_name, paper=paper, named=found), actor="clerk")
                found = await platform.step(paper)
        except NotReached as error:
            later = partial(self._later, platform=platform, paper=paper, error=error)
            await self._engine.run(later, actor="clerk")
            return
        if isinstance(found, Answered):
            await self._engine.run(partial(_end, paper=paper, said=found), actor="clerk")

    @staticmethod
    def _later(tx: Tx, platform: Platform, paper: Certification, error: NotReached) -> None:
        if error.left and not platform.repeatable:
            papers.lost(tx, paper.id, LOOK_THERE)
            return
        wait = min(FIRST_WAIT << min(paper.attempts, 16), LONGEST_WAIT)
        papers.again(tx, paper.id, tx.now + wait, str(error.params["why"]))


def _said(platform: Platform, facts: Facts) -> tuple[dict[str, object] | None, str | None]:
    """(payload, None), or (None, why it cannot be said there yet)."""
    try:
        return platform.payload(facts), None
    except Refused as error:
        return None, error.message.format(**error.params)


def _name(tx: Tx, paper: Certification, named: Named) -> Certification:
    papers.named(tx, paper.id, named.uid)
    found = papers.of_paper(tx, paper.kind, paper.paper_id)
    assert found is not None
    return found


def _end(tx: Tx, paper: Certification, said: Answered) -> None:
    papers.answered(tx, paper.id, said.accepted, {**said.answer, "reference": said.reference}, said.error)
