"""Every setting of a store, declared once: the settings page, the command line and validation follow from this."""

from __future__ import annotations

from typing import Final

from core.connecting.rules import DONE, LATER, STEP, STEPS
from core.kernel import hours
from core.kernel.i18n import LANGUAGES
from core.kernel.look import STORE_COLOURS, ZOOMS
from core.segments.rules import KEY as SEGMENT
from core.segments.rules import KEYS, MAX_TERMS_DAYS, defaults
from core.segments.rules import NAMES as SEGMENTS
from core.settings.setting import Setting
from core.settings.tunnel import TUNNEL

ANSWERS: Final = "bot.enabled"
"""Whether the bot speaks; the seller can pause it for everybody at once."""

_ANSWERS: Final = "Off, buyers wait for a person; what comes of orders and payments is still told to them."
_PHONE: Final = r"\(?\+?(?:[ ().-]*\d){8,15}"
_CHAT: Final = "Where the QR code of the live leads. A test of the connection fills it in."
_PAYERS: Final = "Only the initial of the first name, among the last three."
_FIRST_NAMES: Final = "Ask your buyers before: a live is public and kept."
_DELIVERY: Final = "« Premier achat = livraison offerte »: a promise of money, said to who buys for the first time."
_SIMPLE: Final = "No emoji, no photo: for buyers who pay for every kilobyte."
_FOLDER: Final = "It must exist: an unplugged disk is waited for, never replaced by a folder."
_PER_CLIENT: Final = "Paid and reserved ones count, those that ended do not. You can let somebody order all the same."
_MIN_SCORE: Final = "Who is below is asked to write to you; newcomers have 50. You can let somebody order all the same."
_UPSELL: Final = "At most once a day for a customer, never to newcomers, never what is sold out."
_LEADS: Final = "Who asked for a price or a quote twice, a large amount, a business: each told once."
_SENDER: Final = "Empty: the user of the account."
_EMAIL: Final = r"[^@\s]+@[^@\s]+"
_SLOTS: Final = "Of products that have free times. The seller then calls to confirm."
_DEPOSIT: Final = "The rest is paid on site, or with the same link."
_TRUST: Final = "Only customers you allow to pay later; the others pay at once."
_ALWAYS: Final = "Even where invoices are not sent otherwise."
_WHERE: Final = "Once the order is paid. Only you see it."
_MODEL: Final = "It never sells, reserves or promises; what the books do not bear out is not sent."
_ENDPOINT_OF_MODEL: Final = (
    "Any service that speaks OpenAI’s protocol, one on this computer too: http://localhost:11434/v1."
)
_TOKENS: Final = "As your service charges them; 0 for one of your own."
_BUDGET: Final = "At 80 % you are warned; when it is used up, AI and advertising stop, answers and payments never do."
_AT_ONCE: Final = "At the prices of the catalogue. Otherwise you look at it first."
_ENDPOINT: Final = "Any service that speaks S3; empty for Amazon."


def _of_segment(field: str, label: str, *, hint: str = "", low: int = 0, high: int = 2**31) -> Setting:
    """A field of F109: what the segment says, until the seller changes it."""
    by_segment = tuple(defaults(field).items())
    kind = "switch" if by_segment[0][1] in ("true", "false") else "number"
    first = by_segment[0][1]
    return Setting(KEYS[field], kind, label, first, hint, "orders", low=low, high=high, by_segment=by_segment)


