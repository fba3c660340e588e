"""The raw references: what the machine itself can do, with plain unencrypted apsw in the same folder."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

import apsw

PAYLOAD: Final = b"x" * 600  # about one stored webhook item


class _Raw:
    """A plain database in the folder, for as long as the ``with`` lasts."""

    schema = ""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"raw-{type(self).__name__.lower()}.db"
        self._number = 0

    def __enter__(self) -> Self:
        self.connection = apsw.Connection(str(self._path))
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute(self.schema)
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        for name in (self._path.name, f"{self._path.name}-wal", f"{self._path.name}-shm"):
            self._path.with_name(name).unlink(missing_ok=True)

    def one(self, number: int) -> None:
        """One unit of the reference."""
        raise NotImplementedError

    def rate(self, seconds: float) -> float:
        """How many a second, measured now."""
        first, start = self._number, time.perf_counter()
        while (now := time.perf_counter()) - start < seconds or self._number == first:
            for _ in range(10):
                self._number += 1
                self.one(self._number)
        return (self._number - first) / (now - start)


class Inserts(_Raw):
    """I: single-row durable inserts, one row with a unique key per transaction."""

    schema = "CREATE TABLE t(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, payload BLOB NOT NULL)"

    def one(self, number: int) -> None:
        self.connection.execute("INSERT INTO t(key, payload) VALUES(?,?)", (f"wa:m:wamid.{number:020}", PAYLOAD))


class Sales(_Raw):
    """S: complete sales as hand-written SQL in four durable commits: hold, link, paid, ledger and invoice."""

    schema = """
CREATE TABLE product(id INTEGER PRIMARY KEY, on_hand INTEGER NOT NULL, held INTEGER NOT NULL,
  CHECK (held >= 0 AND held <= on_hand));
CREATE TABLE orders(id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, customer_id INTEGER NOT NULL,
  state TEXT NOT NULL, total INTEGER NOT NULL, expires_at INTEGER NOT NULL, paid_at INTEGER);
CREATE TABLE order_line(order_id INTEGER NOT NULL, product_id INTEGER NOT NULL, quantity INTEGER NOT NULL,
  unit_price INTEGER NOT NULL);
CREATE TABLE attempt(id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, order_id INTEGER NOT NULL,
  amount INTEGER NOT NULL, url TEXT, state TEXT NOT NULL);
CREATE TABLE payment(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, order_id INTEGER NOT NULL,
  amount INTEGER NOT NULL);
CREATE TABLE ledger(entry INTEGER NOT NULL, account TEXT NOT NULL, amount INTEGER NOT NULL);
CREATE TABLE invoice(number INTEGER PRIMARY KEY, order_id INTEGER NOT NULL UNIQUE, content TEXT NOT NULL);
INSERT INTO product VALUES(1, 1000000000, 0);
"""

    def one(self, number: int) -> None:
        run, n = self.connection.execute, number
        run("BEGIN IMMEDIATE")
        run("UPDATE product SET held = held + 1 WHERE id = 1 AND on_hand - held >= 1")
        run("INSERT INTO orders VALUES(?,?,?,'reserved',15000,?,NULL)", (n, f"LP-{n}", n, n + 600_000))
        run("INSERT INTO order_line VALUES(?,1,1,15000)", (n,))
        run("COMMIT")
        run("BEGIN IMMEDIATE")
        run("INSERT INTO attempt VALUES(?,?,?,15000,?,'open')", (n, f"LPREF{n}", n, f"https://pay.example/{n}"))
        run("COMMIT")
        run("BEGIN IMMEDIATE")
        run("INSERT INTO payment VALUES(?,?,?,15000)", (n, f"txn{n}", n))
        run("UPDATE attempt SET state = 'paid' WHERE id = ?", (n,))
        run("UPDATE orders SET state = 'paid', paid_at = ? WHERE id = ?", (n, n))
        run("UPDATE product SET held = held - 1, on_hand = on_hand - 1 WHERE id = 1")
        run("COMMIT")
        run("BEGIN IMMEDIATE")
        run("INSERT INTO ledger VALUES(?,'psp',15000)", (n,))
        run("INSERT INTO ledger VALUES(?,'sales',-15000)", (n,))
        run("INSERT INTO invoice VALUES(?,?,'{\"lines\":[]}')", (n, n))
        run("COMMIT")


class Titles(_Raw):
    """What a shop without an index of words does: ``LIKE '%word%'`` over every title."""

    schema = "CREATE TABLE t(id INTEGER PRIMARY KEY, title TEXT NOT NULL)"

    def __init__(self, folder: Path, titles: Sequence[str]) -> None:
        super().__init__(folder)
        self._titles = titles

    def __enter__(self) -> Self:
        super().__enter__()
        with self.connection:
            self.connection.executemany("INSERT INTO t(title) VALUES(?)", [(title,) for title in self._titles])
        return self

    def one(self, number: int) -> None:
        word = self._titles[number * 997 % len(self._titles)].split()[0]
        self.connection.execute("SELECT id FROM t WHERE title LIKE ?", (f"%{word}%",)).fetchall()


def widgets_import() -> float:
    """Seconds from the start of a process until PySide6's widgets are imported in it, and nothing else."""
    start = time.perf_counter()
    command = [sys.executable, "-c", "from PySide6 import QtWidgets; print(1)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        return time.perf_counter() - start
