# ruff: noqa: E501 - tables of pictures are read along the line
"""The pictures of the sample collection: file names and what they show, as tables."""

from __future__ import annotations

from qwen3vl_app.demo.world.drawing import Size

WIDE: Size = (960, 720)
SQUARE: Size = (800, 800)
TALL: Size = (720, 960)

PORTRAITS: dict[str, tuple[str, str, Size]] = {
    "animals/cat.jpg": ("🐈", "linen", WIDE), "animals/dog.jpg": ("🐕", "meadow", WIDE),
    "animals/elephant.jpg": ("🐘", "desert", WIDE), "animals/fox.jpg": ("🦊", "meadow", WIDE),
    "animals/owl.webp": ("🦉", "night", SQUARE), "animals/penguin.jpg": ("🐧", "snow", TALL),
    "animals/turtle.jpg": ("🐢", "mint", SQUARE), "animals/dolphin.jpg": ("🐬", "sky", WIDE),
    "animals/butterfly.webp": ("🦋", "rose", SQUARE), "animals/lion.jpg": ("🦁", "desert", WIDE),
    "animals/horse.jpg": ("🐎", "meadow", WIDE), "animals/rabbit.png": ("🐇", "mint", SQUARE),
    "animals/octopus.webp": ("🐙", "sea", SQUARE), "animals/panda.jpg": ("🐼", "mint", WIDE),
    "animals/camel.jpg": ("🐪", "desert", WIDE), "animals/deer.jpg": ("🦌", "lemon", TALL),
    "animals/hedgehog.jpg": ("🦔", "wood", WIDE), "animals/swan.webp": ("🦢", "sea", WIDE),
    "animals/peacock.jpg": ("🦚", "meadow", SQUARE), "animals/kangaroo.jpg": ("🦘", "desert", TALL),
    "animals/bee.webp": ("🐝", "lemon", SQUARE), "animals/crab.jpg": ("🦀", "peach", WIDE),
    "animals/frog.webp": ("🐸", "mint", SQUARE), "animals/koala.jpg": ("🐨", "wood", SQUARE),
    "animals/rooster.jpg": ("🐓", "meadow", WIDE), "animals/whale.jpg": ("🐳", "sea", WIDE),
    "food/strawberry.jpg": ("🍓", "rose", SQUARE), "food/pizza.jpg": ("🍕", "table", WIDE),
    "food/watermelon.webp": ("🍉", "mint", WIDE), "food/banana.jpg": ("🍌", "slate", WIDE),
    "food/hamburger.jpg": ("🍔", "table", WIDE), "food/birthday-cake.jpg": ("🎂", "rose", SQUARE),
    "food/avocado.webp": ("🥑", "lemon", SQUARE), "food/coffee.jpg": ("☕", "table", WIDE),
    "food/lemon.jpg": ("🍋", "sky", SQUARE), "food/sushi.jpg": ("🍣", "slate", WIDE),
    "food/cheese.webp": ("🧀", "sky", WIDE), "food/carrot.jpg": ("🥕", "linen", TALL),
    "food/croissant.jpg": ("🥐", "table", WIDE), "food/grapes.webp": ("🍇", "lilac", SQUARE),
    "food/pineapple.jpg": ("🍍", "peach", TALL), "food/cherries.webp": ("🍒", "mint", SQUARE),
    "food/doughnut.jpg": ("🍩", "sky", SQUARE), "food/bread.jpg": ("🍞", "table", WIDE),
    "food/ice-cream.webp": ("🍨", "rose", TALL), "food/honey-pot.jpg": ("🍯", "lemon", SQUARE),
    "vehicles/rocket.jpg": ("🚀", "night", TALL), "vehicles/red-car.jpg": ("🚗", "meadow", WIDE),
    "vehicles/bus.jpg": ("🚌", "sunset", WIDE), "vehicles/bicycle.webp": ("🚲", "mint", WIDE),
    "vehicles/sailboat.jpg": ("⛵", "sea", WIDE), "vehicles/helicopter.jpg": ("🚁", "sky", WIDE),
    "vehicles/tractor.jpg": ("🚜", "meadow", WIDE), "vehicles/airplane.jpg": ("✈", "sky", WIDE),
    "vehicles/ambulance.jpg": ("🚑", "street", WIDE), "vehicles/fire-engine.jpg": ("🚒", "street", WIDE),
    "vehicles/scooter.webp": ("🛵", "street", SQUARE), "vehicles/canoe.jpg": ("🛶", "sunset", WIDE),
    "places/house.jpg": ("🏠", "meadow", WIDE), "places/castle.jpg": ("🏰", "sunset", WIDE),
    "places/volcano.jpg": ("🌋", "desert", WIDE), "places/ferris-wheel.webp": ("🎡", "street", TALL),
    "places/tent.jpg": ("⛺", "wood", WIDE), "places/fountain.jpg": ("⛲", "street", WIDE),
    "places/snowman.jpg": ("⛄", "sky", TALL), "places/mountain.jpg": ("🏔", "sky", WIDE),
    "places/desert-island.jpg": ("🏝", "sea", WIDE), "places/rainbow.webp": ("🌈", "meadow", WIDE),
    "things/guitar.jpg": ("🎸", "slate", TALL), "things/violin.webp": ("🎻", "linen", SQUARE),
    "things/trumpet.jpg": ("🎺", "rose", WIDE), "things/key.jpg": ("🔑", "slate", SQUARE),
    "things/camera.jpg": ("📷", "lemon", WIDE), "things/light-bulb.webp": ("💡", "night", SQUARE),
    "things/umbrella.jpg": ("☂", "sky", SQUARE), "things/sunflower.jpg": ("🌻", "sky", TALL),
    "things/cactus.jpg": ("🌵", "desert", TALL), "things/crown.webp": ("👑", "lilac", WIDE),
    "things/telescope.jpg": ("🔭", "sunset", SQUARE), "things/teddy-bear.jpg": ("🧸", "table", SQUARE),
    "things/scissors.webp": ("✂", "mint", SQUARE), "things/alarm-clock.jpg": ("⏰", "lilac", SQUARE),
    "things/soccer-ball.jpg": ("⚽", "meadow", WIDE), "things/backpack.webp": ("🎒", "wood", TALL),
    "things/books.jpg": ("📚", "table", WIDE), "things/candle.jpg": ("🕯", "night", TALL),
    "things/accordion.jpg": ("🪗", "peach", WIDE), "things/gift.webp": ("🎁", "snow", SQUARE),
}  # fmt: skip
"""File -> thing, ground, size."""

