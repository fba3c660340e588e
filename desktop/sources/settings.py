"""The settings page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

from core.adapters.psp import REGISTRY, provider_class
from core.backups.pieces import Stopped
from core.bootstrap import Shop, connecting, hooking, people
from core.kernel.errors import LivePayError
from core.kernel.phone import normalise
from core.payments.provider import Finding, Provider
from core.settings.setting import Setting
from core.storage import pictures as store
from core.usage import queries
from desktop import pictures
from desktop.bridge import Control
from desktop.pages.settings.presenter import LOGO, VERIFY_TOKEN, ProviderInfo, Reading, Saved
from desktop.pictures import Thumb
from desktop.sources.asking import asked

ACTOR: Final = "seller"


class ShopSettings:
    """Implements :class:`desktop.pages.settings.presenter.SettingsSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._last: tuple[str, str] | None = None

    @property
    def declared(self) -> Sequence[Setting]:
        return tuple(self._shop.settings.declared.values())

    def read(self) -> Reading:
        settings = self._shop.settings
        values = {key: settings.get(key) for key in settings.declared}
        url = self._shop.public_url()
        address = f"{url}/webhooks/whatsapp" if url else ""
        now, meter = self._shop.clock.now(), self._shop.meter
        month = self._shop.engine.read(lambda r: queries.usage(r, meter, now))
        return Reading(values, tuple(self._provider(adapter) for adapter in REGISTRY), address, month)

    def _provider(self, adapter: type[Provider]) -> ProviderInfo:
        shop, caps = self._shop, adapter.caps
        url = shop.public_url()
        pasted = caps.webhook_setup == "dashboard"
        return ProviderInfo(
            adapter.name,
            adapter.label,
            tuple(method.label for method in caps.methods_in(shop.card.country)),
            tuple(field.name for field in adapter.fields if field.required),
            shop.card.country in caps.countries and shop.card.currency in caps.currencies,
            pasted,
            f"{url}/webhooks/psp/{adapter.name}/{shop.slug}" if pasted and url else "",
            adapter.dashboard,
            hooking.offers(adapter),
        )

    # -- changing ----------------------------------------------------------------------------------------------

    def save(self, key: str, text: str) -> Saved:
        settings = self._shop.settings
        before = settings.secret(key) if settings.declaration(key).kind == "secret" else settings.get(key)
        saved = self._put(key, text)
        self._last = (key, before)
        return saved

    def undo(self) -> Saved | None:
        if self._last is None:
            return None
        (key, before), self._last = self._last, None
        return self._put(key, before)

    def _put(self, key: str, text: str) -> Saved:
        settings = self._shop.settings
        if settings.declaration(key).kind == "secret":
            settings.set_secret(key, text, ACTOR)
        elif key == "seller.notify_to" and text.strip():
            settings.set(key, normalise(text, self._shop.card.country), ACTOR)
        else:
            settings.set(key, text, ACTOR)
        return Saved(key, settings.get(key))

    def keep_logo(self, path: Path | None) -> Saved:
        if path is None:
            return self.save(LOGO, "")
        picture = pictures.prepare(path, pictures.LOGO_SIDE, transparent=True)
        return self.save(LOGO, store.keep(self._shop.media, picture))

    def logo(self, width: int, height: int) -> Thumb | None:
        path = store.find(self._shop.media, self._shop.settings.get(LOGO))
        return None if path is None else pictures.thumb(path, width, height)

    def new_verify_token(self) -> str:
        token = secrets.token_urlsafe(24)
        self.save(VERIFY_TOKEN, token)
        return token

    def verify_token(self) -> str:
        return self._shop.settings.secret(VERIFY_TOKEN)

    # -- testing -----------------------------------------------------------------------------------------------

    def test_whatsapp(self, control: Control) -> tuple[Finding, ...]:
        return self._asked(self._shop.check_whatsapp, control)

    def connect_whatsapp(self, control: Control) -> tuple[Finding, ...]:
        return self._asked(lambda: connecting.connect_whatsapp(self._shop), control)

    def test_provider(self, name: str, control: Control) -> tuple[Finding, ...]:
        adapter = provider_class(name)
        provider = adapter(self._shop.provider_config(adapter), self._shop.http)
        return self._asked(provider.selftest, control)

    def hook_provider(self, name: str, control: Control) -> tuple[Finding, ...]:
        return self._asked(lambda: hooking.hook(self._shop, name, ACTOR), control)

    def test_mail(self, control: Control) -> tuple[Finding, ...]:
        async def tried() -> Sequence[Finding]:
            return (await people.try_mail(self._shop),)

        return self._asked(tried, control)

    def test_backup(self, control: Control) -> tuple[Finding, ...]:
        shop = self._shop
        place = shop.backup_place()
        if place is None:
            return (Finding(False, "No place for backups is set up yet: choose a folder or a bucket above."),)
        try:
            kept = shop.keeper.save(place)
            proved = shop.keeper.rehearse(place)
        except Stopped:  # the program ends
            return ()
        except LivePayError as error:
            return (Finding(False, error.message, error.params),)
        seconds = f"{proved.rehearsal_ms / 1000:.1f}".replace(".", ",")
        return (
            Finding(True, "Everything until now is kept in {place}.", {"place": kept.place}),
            Finding(True, "Brought back on trial, the store was whole after {seconds} s.", {"seconds": seconds}),
            Finding(
                True,
                "Keep a copy of the recovery key elsewhere: without it no backup can be opened. It is in {path}.",
                {"path": shop.keeper.key_path},
            ),
        )

    def _asked(
        self, question: Callable[[], Coroutine[Any, Any, Sequence[Finding]]], control: Control
    ) -> tuple[Finding, ...]:
        return tuple(asked(self._shop, question, control) or ())
