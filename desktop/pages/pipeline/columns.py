"""The columns of the board beside each other, scrolled sideways where there is no room for all."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from core.kernel.clock import Clock
from core.pipeline.rules import STAGES
from desktop.pages.pipeline.column import NARROWEST, Column
from desktop.pages.pipeline.presenter import CardText, PipelinePresenter

_GAP: Final = 8  # px


class Columns(QScrollArea):
    """``of``: the column of each stage. Several cards are selected in one of them at a time."""

    def __init__(self, words: PipelinePresenter, clock: Clock) -> None:
        super().__init__()
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        line = QHBoxLayout(inner)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(_GAP)
        self.of: dict[str, Column] = {}
        for stage in STAGES:
            column = self.of[stage] = Column(words, stage, clock.now)
            line.addWidget(column, 1)
        inner.setMinimumWidth(len(STAGES) * (NARROWEST + _GAP) - _GAP)
        self.setWidgetResizable(True)
        self.setWidget(inner)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._picking: Column | None = None

    @property
    def picked(self) -> tuple[CardText, ...]:
        """What is selected, all of one stage."""
        return () if self._picking is None else tuple(self._picking.view.picked_rows)

    def picks(self, column: Column) -> bool:
        """Whether what is selected in this one counts: where several are, else where the last one was."""
        if len(column.view.picked_rows) > 1 or column is self._picking or self._picking is None:
            self._picking = column
        return column is self._picking

    @property
    def most(self) -> int:
        """How many cards are read of the stage of which most are."""
        return max(len(column.model.rows) for column in self.of.values())

    def clear_picks(self) -> None:
        if self._picking is not None:
            self._picking.view.clear_picks()
            self._picking.view.setFocus()

    def row(self, lead_id: int) -> CardText | None:
        rows = (row for column in self.of.values() for row in column.model.rows)
        return next((row for row in rows if row.key == lead_id), None)

    def reveal(self, stage: str) -> None:
        """Bring a column into sight."""
        self.ensureWidgetVisible(self.of[stage], 0, 0)

    def beside(self, stage: str, step: int) -> CardText | None:
        """The keyboard to the next column that has cards. → the card it stands on there."""
        place = STAGES.index(stage) + step
        while 0 <= place < len(STAGES):
            column = self.of[STAGES[place]]
            if column.model.rows:
                column.view.setFocus()
                row = column.view.row or column.model.rows[0]
                column.view.select_key(row.key)
                self.ensureWidgetVisible(column, 0, 0)
                return row
            place += step
        return None
