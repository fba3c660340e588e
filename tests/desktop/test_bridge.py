"""Changes reach the window at once, then in batches; verbs run elsewhere and report on the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.orders.events import OrderExpired
from desktop.bridge import BATCH_MS, Branch, Bridge, Control
from desktop.texts import Texts
from desktop.widgets.notices import Notice


@dataclass(frozen=True)
class Changed:
    subject: int
    area: str = "orders"


@pytest.fixture
def bridge(t: Texts) -> Iterator[Bridge]:
    made = Bridge(t)
    yield made
    made.close()


def test_events_of_the_shop_are_changes(bridge: Bridge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bridge.changed) as told:
        bridge.post([OrderExpired(7, 1)])
    assert [(change.area, change.subject) for change in told.args[0]] == [("orders", 7)]


def test_the_first_change_of_a_quiet_moment_is_delivered_without_waiting(bridge: Bridge, qtbot: QtBot) -> None:
    got: list[list[Changed]] = []
    bridge.changed.connect(got.append)
    bridge.post([Changed(1)])
    assert [[change.subject for change in batch] for batch in got] == [[1]]
    assert not bridge._timer.isActive()


def test_what_follows_is_delivered_together_and_in_order(
    bridge: Bridge, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("desktop.bridge.time.monotonic", lambda: now[0])
    got: list[list[Changed]] = []
    bridge.changed.connect(got.append)
    bridge.post([Changed(1)])
    for number in range(2, 50):
        bridge.post([Changed(number)])
    assert [len(batch) for batch in got] == [1]
    assert bridge._timer.isActive()
    assert bridge._timer.interval() <= BATCH_MS
    now[0] += 0.034
    bridge._timer.timeout.emit()
    assert [[change.subject for change in batch] for batch in got] == [[1], list(range(2, 50))]


def test_changes_posted_from_many_threads_all_arrive_on_the_windows_thread(bridge: Bridge, qtbot: QtBot) -> None:
    got: list[int] = []
    threads: set[bool] = set()

    def take(batch: list[Changed]) -> None:
        threads.add(QThread.currentThread() is bridge.thread())
        got.extend(change.subject for change in batch)

    bridge.changed.connect(take)
    with ThreadPoolExecutor(8) as pool:
        for number in range(400):
            pool.submit(bridge.post, [Changed(number)])
    qtbot.waitUntil(lambda: len(got) == 400)
    assert sorted(got) == list(range(400))
    assert threads == {True}


def test_a_verb_runs_on_another_thread_and_reports_on_the_windows(bridge: Bridge, qtbot: QtBot) -> None:
    seen: list[object] = []
    here = threading.get_ident()
    bridge.run(threading.get_ident, done=lambda there: seen.extend((there, threading.get_ident())))
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen[0] != here
    assert seen[1] == here
    assert not bridge.busy


def test_a_verb_may_answer_with_a_future(bridge: Bridge, qtbot: QtBot) -> None:
    answer: Future[str] = Future()
    seen: list[str] = []
    bridge.run(lambda: answer, done=seen.append)
    answer.set_result("done")
    qtbot.waitUntil(lambda: seen == ["done"])


def test_a_refusal_is_said_in_the_sellers_language(bridge: Bridge, qtbot: QtBot) -> None:
    def refuse() -> None:
        raise Refused("No live is running.")

    with qtbot.waitSignal(bridge.notice) as told:
        bridge.run(refuse)
    assert told.args == [Notice(explain(Refused("No live is running."), "fr"), "danger")]


@pytest.mark.expect_log("window task broken failed")
def test_a_mistake_of_ours_is_said_as_such_and_logged(bridge: Bridge, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bridge.notice) as told:
        bridge.run(lambda: 1 // 0, name="broken")
    assert told.args[0].role == "danger"
    assert "journal" in told.args[0].text


def test_a_caller_may_take_the_error_over(bridge: Bridge, qtbot: QtBot) -> None:
    taken: list[Exception] = []
    notices: list[Notice] = []
    bridge.notice.connect(notices.append)
    bridge.run(lambda: 1 // 0, failed=taken.append)
    qtbot.waitUntil(lambda: len(taken) == 1)
    assert notices == []


def test_long_work_tells_how_far_it_is_and_stops_when_asked(bridge: Bridge, qtbot: QtBot) -> None:
    far: list[tuple[int, int]] = []
    ended = threading.Event()

    def work(control: Control) -> str:
        control.report(1, 3)
        while not control.stopped:
            pass
        ended.set()
        return "half"

    done: list[str] = []
    task = bridge.run_long(work, done=done.append, progress=lambda n, of: far.append((n, of)))
    qtbot.waitUntil(lambda: far == [(1, 3)])
    task.cancel()
    qtbot.waitUntil(lambda: ended.is_set() and not bridge.busy)
    assert done == []


def test_nothing_is_called_back_for_an_owner_that_is_gone(bridge: Bridge, qtbot: QtBot) -> None:
    owner = QObject()
    go = threading.Event()
    called: list[object] = []
    bridge.run(lambda: go.wait(5), owner=owner, done=called.append)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    go.set()
    qtbot.waitUntil(lambda: not bridge.busy)
    assert called == []


def test_what_fails_after_its_dialog_was_closed_is_said_all_the_same(bridge: Bridge, qtbot: QtBot) -> None:
    owner = QObject()
    go = threading.Event()
    called: list[object] = []

    def refuse() -> None:
        go.wait(30)
        raise Refused("No live is running.")

    bridge.run(refuse, owner=owner, failed=called.append)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    with qtbot.waitSignal(bridge.notice, timeout=30_000) as told:
        go.set()
    assert told.args == [Notice(explain(Refused("No live is running."), "fr"), "danger")]
    assert called == []


def test_a_branch_keeps_its_changes_to_itself_and_works_with_its_trunk(bridge: Bridge, qtbot: QtBot) -> None:
    branch = Branch(bridge)
    here: list[object] = []
    there: list[object] = []
    bridge.changed.connect(here.append)
    branch.changed.connect(there.append)
    branch.post([Changed(1)])
    assert (len(here), len(there)) == (0, 1)
    done: list[int] = []
    branch.run(lambda: 7, done=done.append)
    assert bridge.busy
    assert branch.busy
    qtbot.waitUntil(lambda: done == [7])
    with qtbot.waitSignal(bridge.notice):
        branch.run(lambda: (_ for _ in ()).throw(Refused("No live is running.")))
    branch.leave()
    branch.post([Changed(2)])
    assert len(there) == 1
    bridge.close()
    Branch(bridge).post([Changed(3)])


def test_a_closed_bridge_delivers_nothing_more(t: Texts, qapp: QApplication) -> None:
    closed = Bridge(t)
    got: list[object] = []
    closed.changed.connect(got.append)
    closed.close()
    closed.post([Changed(1)])
    qapp.processEvents()
    assert got == []
