"""What the demonstration sells: names, prices in cents, costs, and how often people want it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Goods(NamedTuple):
    sku: str
    name: str
    category: str
    drawing: str
    price: int  # cents
    cost: str
    weight: float  # popularity
    opening: int  # units a store begins with
    low_below: int

    @property
    def unit_cost(self) -> Decimal:
        return Decimal(self.cost)


def _shelf(category: str, *rows: tuple[str, str, str, int, str, float, int, int]) -> list[Goods]:
    return [
        Goods(sku, name, category, drawing, price, cost, weight, opening, low)
        for sku, name, drawing, price, cost, weight, opening, low in rows
    ]


GOODS: list[Goods] = [
    *_shelf(
        "Coffee",
        ("BEAN-HSE-250", "House blend, 250 g", "bag", 1600, "7.20", 5, 160, 30),
        ("BEAN-HSE-1K", "House blend, 1 kg", "bag", 5200, "25.00", 2, 60, 12),
        ("BEAN-GUJ-250", "Guji Ethiopia, 250 g", "bag", 2100, "10.10", 3, 22, 24),
        ("BEAN-HUI-250", "Colombia Huila decaf, 250 g", "bag", 2000, "9.60", 2, 70, 12),
        ("BEAN-SID-250", "Sidama natural, 250 g", "bag", 2200, "10.80", 2, 64, 12),
        ("BEAN-ESP-1K", "Espresso roast, 1 kg", "bag", 4900, "23.40", 3, 80, 16),
        ("DRIP-BAG-10", "Drip bags, mixed, 10 pack", "box", 1850, "8.10", 2, 90, 15),
        ("COLD-BRW-330", "Cold brew, 330 ml", "bottle", 650, "2.40", 6, 220, 48),
    ),
    *_shelf(
        "Brew gear",
        ("KETL-GN-BLK", "Gooseneck kettle, black", "kettle", 9600, "52.00", 0.6, 30, 4),
        ("KETL-GN-WHT", "Gooseneck kettle, white", "kettle", 9600, "52.00", 0.4, 18, 4),
        ("DRIP-CER-WH", "Ceramic dripper, white", "filter", 3400, "14.50", 0.8, 12, 10),
        ("DRIP-CER-BK", "Ceramic dripper, black", "filter", 3400, "14.50", 0.6, 26, 8),
        ("FILT-02-100", "Paper filters 02, 100 pack", "box", 900, "3.10", 3, 34, 36),
        ("FILT-01-100", "Paper filters 01, 100 pack", "box", 850, "2.90", 2, 80, 20),
        ("SRVR-GL-600", "Glass server, 600 ml", "cup", 3900, "17.00", 0.5, 22, 4),
        ("GRND-HND-01", "Hand grinder, steel", "tin", 11900, "61.00", 0.3, 14, 3),
        ("SCAL-BRW-02", "Brewing scale", "box", 7900, "41.00", 0.3, 12, 3),
        ("CUP-BWL-220", "Cupping bowl, 220 ml", "cup", 1400, "5.20", 0.7, 40, 6),
    ),
    *_shelf(
        "Mugs",
        ("MUG-TRV-MOS", "Travel mug, moss, 350 ml", "mug", 3200, "13.00", 1, 14, 12),
        ("MUG-TRV-CLY", "Travel mug, clay, 350 ml", "mug", 3200, "13.00", 1, 44, 12),
        ("MUG-ENM-WHT", "Enamel mug, white", "mug", 1900, "6.80", 1, 60, 10),
        ("MUG-DBL-240", "Double-wall glass, 240 ml", "cup", 2200, "8.90", 0.8, 36, 8),
        ("MUG-ESP-090", "Espresso cup and saucer", "cup", 1800, "7.10", 0.8, 42, 8),
    ),
    *_shelf(
        "Tea",
        ("TEA-CAS-090", "Cascara tea tin, 90 g", "tin", 1700, "6.90", 1, 18, 16),
        ("TEA-ERL-100", "Earl Grey tin, 100 g", "tin", 1500, "5.60", 2, 70, 14),
        ("TEA-SEN-100", "Sencha tin, 100 g", "tin", 1900, "7.90", 1.5, 54, 12),
        ("TEA-CHM-050", "Chamomile tin, 50 g", "tin", 1400, "5.10", 1, 46, 10),
        ("TEA-CHA-250", "Chai blend, 250 g", "bag", 1800, "6.70", 2, 66, 14),
    ),
    *_shelf(
        "Drinks",
        ("DRNK-OAT-1L", "Oat drink barista, 1 L", "carton", 550, "2.30", 8, 90, 60),
        ("DRNK-ALM-1L", "Almond drink, 1 L", "carton", 560, "2.45", 5, 180, 40),
        ("DRNK-MLK-2L", "Full cream milk, 2 L", "carton", 480, "2.60", 7, 240, 60),
        ("DRNK-KOM-330", "Kombucha ginger, 330 ml", "bottle", 590, "2.30", 5, 200, 40),
        ("DRNK-SPK-500", "Sparkling water, 500 ml", "bottle", 390, "1.10", 8, 320, 60),
        ("DRNK-OJ-350", "Orange juice, 350 ml", "bottle", 620, "2.50", 6, 210, 48),
        ("DRNK-LEM-330", "Lemonade, 330 ml", "bottle", 490, "1.60", 6, 230, 48),
        ("BEER-PAL-375", "Pale ale, 375 ml", "beer", 900, "3.40", 4, 190, 48),
        ("BEER-LAG-375", "Lager, 375 ml", "beer", 850, "3.10", 4, 200, 48),
        ("WINE-PIN-750", "Pinot noir, 750 ml", "wine", 4200, "19.50", 1.2, 48, 8),
        ("WINE-CHA-750", "Chardonnay, 750 ml", "wine", 3900, "17.80", 1.2, 52, 8),
    ),
    *_shelf(
        "Bakery",
        ("BAKE-CRO-PLN", "Croissant", "bread", 520, "1.70", 9, 260, 40),
        ("BAKE-CRO-ALM", "Almond croissant", "bread", 680, "2.40", 6, 160, 30),
        ("BAKE-PAN-CHO", "Pain au chocolat", "bread", 620, "2.10", 6, 170, 30),
        ("BAKE-BAN-BRD", "Banana bread slice", "cake", 590, "1.80", 5, 150, 24),
        ("BAKE-LEM-TRT", "Lemon tart", "cake", 850, "3.20", 3, 90, 12),
        ("BAKE-CAR-CKE", "Carrot cake slice", "cake", 790, "2.90", 3, 96, 12),
        ("BAKE-SDG-LOF", "Sourdough loaf", "bread", 950, "3.60", 4, 130, 20),
        ("BAKE-FOC-PCE", "Focaccia piece", "bread", 640, "2.00", 4, 120, 20),
    ),
    *_shelf(
        "Kitchen",
        ("KTCH-BLT-SND", "BLT sandwich", "sandwich", 1450, "5.40", 4, 110, 16),
        ("KTCH-CHK-SND", "Chicken sandwich", "sandwich", 1490, "5.70", 5, 120, 16),
        ("KTCH-VEG-SND", "Grilled vegetable sandwich", "sandwich", 1390, "4.80", 3, 100, 16),
        ("KTCH-CAE-SLD", "Caesar salad", "salad", 1690, "6.10", 3, 90, 12),
        ("KTCH-GRN-SLD", "Greens and grains salad", "salad", 1650, "5.90", 3, 88, 12),
        ("KTCH-MAR-PZA", "Margherita pizza", "pizza", 2200, "6.80", 4, 120, 16),
        ("KTCH-PEP-PZA", "Pepperoni pizza", "pizza", 2500, "8.10", 4, 110, 16),
        ("KTCH-CHS-BRG", "Cheeseburger", "burger", 2100, "7.40", 5, 130, 20),
        ("KTCH-MSH-BRG", "Mushroom burger", "burger", 2050, "7.00", 3, 90, 14),
    ),
    *_shelf(
        "Home",
        ("HOME-CDL-FIG", "Soy candle, fig", "candle", 3600, "14.00", 0.4, 64, 6),
        ("HOME-CDL-CED", "Soy candle, cedar", "candle", 3600, "14.00", 0.5, 8, 8),
        ("HOME-TWL-LIN", "Linen tea towel", "generic", 2400, "9.30", 0.5, 40, 6),
        ("HOME-APR-CAN", "Canvas apron", "generic", 5400, "24.00", 0.3, 20, 4),
    ),
]
