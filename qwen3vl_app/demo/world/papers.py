# ruff: noqa: E501 - tables of sentences are read along the line
"""The PDF files of the sample collection: headings, illustrations, real text lines, charts."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pypdfium2
from fpdf import FPDF
from PIL import Image, ImageDraw

from qwen3vl_app.demo.world import pages
from qwen3vl_app.demo.world.stages import stand

CREATED = datetime(2025, 1, 1, tzinfo=UTC)
"""Written into every PDF, so that drawing the collection again gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: heading, what is shown (a thing's character or the kind of a chart), its text."""

    heading: str
    shows: str
    text: str


def chart_image(chart: str, seed: int) -> Image.Image:
    """A chart alone, 1000 × 800 pixels."""
    rng = Random(seed)
    canvas = Image.new("RGB", (1000, 800), (253, 253, 253))
    pen, box = ImageDraw.Draw(canvas), (70.0, 30.0, 960.0, 760.0)
    if chart in ("bar", "line", "scatter"):
        pages.axes(pen, box, 6)
    if chart == "bar":
        pages.draw_bars(pen, rng, box)
    elif chart == "line":
        pages.draw_curves(pen, rng, box, 8)
    elif chart == "pie":
        pages.draw_pie(pen, rng, box)
    elif chart == "scatter":
        pages.draw_points(pen, rng, box, 8)
    else:
        pages.draw_table(pen, rng, box, 5)
    return canvas


def plate(glyph: str) -> Image.Image:
    """A thing on white, as an illustration."""
    canvas = Image.new("RGB", (900, 780), (252, 252, 250))
    stand(canvas, glyph, (450, 390), 720, shaded=False)
    return canvas


def write_pdf(path: Path, leaves: list[Leaf], seed: int = 1) -> None:
    """Write an A4 document with one page per leaf; the text can be selected and searched."""
    document = FPDF(format="A4")
    document.set_creation_date(CREATED)
    document.set_title(leaves[0].heading)
    document.set_margins(22, 18, 22)
    for number, leaf in enumerate(leaves):
        document.add_page()
        document.set_font("Helvetica", "B", 30)
        document.cell(0, 18, leaf.heading, new_x="LMARGIN", new_y="NEXT")
        picture = (
            chart_image(leaf.shows, seed + number)
            if leaf.shows in CHART_KINDS
            else plate(leaf.shows)
        )
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=84)
        document.image(packed, x=22, w=166)
        document.ln(6)
        document.set_font("Helvetica", "", 13)
        document.multi_cell(0, 7, leaf.text, new_x="LMARGIN", new_y="NEXT")
        document.ln(3)
        document.multi_cell(0, 7, CLOSING[number % len(CLOSING)], new_x="LMARGIN", new_y="NEXT")
    document.output(str(path))


