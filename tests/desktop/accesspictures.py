"""Renders the access section off-screen over a real store: ``python -m tests.desktop.accesspictures [FOLDER]``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyotp

from core.accounts import service as accounts
from core.accounts import staff
from core.bootstrap import Shop
from core.kernel.clock import DAY, HOUR, ManualClock
from core.kernel.errors import Forbidden
from desktop.app import Desktop, application
from desktop.pages.settings.access import AccessSection
from desktop.pages.settings.page import SettingsPage
from desktop.theme import Choice, theme
from desktop.widgets.dialog import Dialog
from tests.desktop.pictures import close, settle, shoot
from tests.desktop.realshop import make_shop, window_over
from tests.desktop.sample import NOW

PASSWORD = "soleil de midi"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Mobile Safari"
PEOPLE = (
    ("awa@teranga.sn", "Awa Diop", "owner"),
    ("moussa@teranga.sn", "Moussa Kaba", "manager"),
    ("caisse@teranga.sn", "Khady Sarr", "cashier"),
    ("aide@livepay.example", "", "support"),
    ("ancienne.vendeuse@teranga.sn", "Rokia Bah", "cashier"),
)


def staffed(folder: Path) -> Shop:
    """A shop with everybody in it, one of them switched off, one locked, support looking on."""
    clock = ManualClock(NOW - 5 * DAY)
    shop = make_shop(folder, clock)
    for email, name, role in PEOPLE:
        staff.add(shop.engine, email, PASSWORD, role, "console", name=name)
    app = pyotp.TOTP(shop.factors.offer(2, "x").secret)
    shop.factors.confirm(2, app.at(clock.now() // 1000), "console")
    shop.engine.call(lambda tx: staff.disable(tx, 5))
    clock.advance(5 * DAY - HOUR)
    for door, address in ((FIREFOX, "127.0.0.1"), (PHONE, "41.82.14.7")):
        accounts.login(shop.engine, shop.factors, "awa@teranga.sn", PASSWORD, address=address, door=door)
    accounts.login(shop.engine, shop.factors, "caisse@teranga.sn", PASSWORD, address="41.82.14.9", door=PHONE)
    clock.advance(HOUR)
    for _ in range(5):
        try:
            accounts.login(shop.engine, shop.factors, "caisse@teranga.sn", "lune de minuit", address="45.1.2.3")
        except Forbidden:
            continue
    shop.engine.call(lambda tx: staff.lend(tx, 4, tx.now + 4 * HOUR, ("amounts", "messages")))
    return shop


def opened(shop: Shop, size: tuple[int, int], email: str = "") -> tuple[Desktop, AccessSection]:
    """The window at the section, as ``email`` sees it (without: as nobody)."""
    desktop = window_over(shop)
    desktop.shell.resize(*size)
    desktop.start()
    settle(desktop, lambda: desktop.shell.page("live") is not None, 10)
    context = desktop._context
    assert context is not None
    if email:
        context.lock.unlock(email, PASSWORD, "")
    desktop.shell.go("settings")
    page = desktop.shell.page("settings")
    assert isinstance(page, SettingsPage)
    page.open("access")
    view = page.views["access"]
    assert isinstance(view, AccessSection)
    settle(desktop, lambda: view.reading is not None, 5)
    desktop.shell.read_status()
    settle(desktop)
    return desktop, view


def sections(home: Path, folder: Path, choice: Choice) -> None:
    for size in ((1440, 900), (1280, 720)):
        desktop, view = opened(staffed(home / str(size[0])), size, "awa@teranga.sn")
        bar = view.verticalScrollBar()
        for place, name in ((0, ""), (bar.maximum() // 2, "-middle"), (bar.maximum(), "-end")):
            bar.setValue(place)
            settle(desktop, seconds=0.1)
            shoot(desktop.shell, folder, f"access-{choice}-{size[0]}{name}")
        if size < (1440, 900):
            dialogs(desktop, view, folder, choice)
        close(desktop)
    for name, email in (("cashier", "caisse@teranga.sn"), ("nobody", "")):
        desktop, _ = opened(staffed(home / name), (1280, 720), email)
        shoot(desktop.shell, folder, f"access-{choice}-{name}")
        close(desktop)


def dialogs(desktop: Desktop, view: AccessSection, folder: Path, choice: Choice) -> None:
    reading = view.reading
    assert reading is not None
    person = reading.people[2]

    def take(name: str) -> Dialog:
        settle(desktop)
        dialog = [d for d in desktop.shell.findChildren(Dialog) if d.isVisible()][-1]
        shoot(dialog, folder, f"access-{choice}-{name}")
        return dialog

    view.add_asked.emit()
    added = take("add")
    added.email.edit.setText("fatou@teranga.sn")  # type: ignore[attr-defined]
    added.password.edit.setText("fatou")  # type: ignore[attr-defined]
    added.add()  # type: ignore[attr-defined]
    take("add-wrong").close()
    for verb in ("role", "password", "sessions", "disable"):
        view.verb_asked.emit(verb, person)
        take(verb).close()
    view.lend_asked.emit(reading.people[3])
    take("lend").close()
    view.set_up_asked.emit()
    take("second").close()
    page = desktop.shell.page("settings")
    assert isinstance(page, SettingsPage)
    codes = tuple(f"k7q{n}-mwc{9 - n}-4hxt" for n in range(10))
    page.access.show_codes(codes)
    take("codes").close()
    page.access.new_codes()
    take("prove").close()
    menu = view._open_menu(view.people_rows.rows[2], person)
    settle(desktop, seconds=0.1)
    shoot(menu, folder, f"access-{choice}-menu")
    menu.close()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    theme().install(application(), "light")
    choices: tuple[Choice, ...] = ("light", "dark")
    for choice in choices:
        theme().choose(choice)
        with tempfile.TemporaryDirectory() as home:
            sections(Path(home), folder, choice)
        with tempfile.TemporaryDirectory() as home:
            desktop, _ = opened(make_shop(Path(home)), (1280, 720))
            shoot(desktop.shell, folder, f"access-{choice}-empty")
            close(desktop)
    print(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="livepay-access-")))
