"""Who may come in, also while somebody else tries, and while the password is being changed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from core.accounts import passwords
from core.accounts import service as accounts
from core.accounts.queries import Session
from core.accounts.rules import LOCK_AFTER, LOCK_MS
from core.accounts.second import SecondFactors
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.errors import Forbidden
from core.storage.engine import Engine
from core.storage.vault import FileVault
from tests.support.stores import bare_engine

OWNER = "awa@boutique.sn"
PASSWORD = "soleil de midi"


def log_in(engine: Engine, password: str = PASSWORD, code: str = "") -> tuple[str, Session]:
    factors = SecondFactors(engine, FileVault(engine.path.parent, "test", "a master key"))
    return accounts.login(engine, factors, OWNER, password, code)


def wrong(engine: Engine) -> None:
    with pytest.raises(Forbidden):
        log_in(engine, "lune de minuit")


def test_a_lock_ends_when_it_was_to_end_whatever_is_tried_meanwhile(tmp_path: Path) -> None:
    clock = ManualClock()
    with bare_engine(tmp_path, clock) as engine:
        accounts.save(engine, OWNER, PASSWORD, "owner")
        for _ in range(LOCK_AFTER):
            wrong(engine)
        clock.advance(LOCK_MS - MINUTE)
        for _ in range(LOCK_AFTER):
            wrong(engine)
        with pytest.raises(Forbidden):
            log_in(engine)
        clock.advance(MINUTE)
        assert log_in(engine)[1].role == "owner"


def test_a_password_taken_away_while_it_is_checked_opens_nothing(tmp_path: Path) -> None:
    with bare_engine(tmp_path) as engine:
        accounts.save(engine, OWNER, PASSWORD, "owner")

        def meanwhile(frame: FrameType, _: str, __: Any) -> None:
            if frame.f_code is passwords.verify.__code__:
                accounts.save(engine, OWNER, "etoile du matin", "owner")

        sys.settrace(meanwhile)
        try:
            with pytest.raises(Forbidden):
                log_in(engine)
        finally:
            sys.settrace(None)
        assert engine.read(lambda r: r.value("SELECT count(*) FROM access_token")) == 0
