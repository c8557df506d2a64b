"""Draw the sample collection: pictures, pages, notes and clips that the demo checkpoints know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from qwen3vl_app.demo.world.drawing import COLOURS, Size, draw_shape
from qwen3vl_app.demo.world.films import FILMS, write_film
from qwen3vl_app.demo.world.notes import NOTES
from qwen3vl_app.demo.world.pages import draw_chart, draw_titled
from qwen3vl_app.demo.world.papers import PAPERS, write_pdf
from qwen3vl_app.demo.world.stages import couple, portrait, stage

WIDE: Size = (960, 720)
SQUARE: Size = (800, 800)
TALL: Size = (720, 960)

PORTRAITS: dict[str, tuple[str, str, Size]] = {
    "animals/cat.jpg": ("🐈", "linen", WIDE),
    "animals/dog.jpg": ("🐕", "meadow", WIDE),
    "animals/elephant.jpg": ("🐘", "desert", WIDE),
    "animals/fox.jpg": ("🦊", "meadow", WIDE),
    "animals/owl.webp": ("🦉", "night", SQUARE),
    "animals/penguin.jpg": ("🐧", "snow", TALL),
    "animals/turtle.jpg": ("🐢", "mint", SQUARE),
    "animals/dolphin.jpg": ("🐬", "sea", WIDE),
    "animals/butterfly.webp": ("🦋", "rose", SQUARE),
    "animals/lion.jpg": ("🦁", "desert", WIDE),
    "animals/horse.jpg": ("🐎", "meadow", WIDE),
    "animals/rabbit.png": ("🐇", "mint", SQUARE),
    "animals/octopus.webp": ("🐙", "sea", SQUARE),
    "animals/panda.jpg": ("🐼", "mint", WIDE),
    "food/strawberry.jpg": ("🍓", "rose", SQUARE),
    "food/pizza.jpg": ("🍕", "linen", WIDE),
    "food/watermelon.webp": ("🍉", "mint", WIDE),
    "food/banana.jpg": ("🍌", "slate", WIDE),
    "food/hamburger.jpg": ("🍔", "linen", WIDE),
    "food/birthday-cake.jpg": ("🎂", "rose", SQUARE),
    "food/avocado.webp": ("🥑", "lemon", SQUARE),
    "food/coffee.jpg": ("☕", "linen", WIDE),
    "food/lemon.jpg": ("🍋", "sky", SQUARE),
    "food/sushi.jpg": ("🍣", "slate", WIDE),
    "food/cheese.webp": ("🧀", "sky", WIDE),
    "food/carrot.jpg": ("🥕", "linen", TALL),
    "vehicles/rocket.jpg": ("🚀", "night", TALL),
    "vehicles/red-car.jpg": ("🚗", "meadow", WIDE),
    "vehicles/bus.jpg": ("🚌", "sunset", WIDE),
    "vehicles/bicycle.webp": ("🚲", "mint", WIDE),
    "vehicles/sailboat.jpg": ("⛵", "sea", WIDE),
    "vehicles/helicopter.jpg": ("🚁", "sky", WIDE),
    "vehicles/tractor.jpg": ("🚜", "meadow", WIDE),
    "places/house.jpg": ("🏠", "meadow", WIDE),
    "places/castle.jpg": ("🏰", "sunset", WIDE),
    "places/volcano.jpg": ("🌋", "desert", WIDE),
    "places/ferris-wheel.webp": ("🎡", "night", TALL),
    "places/tent.jpg": ("⛺", "meadow", WIDE),
    "things/guitar.jpg": ("🎸", "slate", TALL),
    "things/violin.webp": ("🎻", "linen", SQUARE),
    "things/trumpet.jpg": ("🎺", "rose", WIDE),
    "things/key.jpg": ("🔑", "slate", SQUARE),
    "things/camera.jpg": ("📷", "lemon", WIDE),
    "things/light-bulb.webp": ("💡", "night", SQUARE),
    "things/umbrella.jpg": ("☂", "sky", SQUARE),
    "things/sunflower.jpg": ("🌻", "sky", TALL),
}
"""File -> thing, ground, size."""

COUPLES: dict[str, tuple[str, str, bool, str]] = {
    "together/cat-left-of-dog.jpg": ("🐈", "🐕", False, "meadow"),
    "together/dog-left-of-cat.jpg": ("🐕", "🐈", False, "meadow"),
    "together/apple-above-banana.jpg": ("🍎", "🍌", True, "lemon"),
    "together/banana-above-apple.jpg": ("🍌", "🍎", True, "lemon"),
    "together/car-left-of-bus.jpg": ("🚗", "🚌", False, "linen"),
    "together/bus-left-of-car.jpg": ("🚌", "🚗", False, "linen"),
    "together/bear-and-honey.jpg": ("🐻", "🍯", False, "mint"),
    "together/rabbit-and-carrot.jpg": ("🐇", "🥕", False, "meadow"),
}
"""File -> first, second, the first on top, ground. Some differ only in their sides."""

SHAPE_FILES: dict[str, tuple[str, str, int]] = {
    "shapes/one-red-circle.jpg": ("red", "circle", 1),
    "shapes/two-red-circles.jpg": ("red", "circle", 2),
    "shapes/three-red-circles.jpg": ("red", "circle", 3),
    "shapes/three-blue-circles.jpg": ("blue", "circle", 3),
    "shapes/three-red-squares.jpg": ("red", "square", 3),
    "shapes/four-yellow-stars.jpg": ("yellow", "star", 4),
    "shapes/one-purple-heart.jpg": ("purple", "heart", 1),
    "shapes/two-green-triangles.jpg": ("green", "triangle", 2),
    "shapes/four-pink-hearts.jpg": ("pink", "heart", 4),
    "shapes/one-orange-star.jpg": ("orange", "star", 1),
}
"""File -> colour, shape, count. Several differ in one respect only."""

CHART_FILES: dict[str, tuple[str, str, str]] = {
    "charts/fruit-sold.png": ("bar", "🍓", "Fruit sold"),
    "charts/rain-by-month.png": ("line", "🌧", "Rain"),
    "charts/pets-in-town.png": ("pie", "🐕", "Pets in town"),
    "charts/fish-by-size.png": ("scatter", "🐟", "Fish by size"),
    "charts/bus-times.png": ("table", "🚌", "Bus times"),
}
"""File -> kind of chart, topic, title."""

SCAN_FILES = {
    "scans/scan-1.png": "Harbour",
    "scans/scan-2.png": "Museum",
    "scans/scan-3.png": "Invoice",
    "scans/scan-4.png": "Orchard",
}
"""File -> heading. Nothing but the picture of the page tells it."""

Save = Callable[[str, Image.Image], None]


def draw_shape_file(colour: str, shape: str, count: int) -> Image.Image:
    """Evenly placed shapes on a light ground."""
    size = WIDE if count in (2, 3) else SQUARE
    canvas = stage("lemon" if colour in ("blue", "purple") else "sky", size)
    pen = ImageDraw.Draw(canvas)
    columns, rows = {1: (1, 1), 2: (2, 1), 3: (3, 1), 4: (2, 2)}[count]
    r = min(size[0] / columns, size[1] / rows) * 0.36
    for index in range(count):
        x = (index % columns + 0.5) * size[0] / columns
        y = (index // columns + 0.5) * size[1] / rows
        draw_shape(pen, shape, COLOURS[colour], (x, y), r)
    return canvas


def write_pictures(save: Save) -> None:
    """Portraits, couples, shapes, charts, scans, and two near-duplicates of the fox."""
    for name, (glyph, ground, size) in PORTRAITS.items():
        save(name, portrait(glyph, ground, size, share=0.84 if size == TALL else 0.7))
    for name, (first, second, stacked, ground) in COUPLES.items():
        save(name, couple(first, second, ground, SQUARE if stacked else WIDE, stacked=stacked))
    for name, (colour, shape, count) in SHAPE_FILES.items():
        save(name, draw_shape_file(colour, shape, count))
    for seed, (name, (chart, glyph, title)) in enumerate(CHART_FILES.items()):
        save(name, draw_chart(Random(seed + 5), chart, glyph, title, (900, 1100)))
    for seed, (name, title) in enumerate(SCAN_FILES.items()):
        save(name, draw_titled(Random(seed + 20), None, title, (900, 1270)))
    fox = portrait("🦊", "meadow", WIDE)
    save("animals/fox-smaller.webp", fox.resize((640, 480), Image.Resampling.LANCZOS))
    save("animals/fox-closer.jpg", fox.crop((120, 60, 840, 660)))


def write_samples(folder: Path, report: Callable[[str], None] = lambda _: None) -> int:
    """Write the whole collection below `folder`; how many files it has. Takes about a minute."""
    written = 0

    def target(name: str) -> Path:
        nonlocal written
        written += 1
        report(name)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def save(name: str, image: Image.Image) -> None:
        path = target(name)
        if path.suffix == ".png":
            image.save(path, optimize=True)
        else:
            image.save(path, quality=88)

    write_pictures(save)
    for name, leaves in PAPERS.items():
        write_pdf(target(f"documents/{name}"), leaves)
    for name, text in NOTES.items():
        target(f"notes/{name}").write_text(text, encoding="utf-8")
    for name, shots in FILMS.items():
        write_film(target(f"clips/{name}"), shots)
    return written
