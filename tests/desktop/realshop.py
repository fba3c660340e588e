"""A real shop on disk behind the window: nothing of it is replaced but the server, which the window does not need."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from core.bootstrap import Shop, create_store, open_shop
from core.catalogue import service
from core.catalogue.rules import ProductFields
from core.catalogue.stock import hold
from core.kernel.clock import Clock, ManualClock
from core.storage.folder import Home
from desktop.app import Desktop, InMemory
from desktop.sources.context import ShopContext
from tests.desktop.sample import NOW

GOODS = (
    ("ROBE1", "Robe wax bleue", "Robes", 15_000, 10, 3),
    ("ROBE2", "Robe wax dorée", "Robes", 18_500, 6, 0),
    ("SAC2", "Sac à main en cuir", "Sacs", 22_000, 8, 1),
    ("SAC3", "Pochette de soirée", "Sacs", 9_500, 5, 5),
    ("BOUBOU4", "Grand boubou brodé", "Boubous", 35_000, 4, 0),
    ("BOUBOU5", "Boubou enfant", "Boubous", 12_000, 7, 0),
    ("PAGNE6", "Pagne Vlisco 6 yards", "Tissus", 42_000, 12, 2),
    ("SANDALE7", "Sandales cuir tressé", "Chaussures", 8_000, 15, 0),
    ("COLLIER8", "Collier de perles", "Bijoux", 5_000, 20, 0),
    ("MONTRE9", "Montre dorée femme", "Bijoux", 17_500, 1, 0),
    ("CREME10", "Crème au karité 250 ml", "Beauté", 3_500, 30, 4),
    ("FOULARD11", "Foulard en soie", "Accessoires", 6_500, 0, 0),
)


class NoServer:
    """The window over a shop without its server."""

    def start(self) -> str:
        return ""

    def stop(self) -> None:
        pass


def make_shop(folder: Path, clock: Clock | None = None, name: str = "Boutique Téranga", country: str = "SN") -> Shop:
    """A new store in an empty folder, opened."""
    home = Home(folder)
    card = create_store(home, name, country)
    return open_shop(home, card.slug, clock or ManualClock(NOW))


def window_over(shop: Shop) -> Desktop:
    """A window that will show this shop once it is started."""
    return Desktop(lambda: ShopContext(shop, NoServer()), InMemory({"sound": "off"}))


def close_windows(desktops: Iterable[Desktop]) -> None:
    """Take windows down, and what they leave for later too."""
    for desktop in desktops:
        desktop.stop()
        desktop.shell.close()
        desktop.shell.deleteLater()
        desktop.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def stock_up(shop: Shop, goods: Iterable[tuple[str, str, str, int, int, int]] = GOODS) -> list[int]:
    """Put products in: keyword, title, category, price, on hand, of these held. → their ids."""
    made = []
    for keyword, title, category, price, on_hand, held in goods:
        fields = ProductFields(keyword, keyword, title, "", category, price, on_hand, None)
        product_id = shop.engine.call(lambda tx, fields=fields: service.add(tx, fields))  # type: ignore[misc]
        if held:
            shop.engine.call(lambda tx, i=product_id, n=held: hold(tx, i, n))  # type: ignore[misc]
        made.append(product_id)
    return made


def picture_file(path: Path, colour: str = "#C5B358", size: tuple[int, int] = (900, 700)) -> Path:
    """A photo on disk."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", size, "#F4F5F8")
    draw = ImageDraw.Draw(picture)
    width, height = size
    draw.polygon(
        [
            (width * 0.4, height * 0.15),
            (width * 0.6, height * 0.15),
            (width * 0.75, height * 0.9),
            (width * 0.25, height * 0.9),
        ],
        fill=colour,
    )
    draw.ellipse((width * 0.44, height * 0.08, width * 0.56, height * 0.22), fill="#1F2733")
    out = io.BytesIO()
    picture.save(out, "JPEG")
    path.write_bytes(out.getvalue())
    return path


def type_text(widget: QWidget, text: str) -> None:
    """Letters as a keyboard sends them; QTest's own way aborts the program at the first accent."""
    for letter in text:
        event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter)
        QApplication.sendEvent(widget, event)


def many_lines(count: int, wrong: int = 0) -> str:
    """A product list of ``count`` good lines and ``wrong`` bad ones."""
    lines = ["Référence;Désignation;Catégorie;Prix;Stock"]
    lines += [f"REF{n};Article numéro {n} en coton;Rayon {n % 12};{1000 + n % 900};{n % 40}" for n in range(count)]
    lines += [f"BAD{n};Article sans prix;Rayon;;3" for n in range(wrong)]
    return "\n".join(lines) + "\n"
