"""What the Graph API's answers say about a connection, in sentences with something to do (reference whatsapp §1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from core.conversations.channel import NotSent, SendRefused, Unclear
from core.conversations.sendcodes import Step
from core.kernel.errors import LivePayError
from core.payments.provider import Finding

NUMBER_FIELDS: Final = (
    "display_phone_number",
    "verified_name",
    "quality_rating",
    "code_verification_status",
    "platform_type",
    "throughput",
    "webhook_configuration",
    "health_status",
    "whatsapp_business_manager_messaging_limit",
)

WRONG_NUMBER: Final = (
    "WhatsApp does not know this phone number id, or the token may not see it. Copy the id from WhatsApp Manager: it is"
    " not the phone number."
)
UNREACHED: Final = "WhatsApp cannot be reached ({why}). Check the internet connection."
WRONG_ACCOUNT: Final = (
    "WhatsApp does not know this account id, or the token may not see it. Copy the WhatsApp Business account id from"
    " WhatsApp Manager."
)


def missing(access_token: str, phone_number_id: str, waba_id: str) -> list[Finding]:
    """The settings without which nothing can be asked."""
    needed = (
        (access_token, "Fill in the access token."),
        (phone_number_id, "Fill in the phone number id."),
        (waba_id, "Fill in the WhatsApp Business account id."),
    )
    return [Finding(False, message) for value, message in needed if not value.strip()]


def of_error(error: LivePayError, number: bool) -> Finding:
    """Why a question about the number (or else about the account) was not answered."""
    if isinstance(error, SendRefused):
        if error.code in (33, 100, 803):  # 803: "some of the aliases you requested do not exist" [S]
            return Finding(False, WRONG_NUMBER if number else WRONG_ACCOUNT)
        if error.action.step is Step.GIVE_UP:
            return Finding(
                False,
                "WhatsApp refuses the test (code {code}): {details}",
                {"code": error.code, "details": error.details},
            )
        return Finding(False, error.message, error.params)
    if isinstance(error, NotSent | Unclear):
        why = error.params["why"]
        return Finding(False, UNREACHED, {"why": why})
    return Finding(False, error.message, error.params)


def shown_number(findings: Iterable[Finding]) -> str:
    """The number as WhatsApp writes it, from what :func:`of_number` found; empty when the token was not accepted."""
    return next((str(f.params["number"]) for f in findings if f.ok and "number" in f.params), "")


def of_number(answer: Mapping[str, Any], callback_url: str | None) -> list[Finding]:
    """The number: who it is, whether it may send, where its events go."""
    shown = {"number": str(answer.get("display_phone_number", "?")), "name": str(answer.get("verified_name", "?"))}
    found = [Finding(True, "The token is accepted for {number} (“{name}”).", shown)]
    if answer.get("platform_type") not in (None, "CLOUD_API"):
        found.append(
            Finding(False, "This number is not registered for the Cloud API. Register it with its six-digit PIN.")
        )
    if answer.get("code_verification_status") == "NOT_VERIFIED":
        found.append(Finding(False, "This number is not verified. Verify it by SMS or call in WhatsApp Manager."))
    if answer.get("quality_rating") == "RED":
        found.append(
            Finding(False, "Too many people block or report this number. Write less, and only to those who asked.")
        )
    found += _of_health(answer.get("health_status"))
    found.append(_of_webhook(answer.get("webhook_configuration"), callback_url))
    return found


def _of_health(health: Any) -> list[Finding]:
    if not isinstance(health, dict):
        return []
    state = health.get("can_send_message")
    if state == "AVAILABLE":
        return [Finding(True, "WhatsApp lets this number send messages.")]
    found = []
    entities = health.get("entities")
    for entity in entities if isinstance(entities, list) else ():
        errors = entity.get("errors") if isinstance(entity, dict) else None
        for error in errors if isinstance(errors, list) else ():
            if isinstance(error, dict):
                params = {
                    "entity": str(entity.get("entity_type", "?")),
                    "code": error.get("error_code"),
                    "reason": str(error.get("error_description", "")),
                    "solution": str(error.get("possible_solution", "")),
                }
                message = "WhatsApp limits sending ({entity}, code {code}): {reason} {solution}"
                found.append(Finding(False, message, params))
    if not found:
        found.append(Finding(False, "WhatsApp says sending is {state}. See WhatsApp Manager.", {"state": str(state)}))
    return found


def _of_webhook(configuration: Any, callback_url: str | None) -> Finding:
    places = configuration if isinstance(configuration, dict) else {}
    # The phone's own address wins, then the account's, then the app's (§1).
    used = next((u for k in ("phone_number", "whatsapp_business_account", "application") if (u := places.get(k))), None)
    if used is None:
        return Finding(False, "No webhook address is set: no message will arrive. Set it with the button below.")
    if callback_url is not None and used != callback_url:
        params = {"used": str(used), "expected": callback_url}
        return Finding(
            False, "Messages go to {used}, not to this shop ({expected}). Set it with the button below.", params
        )
    return Finding(True, "Messages arrive at {used}.", {"used": str(used)})


def of_subscription(answer: Mapping[str, Any]) -> Finding:
    """Whether the account's events go to any app: without it the webhook is verified and silent (§1)."""
    apps = answer.get("data")
    if isinstance(apps, list) and apps:
        return Finding(True, "The app is subscribed to the account.")
    return Finding(
        False, "No app is subscribed to this account: no message will arrive. Subscribe with the button below."
    )


def of_account(answer: Mapping[str, Any], phone_number_id: str) -> Finding:
    """Whether the number is one of the account's."""
    listed = answer.get("data")
    ids = [n.get("id") for n in listed if isinstance(n, dict)] if isinstance(listed, list) else []
    if phone_number_id in ids:
        return Finding(True, "The number belongs to the account.")
    return Finding(False, "The number does not belong to this account. Check both ids in WhatsApp Manager.")
