"""The pause between two tries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.tunnels.news import TunnelNews
from core.tunnels.rules import CAP, FLOOR, TunnelState, pause


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_pause_is_never_none_and_never_for_ever(failures: int, chance: float) -> None:
    assert FLOOR <= pause(failures, chance) <= FLOOR + CAP


def test_the_time_it_is_drawn_from_doubles() -> None:
    assert [pause(n, 1.0) - FLOOR for n in (1, 2, 3, 4, 5, 6, 7)] == [2, 4, 8, 16, 32, 60, 60]
    assert pause(3, 0.5) - FLOOR == 4


def test_news_reach_who_listens_once_and_no_longer_than_wanted() -> None:
    news, told = TunnelNews(), []
    end = news.listen(lambda: told.append(news.state.phase))
    news.report(TunnelState("ssh", "opening"))
    news.report(TunnelState("ssh", "opening"))
    news.report(TunnelState("ssh", "open"))
    end()
    news.report(TunnelState())
    assert told == ["opening", "open"]
    woken: list[bool] = []
    end = news.keep(woken.append)
    news.retry()
    news.settings_changed()
    end()
    news.retry()
    assert woken == [True, False]
