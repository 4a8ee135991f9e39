"""What we hold, and everything that moved it."""

from inventory.models import stock
from inventory.models.item import Barcode, Category, Item, Product, Unit

__all__ = ["Barcode", "Category", "Item", "Product", "Unit", "stock"]
