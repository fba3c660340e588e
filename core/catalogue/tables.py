"""peewee's view of the catalogue, for everything that is not a hot path. Pass ``reader.db`` or ``tx.db`` to execute."""

from __future__ import annotations

from typing import Final

from peewee import AutoField, BooleanField, IntegerField, Model, TextField


class Product(Model):
    """``counted``: the last count a person gave; ``total``: what the bar is measured against since the live began."""

    id = AutoField()
    sku = TextField()
    keyword = TextField()
    title = TextField()
    description = TextField()
    category = TextField()
    price = IntegerField()
    on_hand = IntegerField()
    held = IntegerField()
    counted = IntegerField()
    total = IntegerField()
    photo = TextField(null=True)
    active = BooleanField()
    created_at = IntegerField()
    updated_at = IntegerField()
    vat = IntegerField(null=True)
    event_at = IntegerField(null=True)
    place = TextField(default="")

    class Meta:
        table_name = "product"


COLUMNS: Final = (
    Product.id,
    Product.sku,
    Product.keyword,
    Product.title,
    Product.description,
    Product.category,
    Product.price,
    Product.on_hand,
    Product.held,
    Product.total,
    Product.photo,
    Product.active,
    Product.vat,
    Product.event_at,
    Product.place,
)