COPIES: dict[str, tuple[str, tuple[int, int, int, int], int]] = {
    "animals/fox-smaller.webp": ("animals/fox.jpg", (0, 0, 960, 720), 480),
    "animals/fox-closer.jpg": ("animals/fox.jpg", (120, 60, 840, 660), 600),
    "places/castle-for-mail.jpg": ("places/castle.jpg", (0, 0, 960, 720), 360),
    "places/castle-cut.webp": ("places/castle.jpg", (30, 20, 930, 700), 680),
    "things/violin-small.jpg": ("things/violin.webp", (0, 0, 800, 800), 320),
    "food/pineapple-web.webp": ("food/pineapple.jpg", (0, 0, 720, 960), 640),
}
"""File -> of which picture it is a near copy, which part of it, and how many pixels high."""

COUPLES: dict[str, tuple[str, str, bool, str]] = {
    "together/cat-left-of-dog.jpg": ("🐈", "🐕", False, "meadow"),
    "together/dog-left-of-cat.jpg": ("🐕", "🐈", False, "meadow"),
    "together/apple-above-banana.jpg": ("🍎", "🍌", True, "lemon"),
    "together/banana-above-apple.jpg": ("🍌", "🍎", True, "lemon"),
    "together/car-left-of-bus.jpg": ("🚗", "🚌", False, "street"),
    "together/bus-left-of-car.jpg": ("🚌", "🚗", False, "street"),
    "together/bear-and-honey.jpg": ("🐻", "🍯", False, "mint"),
    "together/rabbit-and-carrot.jpg": ("🐇", "🥕", False, "meadow"),
    "together/mouse-left-of-cheese.jpg": ("🐁", "🧀", False, "table"),
    "together/cheese-left-of-mouse.jpg": ("🧀", "🐁", False, "table"),
    "together/cow-left-of-tractor.jpg": ("🐄", "🚜", False, "meadow"),
    "together/tractor-left-of-cow.jpg": ("🚜", "🐄", False, "meadow"),
    "together/balloon-above-house.jpg": ("🎈", "🏠", True, "sky"),
    "together/house-above-balloon.jpg": ("🏠", "🎈", True, "sky"),
    "together/umbrella-above-frog.jpg": ("☂", "🐸", True, "lilac"),
    "together/coffee-and-croissant.jpg": ("☕", "🥐", False, "table"),
    "together/sailboat-and-whale.jpg": ("⛵", "🐳", False, "sea"),
    "together/owl-and-books.jpg": ("🦉", "📚", False, "peach"),
}
"""File -> first, second, the first on top, ground. Some differ only in their sides."""

