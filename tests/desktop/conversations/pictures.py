"""Renders the conversations off-screen: ``python -m tests.desktop.conversations.pictures [FOLDER]``."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QFontDatabase

from core.storage.engine import Tx
from desktop.app import Desktop, InMemory, application
from desktop.pages.conversations.bubbles import Bubble
from desktop.pages.conversations.page import ConversationsPage
from desktop.theme import Choice, theme
from desktop.widgets.dialog import Dialog
from localserver.sandbox.graph_acts import screenshot
from tests.desktop.conversations.conftest import chat
from tests.desktop.conversations.store import KeptContext, Store, fill, open_store

SIZES = ((1440, 900), (1280, 720), (1040, 720))


def settle(desktop: Desktop, seconds: float = 0.7) -> None:
    app = application()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()


def shoot(
    store: Store,
    name: str,
    folder: Path,
    choice: Choice,
    sizes: Sequence[tuple[int, int]] = SIZES,
    act: Callable[[ConversationsPage], Any] | None = None,
    who: str | None = None,
) -> None:
    for size in sizes:
        context = KeptContext(store.shop)
        desktop = Desktop(lambda context=context: context, InMemory({"sound": "off"}))  # type: ignore[misc]
        desktop.shell.resize(*size)
        desktop.start()
        settle(desktop, 0.3)
        desktop.shell.go("conversations", store.conversation(who) if who else None)
        settle(desktop)
        page = desktop.shell.page("conversations")
        assert isinstance(page, ConversationsPage)
        if act:
            act(page)
            settle(desktop, 0.5)
        over = [one for one in desktop.shell.findChildren(Dialog) if one.isVisible()]
        for one in over:  # off-screen, dialogs are windows of their own
            one.grab().save(str(folder / f"inbox-{name}-dialog-{choice}.png"))
        desktop.shell.grab().save(str(folder / f"inbox-{name}-{choice}-{size[0]}.png"))
        desktop.stop()
        desktop.shell.close()
        desktop.shell.deleteLater()
        settle(desktop, 0.05)


def conversations(folder: Path, choice: Choice) -> None:
    with tempfile.TemporaryDirectory() as home, open_store(Path(home)) as store:
        shoot(store, "empty", folder, choice, SIZES[1:2])
        fill(store)
        shoot(store, "escalated", folder, choice)
        shoot(store, "card", folder, choice, SIZES[2:], lambda page: page.toggle_card())
        shoot(store, "photo", folder, choice, SIZES[1:2], who="Moussa Kane")
        _taken(store)
        shoot(store, "taken", folder, choice, who="Adjoa Mensah", act=_compose)
        _aside(store)
        shoot(store, "note", folder, choice, SIZES[1:], who="Adjoa Mensah", act=_write_note)
        shoot(store, "ready", folder, choice, SIZES[1:2], who="Adjoa Mensah", act=_slash)
        shoot(
            store, "answers", folder, choice, SIZES[1:2], who="Adjoa Mensah", act=lambda page: page.aside.keep_canned()
        )
        _failed(store)
        shoot(store, "failed", folder, choice, SIZES[1:2], who="Adjoa Mensah")
        store.clock.advance(24 * 3_600_000)
        shoot(store, "closed", folder, choice, SIZES[:2], who="Adjoa Mensah")


def dialogs(folder: Path, choice: Choice) -> None:
    """What opens over the page, and the ways back down."""
    with tempfile.TemporaryDirectory() as home, open_store(Path(home)) as store:
        fill(store)
        chat(store, "Adjoa Mensah", 30)
        path = Path(home) / "Robe bleue.jpg"
        path.write_bytes(screenshot())
        shoot(store, "file", folder, choice, SIZES[1:2], who="Adjoa Mensah", act=lambda page: page.attach(path))
        shoot(store, "product", folder, choice, SIZES[1:2], who="Adjoa Mensah", act=lambda page: page.choose_product())
        shoot(store, "jump", folder, choice, SIZES[1:2], who="Adjoa Mensah", act=_scroll_up)
        shoot(store, "enlarged", folder, choice, SIZES[1:2], who="Moussa Kane", act=_enlarge)


def _scroll_up(page: ConversationsPage) -> None:
    page.middle.messages.verticalScrollBar().setValue(300)


def _enlarge(page: ConversationsPage) -> None:
    bubbles = [item for item in page.middle.messages.items if isinstance(item, Bubble)]
    page.open_attachment(next(one.attachment for one in bubbles if one.attachment is not None))


def _taken(store: Store) -> None:
    from core.conversations import manual

    conversation_id = store.conversation("Adjoa Mensah")

    def say(text: str) -> None:
        store.shop.engine.call(lambda tx: manual.send_text(tx, conversation_id, text, "window"), actor="seller")

    say("Bonsoir Adjoa ! Oui, il en reste un en noir.")
    store.leave("Adjoa Mensah")
    store.write("Adjoa Mensah", "super, je prends BAZIN3 aussi")
    store.shop.engine.call(lambda tx: tx.run("UPDATE conversation SET unread = 0"))
    from core.orders.service import Wanted

    customer = store.customer("Adjoa Mensah")
    product = store.value("SELECT id FROM product WHERE sku = 'BAZIN3'")
    store.clock.advance(60_000)
    store.shop.engine.call(lambda tx: store.shop.orders.claim(tx, customer, [Wanted(product)], "whatsapp"))
    order_id = store.order("Adjoa Mensah")
    store.shop.engine.call(lambda tx: manual.send_link(tx, store.shop.talk, order_id), actor="seller")
    store.leave("Adjoa Mensah", "delivered")
    store.clock.advance(90_000)
    say("Je peux l’envoyer demain matin à Thiès.")


def _aside(store: Store) -> None:
    """Notes beside the thread, and answers kept ready."""
    from core.conversations import canned, notes

    conversation_id = store.conversation("Adjoa Mensah")

    def keep(tx: Tx) -> None:
        notes.add(tx, conversation_id, "Négocie toujours un peu : ne pas descendre sous 20 000 F. Préfère le samedi.")
        for word, text in READY:
            canned.save(tx, word, "fr", text)

    store.shop.engine.call(keep, actor="seller")


READY = (
    ("merci", "Merci {name}, à bientôt chez {shop} !"),
    ("livraison", "Nous livrons à Dakar le jour même, à Thiès et Mbour le samedi."),
    ("horaires", "La boutique est ouverte du lundi au samedi, de 9 h à 20 h."),
    ("attente", "Je vérifie et je reviens vers toi dans quelques minutes, {name}."),
)


def _write_note(page: ConversationsPage) -> None:
    page.aside.write_note()
    page.middle.composer.insert("À rappeler demain pour la taille.")


def _slash(page: ConversationsPage) -> None:
    page.middle.composer.set_text("")
    page.aside.offer_canned()


def _compose(page: ConversationsPage) -> None:
    page.enter()
    page.middle.composer.insert("Le sac noir est à 22 000 F, je le mets de côté ?")


def _failed(store: Store) -> None:
    store.leave("Adjoa Mensah", "failed", 131026, "Message undeliverable")
    from core.conversations import manual

    conversation_id = store.conversation("Adjoa Mensah")
    store.shop.engine.call(lambda tx: manual.send_text(tx, conversation_id, "Vous m’entendez ?", "window"))
    store.leave("Adjoa Mensah", "unknown", None, "timeout")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    app = application()
    emoji = os.environ.get("EMOJI_FONT")  # where the system has none
    if emoji:
        QFontDatabase.addApplicationFont(emoji)
    theme().install(app, "light")
    wanted: tuple[Choice, ...] = ("light", "dark")
    for choice in wanted:
        theme().choose(choice)
        conversations(folder, choice)
        dialogs(folder, choice)
    print(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-pictures-")))
