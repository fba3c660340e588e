"""Customers and conversations over HTTP."""

from __future__ import annotations

from aiohttp import web
from msgspec import UNSET

from core.conversations import outgoing, threads
from core.conversations import queries as conversations
from core.conversations.manual import window_open
from core.conversations.views import MessageView, ThreadRow
from core.customers import queries as customers
from core.customers.service import Identity, find
from core.kernel.errors import NotFound, Refused
from core.kernel.ids import new_uuid
from core.kernel.phone import normalise
from core.storage.connection import Reader
from core.storage.engine import Tx
from localserver.api.answers import ConversationList, CustomerList, MessageList
from localserver.api.door import Call, show
from localserver.api.once import Result
from localserver.api.present import SEE_PEOPLE, Presenter, before, cut
from localserver.api.requests import ConversationPage, Page, SendMessage


async def customer_list(call: Call) -> web.Response:
    asked: Page = call.query
    rows = await call.read(lambda r: customers.page(r, before=before(asked), limit=asked.limit + 1))
    return show(CustomerList(*cut(rows, asked.limit, Presenter(call.shop).customer, lambda c: c.id)))


async def customer(call: Call) -> web.Response:
    return show(Presenter(call.shop).customer(await call.read(lambda r: customers.customer(r, call.id))))


async def conversation_list(call: Call) -> web.Response:
    """By number, newest first: an order that new messages do not change, so that pages stay whole."""
    asked: ConversationPage = call.query
    need = None if asked.need is UNSET else asked.need
    rows = await call.read(lambda r: conversations.threads(r, need=need, before=before(asked), limit=asked.limit + 1))
    present = Presenter(call.shop, people=call.session.may(SEE_PEOPLE))
    return show(ConversationList(*cut(rows, asked.limit, present.conversation, lambda t: t.conversation_id)))


def thread(reader: Reader, conversation_id: int) -> ThreadRow:
    """Raises NotFound."""
    found = conversations.thread(reader, conversation_id)
    if found is None:
        raise NotFound("There is no conversation number {conversation_id}.", conversation_id=conversation_id)
    return found


async def messages(call: Call) -> web.Response:
    asked: Page = call.query

    def question(reader: Reader) -> list[MessageView]:
        thread(reader, call.id)
        found = conversations.messages(reader, call.id, before=before(asked), limit=asked.limit + 1)
        return found[::-1]

    present = Presenter(call.shop)
    rows = await call.read(question)
    return show(MessageList(*cut(rows, asked.limit, lambda m: present.message(call.id, m), lambda m: m.message_id)))


async def send(call: Call) -> web.Response:
    """Queue a text; the bot falls silent in that conversation. 202: what became of it comes as events."""
    asked: SendMessage = call.body
    message = outgoing.text(asked.text)

    def command(tx: Tx) -> Result:
        customer_id = _addressee(tx, asked, call.shop.card.country)
        if not window_open(tx, customer_id, tx.now):
            raise Refused("More than 24 hours since the customer last wrote. Only an approved template can be sent.")
        conversation_id = threads.thread_of(tx, customer_id)
        threads.person_spoke(tx, conversation_id, "api")
        threads.mark_read(tx, conversation_id)
        threads.post(tx, customer_id, f"api:{new_uuid()}", message, author="seller")
        latest = conversations.messages(tx, conversation_id, limit=1)[0]
        return Result(202, Presenter(call.shop).message(conversation_id, latest))

    return await call.act(command)


def _addressee(reader: Reader, asked: SendMessage, country: str) -> int:
    """The customer meant. Raises NotFound, or Refused for what cannot be a phone number."""
    if asked.conversation_id is not UNSET:
        return thread(reader, asked.conversation_id).customer_id
    if asked.customer_id is not UNSET:
        return customers.customer(reader, asked.customer_id).id
    phone = normalise("" if asked.phone is UNSET else asked.phone, country)
    found = find(reader, [Identity("phone", phone)])
    if not found:
        raise NotFound("No customer has the phone number {phone}.", phone=phone)
    return found[0]