COUNTED = ("one", "two", "three", "four")

SHAPES_DRAWN: dict[tuple[str, str], tuple[int, ...]] = {
    ("red", "circle"): (1, 2, 3, 4),
    ("blue", "circle"): (2, 3),
    ("red", "square"): (2, 3),
    ("yellow", "star"): (1, 2, 3, 4),
    ("blue", "star"): (3,),
    ("orange", "star"): (1,),
    ("green", "triangle"): (1, 2, 3),
    ("purple", "heart"): (1,),
    ("pink", "heart"): (1, 2, 4),
    ("red", "heart"): (2,),
    ("white", "cross"): (1,),
    ("green", "square"): (4,),
}
"""Colour and shape -> counts. Many differ in one respect only."""

SHAPE_FILES: dict[str, tuple[str, str, int]] = {
    f"shapes/{COUNTED[count - 1]}-{colour}-{shape}{'' if count == 1 else 's'}.jpg": (
        colour,
        shape,
        count,
    )
    for (colour, shape), counts in SHAPES_DRAWN.items()
    for count in counts
}
"""File -> colour, shape, count."""

SHAPE_GROUNDS = {
    "red": "sky", "blue": "lemon", "yellow": "sky", "orange": "sky", "green": "peach",
    "purple": "lemon", "pink": "mint", "white": "slate",
}  # fmt: skip
"""Colour -> a ground that it stands out from."""

CHART_FILES: dict[str, tuple[str, str, str, int]] = {
    "charts/fruit-sold.png": ("bar", "🍓", "Strawberry", 26),
    "charts/rain-by-month.png": ("line", "🌧", "Rain", 22),
    "charts/pets-in-town.png": ("pie", "🐕", "Pets in town", 7),
    "charts/fish-by-size.png": ("scatter", "🐟", "Fish", 16),
    "charts/bus-times.png": ("table", "🚌", "Bus times", 9),
    "charts/bicycles-counted.png": ("bar", "🚲", "Bicycle", 29),
    "charts/coffee-prices.png": ("line", "☕", "Coffee", 19),
    "charts/what-birds-eat.png": ("pie", "🐦", "Bird", 16),
    "charts/trees-by-height.png": ("scatter", "🌳", "Tree", 22),
    "charts/football-results.png": ("table", "⚽", "Football", 23),
}
"""File -> kind of chart, topic, title, and a seed with which the topic is pictured beside it."""

SCAN_FILES = {
    "scans/scan-1.png": "Harbour",
    "scans/scan-2.png": "Museum",
    "scans/scan-3.png": "Invoice",
    "scans/scan-4.png": "Orchard",
    "scans/scan-5.png": "Library",
    "scans/scan-6.png": "Winter",
    "scans/scan-7.png": "Recipe",
    "scans/scan-8.png": "Railway",
    "scans/scan-9.png": "Lantern",
    "scans/scan-10.png": "Holiday",
}
"""File -> heading. Nothing but the picture of the page tells it."""
