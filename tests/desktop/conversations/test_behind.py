"""The conversations behind a figure of the analyses: just these, and how often each counts."""

from __future__ import annotations

from core.conversations import figures
from desktop.pages.conversations.page import ConversationsPage
from desktop.subjects import ThreadsWanted
from tests.desktop.conversations.conftest import OpenInbox, narrow
from tests.desktop.conversations.store import Store, fill
from tests.desktop.test_languages import speak


def test_the_conversations_behind_an_answer_time_are_listed_and_the_limit_comes_off(
    store: Store, open_inbox: OpenInbox
) -> None:
    fill(store)
    window = open_inbox()
    now = store.shop.clock.now()
    times = store.shop.engine.read(lambda r: r.all("SELECT at FROM message WHERE author = 'customer' ORDER BY at"))
    since = times[len(times) // 2][0]  # so that some wrote only before it
    wanted = ThreadsWanted("bot", since, now + 1)
    measured = store.shop.engine.read(lambda r: figures.threads(r, wanted))
    found = store.shop.engine.read(lambda r: figures.figures(r, wanted.since, wanted.until))
    page = window.page
    everybody = page.people.model.rowCount()
    assert 0 < len(measured) < everybody
    page.show_subject(wanted)
    window.calm()
    listed = {page.people.model.row(n).conversation_id for n in range(page.people.model.rowCount())}
    assert listed == set(measured)
    assert page.feed.current in listed
    said = narrow(page.people.bar.chip.text())
    assert said.startswith("Analyses : réponses du bot, ")
    assert said.endswith(f"{found.bot_answers.count} fois dans {len(measured)} conversations")
    speak(window.desktop, window.qtbot, "en")
    again = window.desktop.shell.page("conversations")
    assert isinstance(again, ConversationsPage)
    window.qtbot.waitUntil(lambda: again.people.model.rowCount() == len(measured))
    assert again.people.bar.chip.text().startswith("Analyses: answered by the bot, ")
    again.people.bar.chip.click()
    window.qtbot.waitUntil(lambda: again.people.model.rowCount() == everybody)
    assert not again.people.bar.isVisible()
