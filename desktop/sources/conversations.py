"""The conversations' source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from msgspec.structs import replace

from core.bootstrap import Shop
from core.conversations import canned, escalation, figures, manual, media, notes, queries, resolving, threads
from core.conversations.figures import ThreadsWanted
from core.conversations.reading import safe_filename
from core.conversations.resolving import Standing
from core.conversations.views import CustomerCard
from core.customers import allowing, consent, merges, merging, parting, restricting
from core.customers import service as customers
from core.customers.explaining import MANY
from core.customers.merging import Preview
from core.customers.parting import Parting
from core.customers.views import CustomerView
from core.kernel.errors import EnvironmentProblem
from core.kernel.reasons import reason
from core.orders.standing import first_in, preferred_provider, unpaid_lately
from core.privacy import service as privacy
from core.privacy.views import Report
from core.quotes import listing as quotes
from core.storage import pictures as store
from core.storage.connection import Reader
from desktop import pictures
from desktop.pages.conversations.presenter import Inbox, Need, Thread
from desktop.pictures import Thumb

ACTOR: Final = "seller"
WHERE: Final = "window"
PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif"})


class ShopConversations:
    """Implements :class:`desktop.pages.conversations.presenter.ConversationSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine
        self._behind: tuple[ThreadsWanted, dict[int, int]] | None = None

    # -- reading -----------------------------------------------------------------------------------------------

    def inbox(self, need: Need, search: str, limit: int, behind: ThreadsWanted | None = None) -> Inbox:
        found = self._threads(behind)

        def read(reader: Reader) -> Inbox:
            rows = queries.inbox(reader, need=need, search=search, limit=limit + 1, among=found)
            return Inbox(tuple(rows[:limit]), queries.counts(reader), len(rows) > limit)

        inbox = self._engine.read(read)
        times = None if found is None else (sum(found.values()), len(found))
        return replace(inbox, connected=self._shop.channel() is not None, behind=times)

    def _threads(self, behind: ThreadsWanted | None) -> dict[int, int] | None:
        """Those behind a figure, measured once: what is written meanwhile changes neither it nor the list."""
        if behind is None:
            return None
        kept = self._behind
        if kept is None or kept[0] != behind:
            kept = self._behind = behind, self._engine.read(lambda r: figures.threads(r, behind))
        return kept[1]

    def thread(self, conversation_id: int, limit: int) -> Thread | None:
        def read(reader: Reader) -> Thread | None:
            row = queries.thread(reader, conversation_id)
            if row is None:
                return None
            messages = queries.messages(reader, conversation_id, limit=limit + 1)
            found = canned.matching(canned.every(reader), "", row.language)
            return Thread(
                row,
                tuple(messages[-limit:]),
                tuple(queries.marks(reader, row.customer_id)),
                self._card(reader, row.customer_id),
                tuple(queries.orders_of(reader, row.customer_id)),
                preferred_provider(reader, row.customer_id),
                len(messages) > limit,
                self._case(reader, conversation_id) if row.need != "bot" else None,
                tuple(notes.of(reader, conversation_id)),
                tuple(replace(one, text=canned.filled(one.text, row.name, self._shop.name)) for one in found),
                (quotes.latest_draft(reader, row.customer_id) or (0, ""))[1],
            )

        return self._engine.read(read)

    def _card(self, reader: Reader, customer_id: int) -> CustomerCard | None:
        """With what the record alone does not tell."""
        card = queries.card(reader, customer_id)
        if card is None:
            return None
        now = self._shop.clock.now()
        return replace(
            card,
            many=unpaid_lately(reader, customer_id, now) >= MANY,
            first_in=first_in(reader, customer_id),
            limited=self._shop.orders.limits.standing(reader, customer_id, now),
            pays_first=restricting.restricted(reader, customer_id),
            merged=next(iter(merges.standing(reader, customer_id)), None),
            minutes=self._shop.orders.holds.minutes_of(reader, customer_id),
        )

    def _case(self, reader: Reader, conversation_id: int) -> escalation.Case:
        return escalation.case(reader, self._shop.lexicon, conversation_id, self._shop.clock.now())

    # -- who speaks --------------------------------------------------------------------------------------------

    def mark_read(self, conversation_id: int) -> bool:
        return self._engine.call(lambda tx: threads.mark_read(tx, conversation_id), actor=ACTOR)

    def take_over(self, conversation_id: int) -> None:
        self._engine.call(lambda tx: threads.take_over(tx, conversation_id, WHERE), actor=ACTOR)

    def give_back(self, conversation_id: int) -> None:
        self._engine.call(lambda tx: threads.give_back(tx, conversation_id), actor=ACTOR)

    def resolve(self, conversation_id: int) -> Standing | None:
        return self._engine.call(lambda tx: resolving.resolve(tx, conversation_id), actor=ACTOR)

    def take_up_again(self, before: Standing) -> None:
        self._engine.call(lambda tx: resolving.take_up_again(tx, before), actor=ACTOR)

    # -- for the shop's own people -----------------------------------------------------------------------------

    def add_note(self, conversation_id: int, text: str) -> None:
        self._engine.call(lambda tx: notes.add(tx, conversation_id, text), actor=ACTOR)

    def remove_note(self, note_id: int) -> None:
        self._engine.call(lambda tx: notes.remove(tx, note_id), actor=ACTOR)

    def canned(self) -> tuple[canned.Canned, ...]:
        return tuple(self._engine.read(canned.every))

    def save_canned(self, shortcut: str, language: str, text: str) -> int:
        return self._engine.call(lambda tx: canned.save(tx, shortcut, language, text), actor=ACTOR)

    def remove_canned(self, canned_id: int) -> None:
        self._engine.call(lambda tx: canned.remove(tx, canned_id), actor=ACTOR)

    # -- writing -----------------------------------------------------------------------------------------------

    def send_text(self, conversation_id: int, text: str) -> None:
        self._engine.call(lambda tx: manual.send_text(tx, conversation_id, text, WHERE), actor=ACTOR)

    def send_link(self, conversation_id: int, order_id: int) -> None:
        talk = self._shop.talk
        self._engine.call(lambda tx: manual.send_link_to(tx, talk, conversation_id, order_id, WHERE), actor=ACTOR)

    def send_file(self, conversation_id: int, path: Path, caption: str) -> None:
        picture = path.suffix.lower() in PICTURES
        file = media.checked(_read(path), "image" if picture else "document")
        name = media.keep(self._shop.media, file)
        # WhatsApp goes by the ending: it says what the file is now, not what it was on the seller's disk.
        shown = f"{safe_filename(path.stem) or 'photo'}{file.suffix}"
        try:
            self._engine.call(
                lambda tx: manual.send_file(tx, conversation_id, name, shown, caption, WHERE), actor=ACTOR
            )
        except BaseException:
            (self._shop.media / name).unlink(missing_ok=True)
            raise

    def set_notes(self, customer_id: int, text: str) -> None:
        self._engine.call(lambda tx: customers.set_notes(tx, customer_id, text), actor=ACTOR)

    def set_consent(self, customer_id: int, given: bool) -> None:
        self._engine.call(lambda tx: consent.say(tx, customer_id, given, "seller"), actor=ACTOR)

    def allow(self, customer_id: int) -> None:
        self._engine.call(lambda tx: allowing.allow(tx, customer_id), actor=ACTOR)

    def restrict(self, customer_id: int, wanted: bool) -> None:
        self._engine.call(lambda tx: restricting.restrict(tx, customer_id, wanted=wanted), actor=ACTOR)

    def similar(self, customer_id: int, search: str) -> list[CustomerView]:
        return self._engine.read(lambda r: merging.similar(r, customer_id, search))

    def preview_merge(self, kept: int, absorbed: int) -> Preview:
        return self._engine.read(lambda r: merging.preview(r, kept, absorbed))

    def merge(self, kept: int, absorbed: int) -> int:
        return self._engine.call(lambda tx: merging.merge(tx, kept, absorbed), actor=ACTOR)

    def preview_parting(self, merge_id: int) -> Parting:
        return self._engine.read(lambda r: parting.preview(r, merge_id))

    def part(self, merge_id: int) -> None:
        self._engine.call(lambda tx: parting.part(tx, merge_id), actor=ACTOR)

    def export_customer(self, customer_id: int, path: Path) -> None:
        from core.privacy import dossier  # zip: loaded when the first is made
        from core.storage.archive import in_place

        found = dossier.ask(self._engine, customer_id, self._shop.card.currency, ACTOR)
        with in_place(path) as file:
            dossier.write(found, self._shop.media, file)

    def erase_customer(self, customer_id: int) -> Report:
        return privacy.erase(self._engine, self._shop.orders, self._shop.media, customer_id, ACTOR)

    # -- files -------------------------------------------------------------------------------------------------

    def thumb(self, name: str, width: int, height: int) -> Thumb | None:
        path = store.find(self._shop.media, name)
        return None if path is None else pictures.thumb(path, width, height)

    def thumb_of(self, path: Path, width: int, height: int) -> Thumb | None:
        return pictures.thumb(path, width, height)

    def picture(self, name: str) -> bytes | None:
        path = store.find(self._shop.media, name)
        return None if path is None else _read(path)

    def file(self, name: str) -> Path | None:
        return store.find(self._shop.media, name)


def _read(path: Path) -> bytes:
    """The file, no more of it than may be kept: one byte more is enough to be refused."""
    try:
        with path.open("rb") as file:
            return file.read(media.LIMIT + 1)
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be read ({detail}).", path=path.name, detail=reason(error)
        ) from None