BASE: Final[tuple[Setting, ...]] = (
    Setting("store.name", "text", "Store name", section="store"),
    Setting("store.city", "text", "City", section="store"),
    Setting("store.logo", "text", "Logo (file in the store's media folder)", section="store"),
    Setting("store.colour", "choice", "Colour in the window", "gold", section="store", choices=tuple(STORE_COLOURS)),
    Setting("store.language", "choice", "Language of the store", "fr", section="store", choices=LANGUAGES),
    Setting("store.address", "text", "Address printed on invoices", section="store"),
    Setting("store.phone", "text", "Phone printed on invoices", section="store"),
    Setting("store.legal_id", "text", "Tax and trade register numbers printed on invoices", section="store"),
    Setting("store.vat_rate", "number", "VAT rate in percent (0: no VAT)", "0", section="store", low=0, high=30),
    Setting("store.vat_mention", "text", "Mention printed when no VAT applies", section="store"),
    Setting("store.vat_rounding", "choice", "VAT is rounded on", "total", section="store", choices=("total", "line")),
    Setting("invoices.send", "switch", "Send the invoice on WhatsApp after payment", "true", section="store"),
    Setting(
        "leads.notify",
        "choice",
        "Tell the seller of a prospect worth a call",
        "nobody",
        hint=_LEADS,
        section="mail",
        choices=("nobody", "whatsapp", "email", "both"),
    ),
    Setting(
        "leads.amount",
        "number",
        "Amount from which a prospect is worth a call (0: none)",
        "0",
        section="mail",
        high=10**12,
        unlimited=True,
    ),
    Setting("smtp.host", "text", "E-mail server (SMTP)", section="mail"),
    Setting("smtp.port", "number", "Port of the e-mail server", "587", section="mail", low=1, high=65535),
    Setting(
        "smtp.security",
        "choice",
        "Protection of the connection",
        "starttls",
        section="mail",
        choices=("starttls", "tls", "plain"),
    ),
    Setting("smtp.user", "text", "User of the e-mail account", section="mail"),
    Setting("smtp.password", "secret", "Password of the e-mail account", section="mail"),
    Setting(
        "smtp.from", "text", "Sender’s address", hint=_SENDER, section="mail", shape=_EMAIL, example="moi@boutique.sn"
    ),
    Setting("smtp.to", "text", "Address that is written to", section="mail", shape=_EMAIL, example="moi@boutique.sn"),
    Setting("quotes.remind", "switch", "Remind customers of quotes that end soon", "true", section="store"),
    Setting(
        "quotes.remind_days", "number", "Remind so many days before a quote ends", "2", section="store", low=1, high=60
    ),
    Setting("quotes.at_once", "switch", "Send a quote asked for in the chat at once", hint=_AT_ONCE, section="store"),
    Setting(
        "quotes.follow_days",
        "number",
        "Ask so many days later about a quote nobody answered (0: never)",
        "2",
        section="store",
        low=0,
        high=60,
    ),
    Setting("public_url", "url", "Public address of this store", section="network"),
    *TUNNEL,
    Setting(
        SEGMENT,
        "choice",
        "Kind of shop",
        SEGMENTS[0],
        hint="It sets what follows, until you change it yourself.",
        section="orders",
        choices=SEGMENTS,
    ),
    _of_segment("default_reservation_minutes", "Minutes an item stays reserved", low=5, high=30),
    _of_segment("allow_quantity_selection", "Ask how many"),
    _of_segment("require_date_time_slot", "Have buyers choose a date and a time", hint=_SLOTS),
    _of_segment("require_deposit", "Ask for a deposit", hint=_DEPOSIT),
    _of_segment("deposit_percentage", "Deposit in percent", low=1, high=99),
    _of_segment(
        "payment_terms_days", "Days until a trusted business pays (0: never)", hint=_TRUST, high=MAX_TERMS_DAYS
    ),
    _of_segment("generate_invoice", "Send the invoice always", hint=_ALWAYS),
    _of_segment("require_delivery_address", "Ask for the delivery address", hint=_WHERE),
    Setting("orders.remind", "switch", "Remind buyers before their reservation ends", "true", section="orders"),
    Setting(
        "orders.max_per_client",
        "number",
        "Orders one customer may have in a live (0: no limit)",
        "0",
        hint=_PER_CLIENT,
        section="orders",
        high=1000,
        unlimited=True,
    ),
    Setting(
        "orders.min_score",
        "number",
        "Trust score a customer needs to order (0: none)",
        "0",
        hint=_MIN_SCORE,
        section="orders",
        low=0,
        high=100,
    ),
    Setting("upsell.enabled", "switch", "Propose a product after a payment", "false", hint=_UPSELL, section="orders"),
    Setting(
        "orders.review_score",
        "number",
        "Risk score from which an order waits for your eyes (0: never)",
        "70",
        section="orders",
        low=0,
        high=100,
    ),
    Setting(
        "seller.notify_to",
        "text",
        "WhatsApp number that is told of each payment",
        section="orders",
        shape=_PHONE,
        example="+221 77 123 45 67",
    ),
    Setting("overlay.payers", "switch", "Show on the live who has just paid", "false", hint=_PAYERS, section="orders"),
    Setting(
        "overlay.first_names",
        "switch",
        "Show their whole first name there",
        "false",
        hint=_FIRST_NAMES,
        section="orders",
    ),
    Setting(
        "overlay.name", "switch", "Show the store’s name in OBS while no live is running", "true", section="orders"
    ),
    Setting("live.summary", "switch", "Send the seller a summary when a live ends", "true", section="orders"),
    Setting("chat.urgency", "switch", "Say when little is left (« Plus que 2 ! »)", "true", section="chat"),
    Setting("chat.trust_badge", "switch", "Say to loyal buyers that they are known", "true", section="chat"),
    Setting("chat.suggestions", "switch", "Offer the same as last time", "true", section="chat"),
    Setting("chat.first_delivery_free", "switch", "First delivery is free", "false", hint=_DELIVERY, section="chat"),
    Setting("chat.simple", "switch", "Plain messages for slow connections", "false", hint=_SIMPLE, section="chat"),
    Setting(
        ANSWERS,
        "switch",
        "The bot answers buyers",
        "true",
        hint=_ANSWERS,
        section="orders",
    ),
    Setting(
        "bot.resume_minutes",
        "number",
        "Minutes of your silence until the bot answers again (0: never by itself)",
        "60",
        section="orders",
        high=1440,
    ),
    Setting("bot.announce", "switch", "Tell the customer when a person takes over", "true", section="orders"),
    Setting("hours.open", "text", "Opening hours", section="orders"),
    Setting(
        "store.hours",
        "text",
        "Hours outside of which buyers are told that the shop is closed",
        hint="Like lu-ve 8:00-12:30, 15:00-19:00; sa 9:00-17:00; di fermé. Days not named are closed.",
        section="orders",
        parse=hours.parse,
    ),
    Setting(
        "payments.order",
        "names",
        "Order of the payment providers",
        hint="On the pay page and in WhatsApp; those not named follow. For instance: wave, mvola.",
        section="payments",
    ),
    Setting("whatsapp.base_url", "url", "WhatsApp API address", "https://graph.facebook.com", section="whatsapp"),
    Setting(
        "whatsapp.api_version",
        "text",
        "WhatsApp API version",
        "v26.0",
        section="whatsapp",
        shape=r"v\d{1,3}\.\d",
        example="v26.0",
    ),
    Setting(
        "whatsapp.number",
        "text",
        "Number that buyers write to",
        hint=_CHAT,
        section="whatsapp",
        shape=_PHONE,
        example="+221 77 123 45 67",
    ),
    Setting("whatsapp.phone_number_id", "text", "Phone number ID", section="whatsapp"),
    Setting("whatsapp.waba_id", "text", "WhatsApp Business account ID", section="whatsapp"),
    Setting("whatsapp.access_token", "secret", "Access token", section="whatsapp"),
    Setting("whatsapp.app_secret", "secret", "App secret", section="whatsapp"),
    Setting("whatsapp.verify_token", "secret", "Verify token", section="whatsapp"),
    Setting("backup.to", "choice", "Backups go to", "off", section="backup", choices=("off", "folder", "bucket")),
    Setting("backup.minutes", "number", "Minutes between two backups", "5", section="backup", low=1, high=15),
    Setting("backup.folder", "text", "Folder or removable disk", hint=_FOLDER, section="backup"),
    Setting("backup.s3_endpoint", "url", "Address of the storage service", hint=_ENDPOINT, section="backup"),
    Setting("backup.s3_bucket", "text", "Bucket", section="backup"),
    Setting("backup.s3_region", "text", "Region", section="backup"),
    Setting("backup.s3_access_key", "secret", "Access key", section="backup"),
    Setting("backup.s3_secret_key", "secret", "Secret key", section="backup"),
    Setting("llm.enabled", "switch", "Let AI phrase free answers", "false", hint=_MODEL, section="assistant"),
    Setting("llm.base_url", "url", "Assistant API address", hint=_ENDPOINT_OF_MODEL, section="assistant"),
    Setting("llm.model", "text", "Assistant model", section="assistant"),
    Setting("llm.api_key", "secret", "Assistant API key", section="assistant"),
    Setting("llm.tone", "choice", "Tone", "warm", section="assistant", choices=("warm", "neutral", "formal")),
    Setting(
        "llm.policies",
        "text",
        "What it may say of the shop",
        hint="Delivery, returns, payment: a sentence each. It repeats them word for word and adds nothing.",
        section="assistant",
    ),
    Setting("llm.seconds", "number", "Seconds it may take", "6", section="assistant", low=2, high=20),
    Setting("llm.calls_day", "number", "Calls a day (0: no limit)", "300", section="assistant", high=10**6),
    Setting("llm.calls_month", "number", "Calls a month (0: no limit)", "5000", section="assistant", high=10**7),
    Setting(
        "llm.price_in",
        "number",
        "Price of a million tokens read, in US cents",
        "15",
        hint=_TOKENS,
        section="assistant",
        high=100_000,
    ),
    Setting(
        "llm.price_out",
        "number",
        "Price of a million tokens written, in US cents",
        "60",
        hint=_TOKENS,
        section="assistant",
        high=100_000,
    ),
    Setting(
        "budget.messages",
        "number",
        "WhatsApp messages a month (0: no limit)",
        "0",
        section="assistant",
        high=10**8,
    ),
    Setting(
        "budget.cents",
        "number",
        "US cents a month for messages and AI (0: no limit)",
        "0",
        hint=_BUDGET,
        section="assistant",
        high=10**8,
    ),
    Setting(STEP, "choice", "Where the first steps are", DONE, section="welcome", choices=(*STEPS, DONE)),
    Setting(LATER, "switch", "Hide what is still missing for selling", "false", section="welcome"),
    Setting("desktop.theme", "choice", "Theme", "system", section="window", choices=("system", "light", "dark")),
    Setting(
        "desktop.lock_minutes",
        "number",
        "Minutes without use until the window locks (0: never)",
        "0",
        section="access",
        high=240,
        hint="Only somebody with an account opens it again. Ctrl+L locks at once.",
    ),
    Setting("desktop.language", "choice", "Language of the window", "fr", section="window", choices=("fr", "mg", "en")),
    Setting(
        "desktop.zoom",
        "choice",
        "Size of everything in the window",
        "100",
        hint="Ctrl + and Ctrl − change it anywhere, and so does the wheel with Ctrl; Ctrl+0 is the usual size.",
        section="window",
        choices=tuple(map(str, ZOOMS)),
    ),
    Setting("desktop.sound", "switch", "Sound when an order is paid", "true", section="window"),
    Setting(
        "desktop.notify",
        "switch",
        "Messages of the computer while the window is not in front",
        "true",
        section="window",
    ),
    Setting(
        "desktop.closing",
        "choice",
        "When the window is closed",
        "ask",
        section="window",
        choices=("ask", "keep", "quit"),
        hint="Beside the clock, buyers are still answered and payments taken.",
    ),
)