def page_pictures(leaves: list[Leaf]) -> list[Image.Image]:
    """The leaves as pictures of PDF pages, about 830 × 1,170 pixels."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leaves.pdf"
        write_pdf(path, leaves)
        with pypdfium2.PdfDocument(path) as document:
            return [page.render(scale=1.4).to_pil() for page in document]


CLOSING = (
    "Read slowly and take notes in the margin. What you learn on this page comes up again on the"
    " next ones, and a second reading a week later is worth more than three on the same evening.",
    "Most of this was written down on the way, in trains and waiting rooms. If you find a mistake,"
    " please tell us, and we will put it right in the next edition.",
    "The drawing above is simple on purpose. It shows what matters and leaves out the rest, so that"
    " you recognise it at once when you leaf through these pages in a hurry.",
)
"""A second paragraph for every page, so that it looks like one."""

CHART_KINDS = ("bar", "line", "pie", "scatter", "table")

PAPERS: dict[str, list[Leaf]] = {
    "animals-of-the-forest.pdf": [
        Leaf("The fox", "🦊", "The fox hunts at dusk and sleeps through the day. It hears a mouse under half a metre of snow. This page is about the fox."),
        Leaf("The owl", "🦉", "The owl flies without a sound. Its eyes cannot move, so the owl turns its whole head. This page is about the owl."),
        Leaf("The deer", "🦌", "The deer comes to the edge of the wood in the evening. Every spring a deer grows new antlers. This page is about the deer."),
        Leaf("The hedgehog", "🦔", "The hedgehog rolls up into a ball when it is afraid. In winter the hedgehog sleeps under leaves. This page is about the hedgehog."),
    ],
    "kitchen-notebook.pdf": [
        Leaf("Pizza", "🍕", "Knead the dough for ten minutes and let it rest for a day. A pizza wants the hottest oven you have."),
        Leaf("Pancakes", "🥞", "Two eggs, a cup of milk, a cup of flour. Bake the pancakes in butter and stack them."),
        Leaf("Avocado", "🥑", "An avocado is ripe when the skin gives a little. Eat the avocado with lemon and salt."),
    ],
    "travel-report.pdf": [
        Leaf("By airplane", "✈", "We took the airplane in the morning and saw the mountains from above. The airplane was full."),
        Leaf("The castle", "🏰", "The castle stands on a hill above the town. From the tower of the castle one sees the sea."),
        Leaf("By sailboat", "⛵", "On the last day we rented a sailboat. There was wind, and the sailboat was fast."),
    ],
    "sales-report.pdf": [
        Leaf("Sales by month", "bar", "The bar chart shows sales for every month. The best month was June; January was weak."),
        Leaf("Visitors", "line", "The line chart follows visitors to the shop over the year, for three towns."),
        Leaf("Shares", "pie", "The pie chart shows how much each product brings. The largest slice is coffee."),
        Leaf("All numbers", "table", "The table holds all numbers of this report. They were checked twice."),
    ],
    "music-lessons.pdf": [
        Leaf("Guitar", "🎸", "The guitar has six strings. Practise the guitar every day for a quarter of an hour."),
        Leaf("Violin", "🎻", "The violin is tuned in fifths. Hold the violin lightly and the bow straight."),
        Leaf("Trumpet", "🎺", "A trumpet has three valves. Warm the trumpet before you play outside."),
    ],
    "garden-book.pdf": [
        Leaf("Sunflower", "🌻", "The sunflower turns towards the light while it grows. Sow a sunflower in April."),
        Leaf("Cactus", "🌵", "A cactus needs light and little water. Do not water the cactus in winter."),
        Leaf("Strawberry", "🍓", "Plant the strawberry in August and put straw under the fruit. A strawberry likes sun."),
    ],
    "sea-journal.pdf": [
        Leaf("The whale", "🐳", "We saw a whale on the third day. The whale came up beside the boat and blew. This page is about the whale."),
        Leaf("The crab", "🦀", "The crab walks sideways. Under every stone on the beach there was a crab. This page is about the crab."),
        Leaf("Octopus", "🐙", "An octopus has eight arms and three hearts. The octopus opens jars from inside. This page is about the octopus."),
        Leaf("The island", "🏝", "A desert island with two palms. We stayed on the desert island until evening."),
    ],
    "weather-year.pdf": [
        Leaf("Rain by week", "bar", "The bar chart shows rain for every week of the spring. May was the wettest month."),
        Leaf("Cold and warm", "line", "The line chart follows cold and warm days from January to December."),
        Leaf("Wind and rain", "scatter", "The scatter plot has a dot for every day, wind across and rain upwards."),
        Leaf("Kinds of days", "pie", "The pie chart shows how many days were sunny, cloudy or wet."),
    ],
    "winter-walks.pdf": [
        Leaf("Snowman", "⛄", "The children built a snowman behind the house. The snowman stood for two weeks."),
        Leaf("The deer", "🦌", "In the snow we followed the tracks of a deer. The deer stood at the edge of the wood."),
        Leaf("Tent", "⛺", "A tent in winter wants a thick floor. We slept in the tent for one night only."),
    ],
}  # fmt: skip
"""File name -> pages of the collection's PDF documents."""
