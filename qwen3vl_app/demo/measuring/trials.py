"""What both stages are asked side by side: documents, queries, and what answers them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from qwen3vl_app.budget import Budget
from qwen3vl_app.demo.measuring.measures import picture, shown, text
from qwen3vl_app.demo.world.captions import caption, fill, note, shape_words
from qwen3vl_app.demo.world.drawing import COLOURS, SHAPES
from qwen3vl_app.demo.world.names import LANGUAGES, Thing
from qwen3vl_app.demo.world.papers import Leaf, page_pictures
from qwen3vl_app.demo.world.scenes import (
    CHARTS,
    COUNTS,
    MOTIONS,
    Scene,
    random_pair,
    random_title,
    with_wrong_thing,
)
from qwen3vl_app.types import ModelInput, Picture

OTHERS = tuple(tongue for tongue in LANGUAGES if tongue != "en")

CHART_WORDS = {
    "bar": "bar chart",
    "line": "line chart",
    "pie": "pie chart",
    "scatter": "scatter plot",
    "table": "table",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query, and the place of the one document that answers it."""

    query: ModelInput
    wanted: int
    tongue: str = "en"


@dataclass(frozen=True, slots=True)
class Trial:
    """Documents that are hard to tell apart, and what is asked about them."""

    name: str
    documents: Sequence[ModelInput]
    questions: Sequence[Question]


