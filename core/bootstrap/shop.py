"""One open store: every area bound to the events it reacts to, and what goes on by itself."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from core.accounts.second import SecondFactors
from core.adapters.certified.clerk import Clerk
from core.adapters.certified.office import Office
from core.adapters.declared import declared_settings
from core.adapters.http import Http
from core.adapters.places import place_of
from core.adapters.press import Press
from core.adapters.psp import REGISTRY, provider_class
from core.adapters.whatsapp import WhatsApp
from core.assistant.service import TURN
from core.backups.keeper import Keeper
from core.backups.places import Place as BackupPlace
from core.bootstrap import connecting, people, quoting, stepping, takeover
from core.bootstrap.chat import chat_switches, learn_number
from core.bootstrap.copying import charge_of
from core.bootstrap.phrasing import Phrasing, budget_of, prices_of
from core.bootstrap.preparing import preparer_of
from core.bootstrap.reactions import bind
from core.bootstrap.returning import RESTORED, Returning
from core.catalogue.events import CatalogueImported, ProductSaved
from core.catalogue.lexicon import Lexicon
from core.conversations import pieces
from core.conversations.asked import Opening
from core.conversations.events import MessageQueued, PhotoUnfit
from core.conversations.handovers import RESUME
from core.conversations.media import MediaFetcher
from core.conversations.notices import Notices
from core.conversations.paying import Till
from core.conversations.receiving import Receiver, lanes_of_live
from core.conversations.sender import Sender
from core.conversations.talk import Talk
from core.conversations.templatedesk import TemplateDesk
from core.durable import inbox, letters, outbox
from core.durable.deadlines import Scheduler
from core.durable.inbox import InboxWorker
from core.durable.workers import always, at_last
from core.fraud.service import FORGET, Watch, limits
from core.invoices.desk import PaperDesk
from core.kernel import hours
from core.kernel.clock import Clock
from core.kernel.countries import Country, country
from core.kernel.events import Event
from core.kernel.hours import Hours
from core.orders.holds import HOLD, REMIND, Holds
from core.orders.limits import Limits
from core.orders.service import Orders
from core.paylinks.links import Links
from core.payments import ahead, refunds
from core.payments import service as payments
from core.payments.desk import PaymentDesk, Place
from core.payments.offer import Offer
from core.payments.provider import Finding, Provider, ProviderConfig
from core.payments.refunding import Refunds
from core.privacy import service as privacy
from core.reconciliation.run import Reconciler
from core.relay import aside
from core.relay.state import LineState
from core.segments.rules import segment_of
from core.settings.declarations import ANSWERS
from core.settings.service import Settings
from core.settings.setting import names_in
from core.storage.engine import Engine, Tx
from core.storage.folder import StoreCard
from core.storage.migrations import migrate
from core.storage.vault import Vault, derive
from core.tunnels.news import TunnelNews
from core.tunnels.rules import ADDRESS, KIND, OFF
from core.understanding.engine import warm
from core.usage.meter import Meter
from core.voice.manner import Voice

log = logging.getLogger(__name__)


class Shop:
    """One open store. Its verbs are the areas' services; doors run them through ``engine`` and read through it."""

    templates: TemplateDesk
    _indexing: threading.Thread | None
    tunnel: TunnelNews

    def __init__(
        self, folder: Path, card: StoreCard, vault: Vault, clock: Clock, lock: FileLock, *, vfs: str | None
    ) -> None:
        self.folder = folder
        self.card = card
        self.vault = vault
        self.clock = clock
        self._lock = lock
        self.country: Country = country(card.country)
        key = vault.database_key()
        migrate(folder / "store.db", key, vfs=vfs)
        self.engine = Engine(folder / "store.db", key, clock, vfs=vfs)
        self.settings = Settings(self.engine, vault, declared_settings(card.country, card.segment))
        self.links = Links(derive(key, "pay links"), card.id)
        self.quote_links = Links(derive(key, "quote links"), card.id, "quote link")
        self.marks = Links(derive(key, "paper marks"), card.id, "paper mark")
        self.relay_seed, self.line = derive(key, "relay keys"), LineState()
        self.overlay_key = derive(key, "overlay address", 16).hex()
        self.http = Http(clock)
        self.lexicon = Lexicon()
        number, switch = self.settings.number, self.settings.switch
        holds = Holds(partial(number, "orders.hold_minutes"), partial(switch, "orders.remind"))
        limits_of_one = Limits(partial(number, "orders.max_per_client"), partial(number, "orders.min_score"))
        self.orders = Orders(holds, self.country.zone, partial(segment_of, self.settings), limits_of_one)
        self.clerk = Clerk(self.engine, Office(self.settings, card.country, lambda: self.http))
        self.watch = Watch(partial(number, "orders.review_score"), partial(limits, number), derive(key, "fraud marks"))
        self.refunds = Refunds(self.orders, card.currency, self.can_refund)
        self.local_url, self._indexing = "", None
        self._adapters: tuple[int, dict[str, Provider]] = (-1, {})
        self._channel: tuple[int, WhatsApp | None] = (-1, None)
        place, most = Place(self.page_url, self.notify_url), partial(number, "limits.order")
        offer = Offer(self.providers, card.currency, card.country, most)
        self.desk = PaymentDesk(self.engine, self.adapter, offer, place)
        self.reconciler = Reconciler(self.engine, self.desk, card.currency, self.country.zone, self.adapter)
        self.returning, self.preparer = Returning(self.engine, folder, self.reconciler, self.orders), preparer_of(self)
        zone, told = self.country.zone, self.settings.get
        till = Till(self.orders, self.links.token, self.page_url, self.reachable, offer.choices, card.currency, zone)
        self.voice = Voice(self.engine, lambda: told("store.segment"), lambda: chat_switches(self))
        awake, tongue = partial(switch, ANSWERS), lambda: self.voice.tongue(told("store.language"))
        opening = Opening(lambda: told("hours.open") or told("store.hours"), self.opening_hours)
        self.talk = Talk(self.lexicon, tongue, opening, till, lambda: switch("upsell.enabled") and awake(), awake)
        self.meter = Meter(zone, lambda: budget_of(self.settings), lambda: prices_of(self.settings))
        self.phrasing = Phrasing(self.engine, self.settings, self.talk, self.lexicon, self.meter)
        self.notices = Notices(
            self.talk,
            lambda: self.settings.get("seller.notify_to"),
            card.country,
            lambda: self.settings.switch("invoices.send") or self.orders.segment().generate_invoice,
        )
        mark = f"lp{card.id[:8]}"
        self.receiver = Receiver(self.talk, card.country, mark)
        self.papers = PaperDesk(
            self.settings,
            lambda: self.name,
            self.country,
            card.currency,
            self.media,
            self.check_url,
            lambda nonce: quoting.quote_url(self, nonce) if self.reachable() else "",
        )
        self.press = Press(self.engine, self.papers.shared, card.slug)
        self.sender = Sender(self.engine, self.channel, folder / "media", mark, self.press.content)
        self.sender.may_advertise = self.meter.may_advertise
        self.fetcher = MediaFetcher(self.engine, self.channel, folder / "media")
        self.inbox = InboxWorker(
            self.engine,
            {"whatsapp": self.receiver.on_item, "psp": payments.apply_event, "foreign": lambda tx, payload: None},
            lanes_of_live,
        )
        timed = {HOLD: self.orders.expire, payments.POLL: payments.poll_due, refunds.REFUND: refunds.due}
        timed |= {REMIND: holds.remind, FORGET: self.watch.forget, RESTORED: self.returning.due}
        self.pausing = takeover.pausing_of(self)
        timed |= {TURN: self.phrasing.assistant.late, RESUME: self.pausing.due, pieces.PIECES: self.talk.pieces_due}
        self.scheduler = Scheduler(
            self.engine, timed | quoting.TIMED | stepping.TIMED | {ahead.AHEAD: self.preparer.due}
        )
        self.factors = SecondFactors(self.engine, vault)
        self.keeper = Keeper(charge_of(self), clock)
        self.postman = people.postman(self)
        bind(self)
        self._load_lexicon()

    # -- names -------------------------------------------------------------------------------------------------

    @property
    def slug(self) -> str:
        return self.card.slug

    @property
    def name(self) -> str:
        """What buyers see."""
        return self.settings.get("store.name") or self.card.name

    @property
    def media(self) -> Path:
        return self.folder / "media"

    def opening_hours(self) -> Hours | None:
        """When the shop is open; None while that is not set. What is written for buyers tells it too, where it can be
        counted with."""
        return hours.understood(self.settings.get("store.hours") or self.settings.get("hours.open"))

    @cached_property
    def hooking(self) -> asyncio.Lock:
        """One at a time sets endpoints at providers."""
        return asyncio.Lock()

    def address(self) -> str:
        """The public address: its tunnel's where it has one, else the one that was typed; empty without."""
        return self.settings.get("public_url" if self.settings.get(KIND) == OFF else ADDRESS)

    def public_url(self) -> str:
        """Where the world reaches this store; without a public address, where this computer does."""
        return self.address() or self.local_url

    def reachable(self) -> bool:
        """Whether a buyer could open a link: a public address, or a WhatsApp that lives on this computer too."""
        if self.address():
            return True
        return urlsplit(self.settings.get("whatsapp.base_url")).hostname in ("127.0.0.1", "localhost", "::1")

    def page_url(self, token: str) -> str:
        """The pay page of a link."""
        return f"{self.public_url()}/p/{token}"

    def notify_url(self, provider: str, token: str) -> str:
        """Where a provider reports on one attempt; in short for one that limits the length of addresses."""
        url = f"{self.public_url()}/webhooks/psp/{provider}/{self.slug}/{token}"
        if len(url) > provider_class(provider).caps.url_max_len:
            return f"{self.public_url()}/n/{self.slug}/{token}"
        return url

    def check_url(self, nonce: bytes) -> str:
        """Where the QR code of a paper leads; empty where nobody could open it."""
        return f"{self.public_url()}/v/{self.marks.token(nonce)}" if self.reachable() else ""

    def secret_names(self) -> list[str]:
        """The vault's names of everything secret that has a value: what a backup must bring back."""
        return [*self.settings.secrets_set(), *self.factors.names()]

    def backup_place(self) -> BackupPlace | None:
        """Where backups go; None while that is not set up."""
        return place_of(self.settings)

    # -- the outside -------------------------------------------------------------------------------------------

    def adapter(self, name: str) -> Provider | None:
        """A payment provider, enabled or not, built anew when a setting changed; None for a name nobody has."""
        version = self.settings.version
        if self._adapters[0] != version:
            self._adapters = (version, {})
        built = self._adapters[1]
        for p in REGISTRY:
            if p.name == name and name not in built:
                built[name] = p(self.provider_config(p), self.http)
        return built.get(name)

    def providers(self) -> Sequence[Provider]:
        """The enabled payment providers, in the seller's order; those it does not name follow."""
        enabled = (self.adapter(p.name) for p in REGISTRY if self.settings.switch(f"psp.{p.name}.enabled"))
        first = names_in(self.settings.get("payments.order"))
        found = [p for p in enabled if p is not None]
        return sorted(found, key=lambda p: first.index(p.name) if p.name in first else len(first))

    def provider_config(self, adapter: type[Provider]) -> ProviderConfig:
        """The account as set up, enabled or not."""
        section = f"psp.{adapter.name}"
        values = {
            f.name: self.settings.secret(f"{section}.{f.name}")
            if f.secret
            else self.settings.get(f"{section}.{f.name}")
            for f in adapter.fields
        }
        base_url = self.settings.get(f"{section}.base_url")
        lowest, highest = (self.settings.number(f"{section}.{name}") for name in ("min_amount", "max_amount"))
        return ProviderConfig(base_url, self.card.country, self.card.currency, values, lowest, highest)

    def can_refund(self, name: str, whole: bool) -> bool:
        """Whether this provider can be asked to give a payment back, the whole or (``whole`` False) a part of it."""
        provider = self.adapter(name)
        if provider is None or provider.caps.refund == "none" or (provider.caps.refund == "full" and not whole):
            return False
        return provider.configured()

    def require_signature(self, provider: Provider) -> None:
        """A signed webhook was seen: unsigned ones are refused from now on (learned, never downgraded)."""
        if provider.after_signature is not None:
            field, value = provider.after_signature
            key = f"psp.{provider.name}.{field}"
            if self.settings.get(key) != value:
                self.settings.set(key, value, "webhook")

    def channel(self) -> WhatsApp | None:
        """The WhatsApp number, None while it is not set up."""
        version = self.settings.version
        if self._channel[0] != version:
            self._channel = (version, self._make_channel())
        return self._channel[1]

    def _make_channel(self) -> WhatsApp | None:
        get = self.settings.get
        token, number = self.settings.secret("whatsapp.access_token"), get("whatsapp.phone_number_id")
        if not token or not number:
            return None
        return WhatsApp(
            base_url=get("whatsapp.base_url"),
            api_version=get("whatsapp.api_version"),
            phone_number_id=number,
            waba_id=get("whatsapp.waba_id"),
            access_token=token,
            http=self.http,
        )

    async def check_whatsapp(self) -> Sequence[Finding]:
        """What works and what does not about the WhatsApp number; never raises."""
        channel = self.channel()
        if channel is None:
            return (Finding(False, "WhatsApp is not set up: enter the phone number ID and the access token."),)
        url = self.public_url()
        found = await channel.health(f"{url}/webhooks/whatsapp" if url else None)
        return await learn_number(self, [*found, *await connecting.more_of_whatsapp(self)])

    # -- wiring ------------------------------------------------------------------------------------------------

    def after_commit(self, events: Sequence[Event]) -> None:
        """What follows from what was just stored, outside of its transaction; on the writer thread."""
        for event in events:
            if isinstance(event, MessageQueued):
                self.sender.nudge()
                break
        for event in events:
            if isinstance(event, ProductSaved):
                self._load_lexicon(event.product_id)
            elif isinstance(event, PhotoUnfit):
                self.sender.photos.unfit(event.photo)
            elif isinstance(event, CatalogueImported):
                self._indexing = threading.Thread(target=self._index, name=f"index-{self.slug}", daemon=True)
                self._indexing.start()

    def _index(self) -> None:
        """The whole catalogue anew, beside the sales that go on."""
        self._load_lexicon()
        self.lexicon.warm()

    def _load_lexicon(self, product_id: int | None = None) -> None:
        where, parameters = ("WHERE id = ?", (product_id,)) if product_id else ("", ())
        with self.engine.reader() as reader:
            rows = reader.all(
                f"SELECT id, sku, keyword, title, category, description, active FROM product {where}",  # noqa: S608
                parameters,
            )
        for row in rows:
            if row[6]:
                self.lexicon.replace(*row[:6])
            else:
                self.lexicon.remove(row[0])

    # -- living ------------------------------------------------------------------------------------------------

    async def work(self) -> None:
        """What goes on by itself: inbox, deadlines, sending, fetching files, asking providers. Runs until cancelled."""
        await at_last(self.engine, self._recover, "start")
        self.returning.begun()
        await asyncio.to_thread(privacy.finish, self.engine, self.media)
        await asyncio.to_thread(self.lexicon.warm)
        await asyncio.to_thread(warm)
        async with asyncio.TaskGroup() as group:
            # Who is told of what the others decide listens first: a provider to ask about must not be missed.
            told = (self.desk, self.returning, self.sender, self.fetcher, self.phrasing.desk, self.templates)
            parts = (*told, self.preparer, self.inbox, self.scheduler, self.clerk, self.keeper, self.postman)
            for part in parts:
                group.create_task(always(part))

    def _recover(self, tx: Tx) -> None:
        """What a stop in the middle, or a restore, left behind."""
        self.returning.begin(tx)
        for outbox_id in outbox.interrupted(tx):
            log.warning("Message %d was being sent when the program stopped: its end is unknown", outbox_id)
        payments.resume(tx)
        refunds.resume(tx)
        letters.interrupted(tx)
        self.pausing.recover(tx)
        inbox.forget_old(tx)
        aside.forget_old(tx)

    async def close_network(self) -> None:
        """Give back connections; call on the loop that used them."""
        await self.phrasing.close()
        await self.http.close()

    def close(self) -> None:
        """Finish what is being written, close the database, let the store go. Idempotent."""
        self.press.close()
        self.engine.close()  # first: until its writer has ended, an import's commit may still start the indexing
        if self._indexing is not None:
            self._indexing.join()
        with suppress(OSError):
            self._lock.release()