NAMES: Final[dict[str, str]] = {
    "maxOrdersPerClient": "orders.max_per_client",
    "minTrustScoreRequired": "orders.min_score",
    "upsellEnabled": "upsell.enabled",
    "autoReminderEnabled": "orders.remind",
    "autoSummaryEnabled": "live.summary",
    "showUrgency": "chat.urgency",
    "showTrustBadge": "chat.trust_badge",
    "showSuggestions": "chat.suggestions",
    "simplifyForSlowConnection": "chat.simple",
    "allowQuantitySelection": "segment.allow_quantity_selection",
    "requireDeliveryAddress": "segment.require_delivery_address",
    "requireDeposit": "segment.require_deposit",
    "depositPercentage": "segment.deposit_percentage",
    "requireDateTimeSlot": "segment.require_date_time_slot",
    "generateInvoice": "segment.generate_invoice",
    "paymentTermsDays": "segment.payment_terms_days",
}
"""Other names by which a setting is known."""

ACCOUNT: Final[tuple[Setting, ...]] = (
    Setting("enabled", "switch", "Enabled", "false"),
    Setting("base_url", "url", "API address"),
    Setting(
        "min_amount", "number", "Offered from this amount", "0", "0: the provider’s own limit counts.", high=10**12
    ),
    Setting(
        "max_amount", "number", "Offered up to this amount", "0", "0: the provider’s own limit counts.", high=10**12
    ),
)
"""What every payment provider has beside its own fields; the full keys are ``psp.<provider>.<key>``."""
