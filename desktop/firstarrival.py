"""Beside the making of a first store: one that comes from another computer, and those that left this one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.kernel.errors import EnvironmentProblem
from core.storage.folder import Home, Standing, StoreCard
from desktop.bridge import Bridge
from desktop.texts import Texts
from desktop.widgets.buttons import Button

if TYPE_CHECKING:
    from desktop.stores.keeping import Keeping


class FirstArrival:
    """``button`` is for the foot of the window, ``gone`` for its sheet (hidden where no store left). ``came`` with the
    store that is here now, and whether it came from another computer."""

    def __init__(
        self, window: QWidget, home: Home, t: Texts, bridge: Bridge, came: Callable[[StoreCard, bool], object]
    ) -> None:
        self._window, self._home, self._t, self._bridge, self._came = window, home, t, bridge, came
        self.button = Button(t("I have a moving file"), icon="hard-drive")
        self.button.clicked.connect(self.bring)
        self.gone = QWidget()
        column = QVBoxLayout(self.gone)
        column.setContentsMargins(0, 0, 0, 0)
        left: list[Standing] = []
        with suppress(EnvironmentProblem):  # said when the store is made
            left = [one for one in home.survey() if one.moved is not None and one.card is not None]
        self.links = [Button(t("{store} was moved. Where is it?", store=one.name), "link") for one in left]
        for link, one in zip(self.links, left, strict=True):
            link.clicked.connect(partial(self.take_back, one))
            column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        self.gone.setVisible(bool(left))

    def bring(self) -> None:
        """The first store comes from another computer."""
        from desktop.stores.arriving import ArriveStore

        ArriveStore(self._window, self._t, self._keeping(), self._bridge, lambda card: self._came(card, True)).present()

    def take_back(self, left: Standing) -> None:
        """Where a store went, and whether it may live here again."""
        from desktop.stores.comingback import TakeBack

        def taken() -> None:
            self._came(self._home.card(left.slug), False)

        TakeBack(self._window, self._t, left.slug, left.name, self._keeping(), self._bridge, taken).present()

    def _keeping(self) -> Keeping:
        from desktop.sources.stores import HomeKeeping  # the first start pays for it when it is asked for

        return HomeKeeping(self._home)
