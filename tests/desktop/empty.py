"""No conversation, no product, no setting: what the other pages find beside the sample's live."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.adapters.certified.handing import Handed
from core.catalogue.adjusting import Adjustment
from core.catalogue.service import ImportPlan
from core.catalogue.views import ProductView
from core.conversations.canned import Canned
from core.conversations.figures import ThreadsWanted
from core.conversations.resolving import Standing
from core.conversations.views import InboxCounts
from core.customers.merging import Preview
from core.customers.parting import Parting
from core.customers.views import CustomerView
from core.faq.views import Faq
from core.invoices import queries as paper_queries
from core.invoices.credits import Taken
from core.payments.provider import Finding
from core.payments.queries import Filter, PaymentRow
from core.privacy.views import Report
from core.settings.declarations import BASE
from core.settings.setting import Setting
from core.slots.rules import Weekly
from core.slots.service import Added
from core.storage.pictures import MediaFile
from core.templates.rules import Template
from core.voice.service import StoreText
from core.voice.trials import Trial
from desktop.bridge import Control
from desktop.lock import LockRule
from desktop.pages.catalogue import pairs_texts as together
from desktop.pages.catalogue.presenter import Counts, NewPhoto, Question, Stopped, TimeView
from desktop.pages.conversations.presenter import Inbox, Need, Thread
from desktop.pages.messages.beyondwords import Choice
from desktop.pages.messages.presenter import Listing
from desktop.pages.papers import presenter as papers
from desktop.pages.payments.presenter import Compared, Cursor, Detail, Overview
from desktop.pages.settings.accesswords import AccessReading
from desktop.pages.settings.presenter import Reading, Saved
from desktop.pictures import Thumb
from tests.desktop.emptypeople import EmptyPairs


class EmptyConversations:
    """Implements ConversationSource; nobody has written."""

    def inbox(self, need: Need, search: str, limit: int, behind: ThreadsWanted | None = None) -> Inbox:
        return Inbox((), InboxCounts(0, 0, 0))

    def thread(self, conversation_id: int, limit: int) -> Thread | None:
        return None

    def mark_read(self, conversation_id: int) -> bool:
        raise AssertionError("there is no conversation")

    def take_over(self, conversation_id: int) -> None:
        raise AssertionError("there is no conversation")

    def give_back(self, conversation_id: int) -> None:
        raise AssertionError("there is no conversation")

    def resolve(self, conversation_id: int) -> Standing | None:
        raise AssertionError("there is no conversation")

    def take_up_again(self, before: Standing) -> None:
        raise AssertionError("there is no conversation")

    def add_note(self, conversation_id: int, text: str) -> None:
        raise AssertionError("there is no conversation")

    def remove_note(self, note_id: int) -> None:
        raise AssertionError("there is no note")

    def canned(self) -> tuple[Canned, ...]:
        return ()

    def save_canned(self, shortcut: str, language: str, text: str) -> int:
        raise AssertionError("nothing is kept here")

    def remove_canned(self, canned_id: int) -> None:
        raise AssertionError("nothing is kept here")

    def send_text(self, conversation_id: int, text: str) -> None:
        raise AssertionError("there is no conversation")

    def send_file(self, conversation_id: int, path: Path, caption: str) -> None:
        raise AssertionError("there is no conversation")

    def send_link(self, conversation_id: int, order_id: int) -> None:
        raise AssertionError("there is no conversation")

    def set_consent(self, customer_id: int, given: bool) -> None:
        raise AssertionError("nobody is here")

    def set_notes(self, customer_id: int, text: str) -> None:
        raise AssertionError("there is no customer")

    def export_customer(self, customer_id: int, path: Path) -> None:
        raise AssertionError("there is no customer")

    def restrict(self, customer_id: int, wanted: bool) -> None: ...

    def allow(self, customer_id: int) -> None:
        raise AssertionError("there is no customer")

    def similar(self, customer_id: int, search: str) -> list[CustomerView]:
        return []

    def preview_merge(self, kept: int, absorbed: int) -> Preview:
        raise AssertionError("there is no customer")

    def merge(self, kept: int, absorbed: int) -> int:
        raise AssertionError("there is no customer")

    def preview_parting(self, merge_id: int) -> Parting:
        raise AssertionError("there is no customer")

    def part(self, merge_id: int) -> None:
        raise AssertionError("there is no customer")

    def erase_customer(self, customer_id: int) -> Report:
        raise AssertionError("there is no customer")

    def thumb(self, name: str, width: int, height: int) -> Thumb | None:
        return None

    def thumb_of(self, path: Path, width: int, height: int) -> Thumb | None:
        return None

    def picture(self, name: str) -> bytes | None:
        return None

    def file(self, name: str) -> Path | None:
        return None


class EmptyCatalogue:
    """Implements CatalogueSource; nothing can be changed in it."""

    pairs: together.PairsSource = EmptyPairs()

    def ids(self, question: Question) -> tuple[int, ...]:
        return ()

    def products(self, ids: Sequence[int]) -> list[ProductView]:
        return []

    def counts(self) -> Counts:
        return Counts()

    def categories(self) -> tuple[str, ...]:
        return ()

    def taken(self, sku: str, keyword: str, other_than: int | None) -> frozenset[str]:
        return frozenset()

    def add(self, values: dict[str, str], photo: NewPhoto | None) -> int:
        raise AssertionError("nothing is added here")

    def change(self, product: ProductView, values: dict[str, str], photo: NewPhoto | None) -> None:
        raise AssertionError("there is nothing to change")

    def times(self, product_id: int) -> Sequence[TimeView]:
        return ()

    def sells_times(self) -> bool:
        return False

    def add_times(self, product_id: int, habit: Weekly) -> Added:
        raise AssertionError("there is no product")

    def close_time(self, slot_id: int) -> None:
        raise AssertionError("there is no time")

    def move_stock(self, product_id: int, step: int) -> None:
        raise AssertionError("there is no stock")

    def set_active(self, product_id: int, active: bool) -> None:
        raise AssertionError("there is no product")

    def adjust(self, product_id: int, wanted: Adjustment) -> tuple[ProductView, ProductView] | None:
        raise AssertionError("there is no product")

    def revert(self, before: ProductView, after: ProductView) -> None:
        raise AssertionError("there is no product")

    def export(self, path: Path, titles: Sequence[str], question: Question, control: Control) -> int | None:
        return 0

    def set_photo(self, product_id: int, photo: MediaFile) -> None: ...

    def prepare(self, source: Path | bytes) -> MediaFile:
        raise AssertionError("there is no photo")

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None:
        return None

    def thumb_of(self, prepared: MediaFile, width: int, height: int) -> Thumb | None:
        return None

    def plan(self, path: Path, control: Control) -> ImportPlan:
        raise AssertionError("nothing is imported here")

    def carry_out(self, planned: ImportPlan, atomic: bool, control: Control) -> Stopped | None:
        raise AssertionError("nothing is imported here")

    def save_sample(self, path: Path) -> None:
        raise AssertionError("nothing is saved here")


class EmptyLock:
    """Implements LockSource: nobody has an account."""

    def rule(self) -> LockRule:
        return LockRule(0, ())

    def unlock(self, email: str, password: str, code: str) -> bool:
        raise AssertionError("nobody can unlock here")


class EmptyAccess:
    """Implements what the access section reads: nobody has an account."""

    def read(self) -> AccessReading:
        return AccessReading(None, (), False, True, (), None)


class EmptySettings:
    """Implements SettingsSource: everything as declared, nothing to be changed."""

    @property
    def declared(self) -> Sequence[Setting]:
        return BASE

    def read(self) -> Reading:
        return Reading({setting.key: setting.default for setting in BASE}, (), "")

    def save(self, key: str, text: str) -> Saved:
        raise AssertionError("nothing is saved here")

    def undo(self) -> Saved | None:
        return None

    def keep_logo(self, path: Path | None) -> Saved:
        raise AssertionError("nothing is saved here")

    def logo(self, width: int, height: int) -> Thumb | None:
        return None

    def new_verify_token(self) -> str:
        raise AssertionError("nothing is saved here")

    def verify_token(self) -> str:
        return ""

    def test_whatsapp(self, control: Control) -> tuple[Finding, ...]:
        return ()

    def connect_whatsapp(self, control: Control) -> tuple[Finding, ...]:
        return ()

    def test_provider(self, name: str, control: Control) -> tuple[Finding, ...]:
        return ()

    def hook_provider(self, name: str, control: Control) -> tuple[Finding, ...]:
        return ()

    def test_mail(self, control: Control) -> tuple[Finding, ...]:
        return ()

    def test_backup(self, control: Control) -> tuple[Finding, ...]:
        return ()


class EmptyPayments:
    """Implements PaymentsSource; no money has come."""

    def overview(self) -> Overview:
        return Overview()

    def page(self, wanted: Filter, after: Cursor | None, limit: int) -> list[PaymentRow]:
        return []

    def detail(self, payment_id: int) -> Detail:
        raise AssertionError("there is no payment")

    def refund(self, payment_id: int, amount: int, restock: bool) -> None:
        raise AssertionError("there is no payment")

    def act(self, refund_id: int, act: str) -> None:
        raise AssertionError("there is no refund")

    def ask(self, attempt_id: int) -> None:
        raise AssertionError("there is no payment")

    def deal_with(self, attempt_id: int) -> None:
        raise AssertionError("there is no payment")

    def settle(self, difference_id: int, choice: str) -> None:
        raise AssertionError("there is no difference")

    def look_again(self, attempt_id: int) -> Compared:
        raise AssertionError("there is no payment")

    def compare(self, control: Control, days: int) -> Compared | None:
        return None

    def compare_statement(self, path: Path, provider: str) -> Compared:
        raise AssertionError("there is no statement")

    def export(self, path: Path, wanted: Filter, control: Control) -> int:
        return 0


class EmptyPapers:
    """Implements PapersSource; nothing was issued."""

    def overview(self) -> papers.Overview:
        return papers.Overview()

    def page(
        self, wanted: paper_queries.Filter, after: papers.Cursor | None, limit: int
    ) -> list[paper_queries.PaperRow]:
        return []

    def pdf(self, kind: str, paper_id: int) -> Path:
        raise AssertionError("there is no paper")

    def save(self, kind: str, paper_id: int, path: Path) -> None:
        raise AssertionError("there is no paper")

    def send(self, kind: str, paper_id: int) -> None:
        raise AssertionError("there is no paper")

    def link(self, kind: str, paper_id: int) -> str:
        raise AssertionError("there is no paper")

    def creditable(self, invoice_id: int) -> papers.Creditable:
        raise AssertionError("there is no invoice")

    def credit(self, invoice_id: int, amount: int | None, taken: Sequence[Taken], reason: str) -> str:
        raise AssertionError("there is no invoice")

    def declared(self, kind: str, paper_id: int) -> papers.Declared:
        raise AssertionError("there is no paper")

    def retry(self, kind: str, paper_id: int) -> None:
        raise AssertionError("there is no paper")

    def export(self, path: Path, wanted: paper_queries.Filter, control: Control) -> int:
        return 0

    def bundle(self, path: Path, wanted: paper_queries.Filter, control: Control) -> int | None:
        return 0

    def payloads(self, folder: Path) -> Handed:
        raise AssertionError("no declaration waits")


class EmptyTemplates:
    """WhatsApp's templates, none yet."""

    def every(self) -> tuple[Template, ...]:
        return ()

    def choices(self, conversation_id: int) -> tuple[Choice, ...]:
        return ()


class EmptyMessages:
    """Implements MessagesSource; there is no text."""

    segment = "live_seller"

    def read(self, segment: str, language: str) -> Listing:
        return Listing(segment, language)

    def save(self, text: StoreText, words: str | None) -> StoreText:
        raise AssertionError("there is no text")

    def compare(self, text: StoreText, words: str) -> None:
        raise AssertionError("there is no text")

    def end(self, trial: Trial, apply: str) -> None:
        raise AssertionError("there is no text")

    def questions(self) -> tuple[Faq, ...]:
        return ()

    def keep_question(self, number: int | None, language: str, question: str, answer: str) -> int:
        raise AssertionError("there is no question")

    def remove_question(self, number: int) -> None:
        raise AssertionError("there is no question")