class Trials:
    """Fresh trials of every kind.

    cases: Questions of each; those about plain names are asked so often in English, and a third as
    often in each other language.
    """

    def __init__(self, rng: Random, things: Sequence[Thing], budget: Budget, cases: int) -> None:
        self.rng = rng
        self.things = list(things)
        self.budget = budget
        self.cases = cases

    def several(self, count: int) -> list[Thing]:
        """Different things, as many as there are at most."""
        return self.rng.sample(self.things, min(count, len(self.things)))

    def drawn(self, scenes: Sequence[Scene]) -> list[ModelInput]:
        """A fresh drawing or clip of each scene."""
        return [shown(self.rng, scene, self.budget) for scene in scenes]

    def chosen(self, count: int) -> list[int]:
        """Places of the documents that are asked for."""
        return self.rng.sample(range(count), min(self.cases, count))

    def described(self, name: str, scenes: Sequence[Scene]) -> Trial:
        """Scenes asked for in English words that name all that matters."""
        questions = [
            Question(text(caption(self.rng, scenes[at], exact=True, tongue="en")), at)
            for at in self.chosen(len(scenes))
        ]
        return Trial(name, self.drawn(scenes), questions)

    def names(self) -> Trial:
        """One thing to a picture, asked for by its name alone, in every language."""
        things = self.several(150)
        asked = {tongue: self.cases // (1 if tongue == "en" else 3) or 1 for tongue in LANGUAGES}
        questions = [
            Question(text(things[at].name(tongue)), at, tongue)
            for tongue, count in asked.items()
            for at in self.rng.sample(range(len(things)), min(count, len(things)))
        ]
        return Trial("names", self.drawn([Scene("thing", (it,)) for it in things]), questions)

    def relations(self, *, unseen: bool) -> Trial:
        """Families of six: both orders side by side and one above the other, two wrong things."""
        scenes: list[Scene] = []
        while len(scenes) < 150:
            first = Scene("pair", random_pair(self.rng, self.things, unseen=unseen))
            ways = [first, replace(first, stacked=True)]
            ways += [replace(way, things=way.things[::-1]) for way in ways]
            scenes += [*ways, *(with_wrong_thing(self.rng, way, self.things) for way in ways[:2])]
        return self.described("relations, pairs never trained" if unseen else "relations", scenes)

    def two_names(self) -> Trial:
        """Two things, by both names without their relation."""
        pairs = [random_pair(self.rng, self.things, unseen=True) for _ in range(150)]
        questions = [
            Question(text(fill("a {} and a {}", *(it.name() for it in pairs[at]))), at)
            for at in self.chosen(len(pairs))
        ]
        return Trial(
            "names of two things", self.drawn([Scene("pair", each) for each in pairs]), questions
        )

    def shapes(self) -> Trial:
        """Different combinations of colour, shape and count."""
        every = [
            Scene("shapes", colour=colour, shape=shape, count=number)
            for colour in COLOURS
            for shape in SHAPES
            for number in COUNTS
        ]
        return self.described("colour, shape, count", self.rng.sample(every, 150))

    def counts(self) -> Trial:
        """The same shapes in every number: one drawing of the right one, three of each other.

        A colour and shape is asked for once, or what is wrong for one question would be right for
        another.
        """
        scenes: list[Scene] = []
        questions: list[Question] = []
        drawn = [(colour, shape) for colour in COLOURS for shape in SHAPES]
        for colour, shape in self.rng.sample(drawn, min(self.cases, len(drawn))):
            right = self.rng.choice(COUNTS)
            questions.append(Question(text(shape_words("en", colour, shape, right)), len(scenes)))
            scenes.append(Scene("shapes", colour=colour, shape=shape, count=right))
            scenes += [
                Scene("shapes", colour=colour, shape=shape, count=count)
                for count in COUNTS
                for _ in range(3)
                if count != right
            ]
        return Trial("counts among wrong counts", self.drawn(scenes), questions)

    def headings(self, *, unseen: bool) -> Trial:
        """Pages with different headings of words of training, or of words never drawn in it."""
        titles: set[str] = set()
        while len(titles) < 100:
            titles.add(random_title(self.rng, unseen=unseen))
        scenes = [Scene("titled", title=title) for title in sorted(titles)]
        questions = [
            Question(text(scenes[at].title.lower()), at) for at in self.chosen(len(scenes))
        ]
        name = "headings never drawn" if unseen else "headings"
        return Trial(name, self.drawn(scenes), questions)

    def printed(self) -> Trial:
        """Pages of PDF files as the samples have them, by headings in another face."""
        titles = sorted({random_title(self.rng, unseen=True) for _ in range(60)})
        leaves = [
            Leaf(title, thing.glyph, "A few words about nothing in particular.")
            for title, thing in zip(titles, self.several(len(titles)), strict=False)
        ]
        pages = [ModelInput(pictures=(Picture(page),)) for page in page_pictures(leaves)]
        asked = [Question(text(leaves[at].heading.lower()), at) for at in self.chosen(len(pages))]
        return Trial("headings of PDF pages", pages, asked)

    def charts(self) -> Trial:
        """Every kind of chart about twenty things, by kind and topic."""
        scenes = [
            Scene("chart", (thing,), chart=chart) for thing in self.several(20) for chart in CHARTS
        ]
        questions = [
            Question(text(f"{CHART_WORDS[scene.chart]} about {scene.things[0].name()}"), at)
            for at, scene in ((at, scenes[at]) for at in self.chosen(len(scenes)))
        ]
        return Trial("charts", self.drawn(scenes), questions)

    def clips(self) -> Trial:
        """Every motion of twelve things."""
        scenes = [
            Scene("clip", (thing,), motion=motion)
            for thing in self.several(12)
            for motion in MOTIONS[:5]
        ]
        return self.described("clips", scenes)

    def notes(self) -> Trial:
        """Notes in English, by the name of what they are about."""
        things = self.several(150)
        notes = [text(note(self.rng, [thing], "en")) for thing in things]
        asked = [Question(text(things[at].name()), at) for at in self.chosen(len(things))]
        return Trial("notes", notes, asked)

    def by_picture(self) -> Trial:
        """One thing to a picture, asked for by another picture of it."""
        scenes = [Scene("thing", (thing,)) for thing in self.several(150)]
        asked = [Question(picture(self.rng, scenes[at]), at) for at in self.chosen(len(scenes))]
        return Trial("picture → picture", self.drawn(scenes), asked)

    def by_picture_and_text(self) -> Trial:
        """Two things, asked for by a picture of one and the name of the other."""
        pairs = [random_pair(self.rng, self.things) for _ in range(150)]
        questions = []
        for at in self.chosen(len(pairs)):
            first, second = self.rng.sample(pairs[at], 2)
            seen = picture(self.rng, Scene("thing", (first,)))
            words = (fill("and a {}", second.name()),)
            questions.append(Question(replace(seen, texts=words), at))
        return Trial(
            "picture and text", self.drawn([Scene("pair", each) for each in pairs]), questions
        )

    def every(self) -> Iterator[Trial]:
        """One of each kind, drawn when it is asked for."""
        yield self.relations(unseen=False)
        yield self.relations(unseen=True)
        yield self.counts()
        yield self.names()
        yield self.two_names()
        yield self.shapes()
        yield self.headings(unseen=False)
        yield self.headings(unseen=True)
        yield self.printed()
        yield self.charts()
        yield self.clips()
        yield self.notes()
        yield self.by_picture()
        yield self.by_picture_and_text()
