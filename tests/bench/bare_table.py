"""The raw reference of ``board``: one changed row of a bare QTableView of 2 000 plain rows, in a window as large."""

from __future__ import annotations

import time

from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView

from tests.bench.figures import median
from tests.bench.processes import say

ROWS, COLUMNS = 2000, 7


def main() -> None:
    application = QApplication([])
    model = QStandardItemModel(ROWS, COLUMNS)
    for row in range(ROWS):
        for column in range(COLUMNS):
            model.setItem(row, column, QStandardItem(f"Robe Wax {row}"))
    table = QTableView()
    table.setModel(model)
    table.resize(900, 700)
    table.show()
    application.processEvents()
    times = []
    for n in range(200):
        start = time.perf_counter()
        for column in range(COLUMNS):
            model.item(n % 8, column).setText(f"Robe Wax {n}")
        application.processEvents()
        times.append((time.perf_counter() - start) * 1000)
    say({"ms": median(times)})


if __name__ == "__main__":
    main()
