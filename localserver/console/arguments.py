"""The command line as data: every command, its arguments and the function that carries it out.

Commands are named, not imported: reading the arguments must not cost the window its start.
"""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from core.accounts.rules import ROLES, SCOPES
from core.kernel.i18n import LANGUAGES
from core.quotes.rules import STATES
from localserver.console import plays, prospects, relaying, templating, tunnelling
from localserver.console.parser import Parser, in_the_terminals_language, shown
from localserver.console.terminal import tr


def _whole(low: int, high: int) -> Callable[[str], int]:
    """The type of a whole number within bounds, whose refusal names them."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise ArgumentTypeError(
                tr("“{given}” is not a whole number from {low} to {high}", given=shown(text), low=low, high=high)
            )
        return value

    return read


_COUNT: Final = _whole(1, 1_000_000)
_ID: Final = _whole(1, 2**63 - 1)
_YEAR: Final = _whole(1970, 9998)
_PORT: Final = _whole(0, 65535)


def _head(text: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != 32:
        raise ArgumentTypeError(
            tr("“{given}” is not a hash of 64 characters from 0 to 9 and a to f", given=shown(text))
        )
    return value


def build_parser() -> ArgumentParser:
    """``command`` (module.function), or ``door`` (one of main's: desktop, demo, pictures…) is set on the result."""
    shared = Parser(add_help=False, argument_default=SUPPRESS)
    shared.add_argument("--home", type=Path, help="folder of the stores (or LIVEPAY_HOME)")
    shared.add_argument("--json", action="store_true", help="machine-readable result on stdout")
    parser = Parser(prog="livepay", description="LivePay: live sales on WhatsApp.", parents=[shared])
    parser.set_defaults(door="desktop", command=None)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(group: Any, name: str, about: str, command: str | None = None, door: str = "console") -> ArgumentParser:
        made: ArgumentParser = group.add_parser(name, help=about, description=about, parents=[shared])
        made.set_defaults(door=door, command=command)
        return made

    plays.commands(verbs, add, _whole)
    serve = add(verbs, "serve", "the store without a window", "serving.run")
    serve.add_argument("store")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this computer only)")
    serve.add_argument("--port", type=_PORT, default=8787, help="port to listen on (8787; 0: any free one)")
    serve.add_argument("--sandbox", action="store_true", help="with a simulated WhatsApp and payment provider")
    _stores(add(verbs, "store", "create and set up stores").add_subparsers(required=True, metavar="ACTION"), add)
    _products(add(verbs, "products", "the catalogue").add_subparsers(required=True, metavar="ACTION"), add)
    _slots(add(verbs, "slots", "free times of services").add_subparsers(required=True, metavar="ACTION"), add)
    _payments(add(verbs, "payments", "money that came in").add_subparsers(required=True, metavar="ACTION"), add)
    usage = add(verbs, "usage", "a month's messages and AI calls, and their cost", "usage.usage")
    usage.add_argument("store")
    usage.add_argument("--month", default=None, help="for instance 2026-10 (this month)")
    papers = add(verbs, "papers", "invoices, credit notes and receipts")
    _papers(papers.add_subparsers(required=True, metavar="ACTION"), add)
    _quotes(add(verbs, "quotes", "what was offered").add_subparsers(required=True, metavar="ACTION"), add)
    faq = add(verbs, "faq", "the seller's own questions and answers")
    _faq(faq.add_subparsers(required=True, metavar="ACTION"), add)
    _customers(add(verbs, "customers", "personal data").add_subparsers(required=True, metavar="ACTION"), add)
    prospects.commands(verbs, add, _whole)
    templating.commands(verbs, add, _ID)
    relaying.commands(verbs, add, _whole)
    _conversations(
        add(verbs, "conversations", "who waits, who speaks, notes").add_subparsers(required=True, metavar="ACTION"), add
    )
    backup = add(verbs, "backup", "the store in one encrypted, verified file", "data.make_backup")
    backup.add_argument("store")
    backup.add_argument("file")
    restore = add(verbs, "restore", "bring a store back from its backup", "data.restore")
    restore.add_argument("file")
    restore.add_argument("--code", action="store_true", help="of a move: its code is asked for")
    restore.add_argument(
        "--as", dest="name", metavar="NAME", default=None, help="under another name, beside the old one"
    )
    _backups(add(verbs, "backups", "continuous backups").add_subparsers(required=True, metavar="ACTION"), add)
    _audit(add(verbs, "audit", "the journal's hash chain").add_subparsers(required=True, metavar="ACTION"), add)
    _support(add(verbs, "support", "what a helper needs to see").add_subparsers(required=True, metavar="ACTION"), add)
    tunnelling.commands(verbs, add, _PORT)
    add(verbs, "doctor", "check the machine and a store", "doctor.run").add_argument("store", nargs="?")
    add(verbs, "bench", "measure against raw references", door="bench").add_argument("name", nargs="?")
    return parser


