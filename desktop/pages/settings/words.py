"""What the window adds to the declarations: hints, examples, words for choices, and which settings belong together."""

from __future__ import annotations

from typing import Final

from core.kernel.look import ZOOMS
from desktop.texts import Texts

_OF_INVOICES: Final = frozenset(
    (
        *("store.address", "store.phone", "store.legal_id"),
        *("store.vat_rate", "store.vat_mention", "store.vat_rounding", "invoices.send", "quotes.remind"),
        "quotes.remind_days",
    )
)


def hints(t: Texts) -> dict[str, str]:
    """Help for settings whose declaration gives none."""
    return {
        "store.name": t("As buyers know you."),
        "store.logo": t("On the pay page, invoices and quotes."),
        "store.colour": t("To tell your stores apart at a glance."),
        "store.language": t("What the bot speaks first, and what this window speaks."),
        "store.phone": t("As it is to be printed."),
        "store.vat_rate": t("0: you charge no VAT."),
        "store.legal_id": t("NINEA, RCCM, NIF… as on your papers."),
        "store.vat_mention": t("For instance the article of the law that exempts you."),
        "public_url": t("The https address of your tunnel or domain, without a path."),
        "orders.hold_minutes": t("Between 5 and 30 minutes. Then the item goes to the next in line."),
        "seller.notify_to": t("Yours or a partner’s. Leave it empty to be told nothing."),
        "segment.allow_quantity_selection": t("As a list of numbers, when none was said."),
        "hours.open": t("Told to buyers who ask."),
        "whatsapp.phone_number_id": t("The long id of the number, not the number itself."),
        "whatsapp.waba_id": t("The id of the WhatsApp Business account."),
        "whatsapp.access_token": t("A permanent token of a system user."),
        "whatsapp.app_secret": t("Proves that messages come from WhatsApp. In the app’s basic settings."),
        "whatsapp.verify_token": t("Pasted at Meta beside the address, once."),
        "whatsapp.base_url": t("Another one for tests only."),
        "whatsapp.api_version": t("Change it when Meta retires this one."),
    }


def labels(t: Texts) -> dict[str, str]:
    """Names that fit a form better than the declared ones, which the console shows too."""
    return {
        "store.logo": t("Logo"),
        "store.address": t("Address"),
        "store.phone": t("Phone"),
        "store.legal_id": t("Tax and trade register numbers"),
        "store.vat_rate": t("VAT rate in percent"),
        "store.vat_mention": t("Mention without VAT"),
        "orders.hold_minutes": t("Minutes of reservation"),
        "seller.notify_to": t("Number told of payments"),
        "public_url": t("Address of this store"),
    }


def placeholders(t: Texts) -> dict[str, str]:
    """Examples in empty fields; names and addresses are the same in every language."""
    return {
        "store.name": "Boutique Téranga",
        "store.city": "Dakar",
        "store.phone": "+221 77 123 45 67",
        "public_url": "https://boutique.exemple.sn",
        "seller.notify_to": "+221 77 123 45 67",
        "hours.open": t("Mo–Sa 9:00–20:00"),
        "whatsapp.phone_number_id": "106540352242922",
        "whatsapp.waba_id": "102290129340398",
        "tunnel.ssh_host": "serveur.exemple.sn",
        "tunnel.ssh_url": "https://boutique.exemple.sn",
        "tunnel.ngrok_domain": "boutique.ngrok.app",
        "tunnel.cloudflared_url": "https://boutique.exemple.sn",
    }


def of_invoices(key: str) -> bool:
    """Whether a setting of the store is printed on papers, or says how they are made."""
    return key in _OF_INVOICES or key.startswith("legal.")


def advanced_keys() -> frozenset[str]:
    """Settings that are right as they are for nearly everybody."""
    return frozenset({"whatsapp.base_url", "whatsapp.api_version"})


def bucket_keys() -> frozenset[str]:
    """Settings that only backups in a bucket need."""
    names = ("s3_endpoint", "s3_bucket", "s3_region", "s3_access_key", "s3_secret_key")
    return frozenset(f"backup.{name}" for name in names)


def fine_keys() -> frozenset[str]:
    """What of the assistant is right as it is for nearly everybody."""
    names = ("seconds", "calls_day", "calls_month", "price_in", "price_out")
    return frozenset(f"llm.{name}" for name in names)


def choice_words(t: Texts) -> dict[str, str]:
    """Words for the values of choices; a value without a word is shown as it is."""
    return {
        "fr": "Français",
        "mg": "Malagasy",
        "en": "English",
        "live_seller": t.of("choice", "Live sales"),
        "shop": t.of("choice", "Shop"),
        "events": t.of("choice", "Events"),
        "services": t.of("choice", "Services by appointment"),
        "b2b": t.of("choice", "Businesses"),
        "off": t.of("choice", "Nowhere yet"),
        "tunnel.kind=off": t.of("choice", "None: I type the address"),
        "tunnel.kind=relay": t.of("choice", "Relay (recommended)"),
        "ssh": t.of("choice", "My own server (SSH)"),
        "folder": t.of("choice", "A folder or a removable disk"),
        "bucket": t.of("choice", "A bucket (S3)"),
        "nobody": t.of("choice", "Not told"),
        "whatsapp": t.of("choice", "By WhatsApp"),
        "email": t.of("choice", "By e-mail"),
        "both": t.of("choice", "By WhatsApp and e-mail"),
        "starttls": t.of("choice", "Encrypted after the greeting (STARTTLS)"),
        "tls": t.of("choice", "Encrypted from the first byte (TLS)"),
        "plain": t.of("choice", "None: only for a server on this computer"),
        "dark": t.of("choice", "Dark"),
        "light": t.of("choice", "Light"),
        "system": t.of("choice", "As the computer"),
        **{str(size): f"{size}\N{NARROW NO-BREAK SPACE}%" for size in ZOOMS},
        "optional": t.of("choice", "Not required"),
        "required": t.of("choice", "Required"),
        "live": t.of("choice", "Real payments"),
        "test": t.of("choice", "Tests"),
        "v1": f"{t.of('choice', 'New platform')} (v1)",
        "v2": f"{t.of('choice', 'Old platform')} (v2)",
        "warm": t.of("choice", "Warm"),
        "neutral": t.of("choice", "Plain"),
        "formal": t.of("choice", "Formal"),
        "total": t.of("choice", "The whole sum"),
        "line": t.of("choice", "Each line"),
        "hosted": t.of("choice", "Page of the provider"),
        "ask": t.of("choice", "Ask each time"),
        "keep": t.of("choice", "Go on beside the clock"),
        "quit": t.of("choice", "Stop selling and quit"),
        "gold": t.of("choice", "Gold"),
        "blue": t.of("choice", "Blue"),
        "green": t.of("choice", "Green"),
        "violet": t.of("choice", "Violet"),
        "rose": t.of("choice", "Rose"),
        "turquoise": t.of("choice", "Turquoise"),
        "direct": t.of("choice", "Straight to the means chosen"),
    }
