"""What can be done with several prospects at once: another stage, and back."""

from __future__ import annotations

from functools import partial

from core.pipeline.rules import STAGES
from desktop.pages.bulk import UNCHANGED, Act, Offer, Rows
from desktop.pages.many import Many
from desktop.pages.page import Page
from desktop.pages.pipeline.presenter import CardText, PipelinePresenter
from desktop.pages.pipeline.source import PipelineSource


class ManyProspects(Many):
    """``offer`` it cards of one stage."""

    def __init__(self, page: Page, source: PipelineSource, words: PipelinePresenter) -> None:
        t = words.t
        self._source, self._words = source, words
        offers = (Offer("move", t("Move to…"), "arrow-right", self._ask_stage),)
        super().__init__(page, page.mount.bridge, t, offers, lambda row: row.who)

    def _ask_stage(self, rows: Rows) -> None:
        stages = self._words.stages()
        here = rows[0].card.view.lead.stage
        entries = [(stages[stage][0], partial(self.move, rows, stage)) for stage in STAGES if stage != here]
        self.choose(entries, "move")

    def move(self, rows: Rows, stage: str) -> None:
        """Ask, then move all of them."""
        t, source, word = self.t, self._source, self._words.stages()[stage][0]

        def work(row: CardText) -> object:
            was = row.card.view.lead.stage
            if was == stage:
                return UNCHANGED
            source.move(row.key, stage)
            return was

        def told(n: int) -> str:
            return t.plural("{n} prospect moved to “{stage}”", "{n} prospects moved to “{stage}”", n, stage=word)

        act = Act("move prospects", work, told, lambda row, was: source.move(row.key, was))
        n = len(rows)
        title = t.plural("Move {n} prospect to “{stage}”?", "Move {n} prospects to “{stage}”?", n, stage=word)
        self.confirm(title, t("It can be taken back with Ctrl+Z."), t("Move"), act, rows)