def _support(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    bundle = add(
        verbs, "bundle", "checks, settings, counts and logs in one file, without secrets", "support.make_bundle"
    )
    bundle.add_argument("store")
    bundle.add_argument("file")
    bundle.add_argument("--personal", action="store_true", help="with the store’s own name, numbers and addresses")
    told = add(verbs, "trace", "what happened to an order, a payment or a message", "support.tell")
    told.add_argument("store")
    told.add_argument("what", help="a reference, a provider’s or WhatsApp’s id, or a telephone number")
    told.add_argument("--limit", type=_COUNT, default=5, help="at most so many orders (5)")


def _audit(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    verify = add(verbs, "verify", "recompute the whole chain", "audit.verify")
    verify.add_argument("store")
    verify.add_argument("--head", type=_head, default=None, help="a head kept elsewhere: it must be in the chain")
    export = add(verbs, "export", "write the journal with its hashes, and a verifier beside it", "audit.export")
    export.add_argument("store")
    export.add_argument("file", help="a file; with --by-year a folder")
    cut = export.add_mutually_exclusive_group()
    cut.add_argument("--year", type=_YEAR, default=None, help="one year of the store's calendar")
    cut.add_argument("--by-year", action="store_true", help="a file for each year, linked to the one before")


def _products(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    imports = add(verbs, "import", "import a product list (CSV)", "data.import_products")
    imports.add_argument("store")
    imports.add_argument("file")
    imports.add_argument("--dry-run", action="store_true", help="only say what would change")
    imports.add_argument("--all-or-nothing", action="store_true", help="import nothing if a line is wrong")
    day = add(verbs, "day", "say when and where a product takes place", "slots.on_day")
    day.add_argument("store")
    day.add_argument("sku")
    day.add_argument("at", nargs="?", default="", help="2026-12-24 20:00, on the store's clock; left out: on no day")
    day.add_argument("--place", default="", help="where")


def _payments(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    compare = add(verbs, "reconcile", "compare the books with the providers'", "money.reconcile")
    compare.add_argument("store")
    compare.add_argument("--days", type=_COUNT, default=7, help="ask about the payments of so many days")
    compare.add_argument("--statement", metavar="FILE", default=None, help="compare with a provider's statement (CSV)")
    compare.add_argument("--provider", default=None, help="whose statement it is")
    written = add(verbs, "export", "write the payments to a .csv or .xlsx file", "money.export_payments")
    written.add_argument("store")
    written.add_argument("file")
    cash = add(verbs, "cash", "money that was handed over for an order", "terms.cash")
    cash.add_argument("store")
    cash.add_argument("reference", help="the order's, for instance LP-2026-1120-A3F2")
    cash.add_argument("--amount", type=_COUNT, default=None, help="in smallest units; all that is left")
    owed = add(verbs, "owed", "what is to be paid later", "terms.owed")
    owed.add_argument("store")
    owed.add_argument("--overdue", action="store_true", help="only what should have come by now")


def _backups(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    add(verbs, "now", "back a store up where its settings say", "keeping.now").add_argument("store")
    add(verbs, "rehearse", "prove that the newest backup comes back", "keeping.rehearse").add_argument("store")
    listing = add(verbs, "list", "the stores and backups that a place keeps", "keeping.listing")
    restore = add(verbs, "restore", "bring a store back on this computer", "keeping.restore")
    for each in (listing, restore):
        place = each.add_mutually_exclusive_group(required=True)
        place.add_argument("--folder", type=Path, help="a folder or disk with backups")
        place.add_argument("--bucket", help="a bucket; keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        each.add_argument("--endpoint", default="", help="address of the bucket's service (default: Amazon)")
        each.add_argument("--region", default="")
    restore.add_argument("--store", default=None, help="which store, as “backups list” shows it")
    restore.add_argument("--at", default=None, help="the state at this time (RFC 3339) instead of the newest")
    restore.add_argument("--as", dest="name", default=None, help="under another name")


def _papers(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    listing = add(verbs, "list", "the papers, newest first", "papers.listing")
    listing.add_argument("store")
    listing.add_argument("--kind", choices=("invoice", "credit_note", "receipt"), default=None)
    listing.add_argument("--search", default="", help="a number, a name, a phone or an order's reference")
    listing.add_argument("--attention", action="store_true", help="only those that somebody should look at")
    listing.add_argument("--limit", type=_COUNT, default=100, help="how many at most (100)")
    written = add(verbs, "export", "write the list to a .csv or .xlsx file", "papers.export_papers")
    written.add_argument("store")
    written.add_argument("file")
    certified = add(verbs, "certification", "what the state's platform answered about a paper", "papers.certified")
    again = add(verbs, "retry", "tell the platform of a paper again", "papers.retry")
    for each in (certified, again):
        each.add_argument("store")
        each.add_argument("number", help="as printed, for instance FA-2026-00042")
    payloads = add(verbs, "payloads", "write what no platform was told of, a file each", "papers.payloads")
    payloads.add_argument("store")
    payloads.add_argument("folder")


def _quotes(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    listed = add(verbs, "list", "the quotes, newest first", "quotes.listed")
    listed.add_argument("store")
    listed.add_argument("--state", choices=STATES, default=None)
    listed.add_argument("--search", default="", help="a number, a name or a phone")
    listed.add_argument("--limit", type=_COUNT, default=100, help="how many at most (100)")
    shown = add(verbs, "show", "one quote with its lines", "quotes.show")
    sent = add(verbs, "send", "send a draft to its customer; it does not change any more", "quotes.send")
    drawn = add(verbs, "pdf", "draw a quote into a file", "quotes.pdf")
    for each in (shown, sent, drawn):
        each.add_argument("store")
        each.add_argument("number", help="as printed, for instance DV-2026-0042")
    drawn.add_argument("file")


def _faq(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    add(verbs, "list", "every question with its answer", "faq.listing").add_argument("store")
    written = add(verbs, "add", "what buyers are told when they ask this in any words", "faq.add")
    written.add_argument("store")
    written.add_argument("question")
    written.add_argument("answer")
    written.add_argument("--language", choices=LANGUAGES, default="fr", help="of both (fr)")
    removed = add(verbs, "remove", "a question and its answer", "faq.remove")
    removed.add_argument("store")
    removed.add_argument("id", type=_ID)


def _customers(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    export = add(verbs, "export", "everything known of a person, as a zip", "people.export")
    export.add_argument("store")
    export.add_argument("id", type=_ID)
    export.add_argument("file")
    standing = add(verbs, "standing", "a customer's score line by line, and what follows", "people.standing")
    allow = add(verbs, "allow", "let somebody order beyond the store's limits", "people.allow")
    first = add(verbs, "pay-first", "have somebody pay first from their next order on", "people.restrict")
    first.add_argument("--off", action="store_true", help="they need not any more")
    for each in (standing, allow, first):
        each.add_argument("store")
        each.add_argument("id", type=_ID)
    allow.add_argument("--hours", type=_whole(0, 8760), default=24, help="for so long (24); 0 takes it back")
    merge = add(verbs, "merge", "make two records of one person one", "people.merge")
    merge.add_argument("store")
    merge.add_argument("keep", type=_ID, help="the customer to keep")
    merge.add_argument("absorb", type=_ID, help="the one that becomes the other's")
    merge.add_argument("--yes", action="store_true", help="do it; without, only show what it would make")
    merged = add(verbs, "merges", "the merges into a customer that can be taken back", "people.merged")
    merged.add_argument("store")
    merged.add_argument("id", type=_ID)
    unmerge = add(verbs, "unmerge", "take a merge back: two people after all", "people.unmerge")
    unmerge.add_argument("store")
    unmerge.add_argument("merge", type=_ID, help="the merge's number")
    unmerge.add_argument("--yes", action="store_true", help="do it; without, only show who would get what")
    erase = add(verbs, "erase", "erase a person; amounts and dates stay", "people.erase")
    erase.add_argument("store")
    erase.add_argument("id", type=_ID)
    erase.add_argument("--yes", action="store_true")
    later = add(verbs, "terms", "let a customer pay so many days after the invoice", "terms.allow")
    later.add_argument("store")
    later.add_argument("id", type=_ID)
    later.add_argument("days", type=_whole(0, 120), help="0: at once, like everybody")


def _slots(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    one = add(verbs, "add", "offer times of a product", "slots.add")
    week = add(verbs, "weekly", "offer the same times every week", "slots.weekly")
    imports = add(verbs, "import", "offer the times of a list (CSV)", "slots.import_times")
    listing = add(verbs, "list", "the times still to come", "slots.listing")
    for each in (one, week, imports, listing):
        each.add_argument("store")
        each.add_argument("sku")
    one.add_argument("at", nargs="+", help="2026-12-01 09:00, on the store's clock")
    week.add_argument("--days", nargs="+", required=True, choices=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    week.add_argument("--opens", required=True, help="09:00")
    week.add_argument("--closes", required=True, help="17:00")
    week.add_argument("--weeks", type=_whole(1, 26), default=4, help="for so many weeks (4)")
    for each in (one, week):
        each.add_argument("--minutes", type=_whole(5, 1440), default=60, help="how long each lasts (60)")
        each.add_argument("--places", type=_whole(1, 500), default=1, help="how many can come at once (1)")
    imports.add_argument("file")
    listing.add_argument("--limit", type=_COUNT, default=50, help="how many at most (50)")
    remove = add(verbs, "remove", "offer a time no more", "slots.remove")
    remove.add_argument("store")
    remove.add_argument("id", type=_ID)
    add(verbs, "calls", "whom to call to confirm a time", "slots.calls").add_argument("store")
    called = add(verbs, "called", "the buyer was called and the time stands", "slots.called")
    called.add_argument("store")
    called.add_argument("reference", help="the order's")


def _conversations(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    queue = add(verbs, "queue", "who waits for a person, the most pressing first", "inbox.queue")
    queue.add_argument("store")
    queue.add_argument("--limit", type=_COUNT, default=50, help="how many at most (50)")
    one = {
        "show": add(verbs, "show", "a conversation as who takes it over needs it", "inbox.show"),
        "reply": add(verbs, "reply", "write to the customer; the bot falls silent", "inbox.reply"),
        "take-over": add(verbs, "take-over", "answer in person; the bot falls silent", "inbox.take_over"),
        "resume": add(verbs, "resume", "let the bot answer again", "inbox.resume"),
        "resolve": add(verbs, "resolve", "nothing is left to do, until the customer writes", "inbox.resolve"),
        "note": add(verbs, "note", "keep an internal note, which is never sent", "inbox.note"),
    }
    for name, verb in one.items():
        verb.add_argument("store")
        verb.add_argument("id", type=_ID)
        if name in ("reply", "note"):
            verb.add_argument("text")
    figures = add(verbs, "figures", "how conversations were handled", "inbox.figure_page")
    figures.add_argument("store")
    figures.add_argument("--days", type=_whole(1, 3660), default=30, help="the last so many days (30)")
    add(verbs, "answers", "the answers kept ready", "inbox.answers").add_argument("store")
    keep = add(verbs, "keep-answer", "keep an answer ready, or change it", "inbox.keep_answer")
    keep.add_argument("store")
    keep.add_argument("shortcut", help="what is typed after a slash, for instance merci")
    keep.add_argument("text", help="{name} is the customer's first name, {shop} the store's")
    keep.add_argument("--language", default="fr", help="fr, mg or en")
    drop = add(verbs, "drop-answer", "remove an answer kept ready", "inbox.drop_answer")
    drop.add_argument("store")
    drop.add_argument("id", type=_ID)


def _stores(verbs: Any, add: Callable[..., ArgumentParser]) -> None:
    create = add(verbs, "create", "make a new store", "stores.create")
    create.add_argument("name")
    create.add_argument("--country", required=True, help="SN, CI, TG, BJ, BF, ML, NE, GW or MG")
    create.add_argument("--currency", default=None, help="XOF, MGA, EUR… (the country's own)")
    create.add_argument("--segment", default="live_seller", help="live_seller, shop, events, services or b2b")
    create.add_argument("--language", default="fr", help="fr, mg or en")
    add(verbs, "list", "the stores of this computer", "stores.listing")
    for verb, what in {"show": "one store", "archive": "put it away, data kept"}.items():
        add(verbs, verb, what, f"stores.{verb}").add_argument("store")
    back = add(verbs, "unarchive", "take it back", "stores.unarchive")
    back.add_argument("store")
    back.add_argument("--anyway", action="store_true", help="one that was moved elsewhere, too")
    move = add(verbs, "move", "to another computer: one file, and closed here", "stores.move")
    move.add_argument("store")
    move.add_argument("file")
    move.add_argument("--code", action="store_true", help="sealed with a code to write down, not the recovery key")
    delete = add(verbs, "delete", "delete a store for ever", "stores.delete")
    delete.add_argument("store")
    delete.add_argument("--yes", action="store_true")
    change = add(verbs, "set", "change a setting", "stores.set_value")
    for given in ("store", "key", "value"):
        change.add_argument(given)
    read = add(verbs, "get", "read settings", "stores.get_value")
    read.add_argument("store")
    read.add_argument("key", nargs="?")
    secret = add(verbs, "secret", "store a secret (value on stdin)", "stores.secret")
    secret.add_argument("store")
    secret.add_argument("key")
    add(verbs, "mail-test", "send a test e-mail to who hears of prospects", "mail.test").add_argument("store")
    second = add(verbs, "otp", "set a user's second factor (a code of the app on stdin)", "users.second_factor")
    second.add_argument("store")
    second.add_argument("email")
    second.add_argument("--remove", action="store_true", help="for who lost the phone")
    second.add_argument("--codes", action="store_true", help="new recovery codes, in place of those of before")
    lent = add(verbs, "grant", "let a user see amounts, customers and messages for a time", "users.lend")
    lent.add_argument("store")
    lent.add_argument("email")
    lent.add_argument("--minutes", type=int, required=True, help="up to 1440; 0 takes it back")
    lent.add_argument("--scopes", nargs="+", choices=tuple(SCOPES), help="all of them unless some are named")
    user = add(verbs, "user", "create or reset a user (password on stdin)", "users.user")
    user.add_argument("store")
    user.add_argument("email")
    user.add_argument("--role", required=True, choices=ROLES)
    user.add_argument("--name", default="", help="what they are called")
    add(verbs, "users", "who works with the store", "users.everybody").add_argument("store")
    account = add(verbs, "account", "switch an account off or on, unlock it, end its sessions", "users.account")
    account.add_argument("store")
    account.add_argument("email")
    account.add_argument("act", choices=("disable", "enable", "unlock", "end-sessions"))


def read(given: list[str]) -> Namespace:
    """What is not text in the terminal's encoding is refused here, except for the names of files."""
    with in_the_terminals_language():
        parser = build_parser()
        args = parser.parse_args(given)
    for name, value in vars(args).items():
        if isinstance(value, str) and name != "file" and not value.isprintable():
            try:
                value.encode()
            except UnicodeEncodeError:
                parser.error(tr("{name}: this is not text", name=tr(name)))
    return args
