"""Captions, queries and notes for scenes. Pure functions of a `Random`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from qwen3vl_app.demo.world import phrases
from qwen3vl_app.demo.world.drawing import COLOURS
from qwen3vl_app.demo.world.names import LANGUAGES, Thing
from qwen3vl_app.demo.world.scenes import Scene, random_scene

ENGLISH_SHARE = 0.45


def language(rng: Random) -> str:
    """English in `ENGLISH_SHARE` of the cases, else one of the others."""
    return "en" if rng.random() < ENGLISH_SHARE else rng.choice(LANGUAGES[1:])


def name(rng: Random, thing: Thing, tongue: str) -> str:
    """The main name three times out of four, else a keyword."""
    names = thing.names.get(tongue) or thing.names["en"]
    return names[0] if rng.random() < 0.75 else rng.choice(names)


def with_article(text: str) -> str:
    """English `text` with "a" turned into "an" before a vowel."""
    words = text.split(" ")
    following = [*words[1:], ""]
    return " ".join(
        word + "n" if word.lower() == "a" and after[:1].lower() in "aeiou" and after else word
        for word, after in zip(words, following, strict=True)
    )


def fill(template: str, *names: str) -> str:
    """The template with its names."""
    return with_article(template.format(*names))


def plural(word: str, tongue: str) -> str:
    """A regular plural of a shape or colour word."""
    if word.endswith(("s", "x", "z")):
        return {
            "en": word + "es",
            "es": word[:-1] + "ces" if word[-1] == "z" else word + "es",
        }.get(tongue, word)
    if tongue == "es" and word[-1] in "lnr":
        return word.replace("ón", "on") + "es"
    return word + "s"


def feminine(colour: str, tongue: str) -> str:
    """The feminine form of a Spanish or French colour."""
    if tongue == "es":
        return colour[:-1] + "a" if colour.endswith("o") else colour
    special = {"blanc": "blanche", "violet": "violette"}
    ends = ("vert", "bleu", "noir", "gris")
    return special.get(colour, colour + "e" if colour in ends else colour)


def shape_words(tongue: str, colour: str, shape: str, count: int) -> str:
    """Number, colour and shape in one of the languages of `phrases.NUMBERS`."""
    number = phrases.NUMBERS[tongue][count - 1]
    if tongue == "en":
        return f"{number} {colour} {shape if count == 1 else plural(shape, 'en')}"
    tint = phrases.COLOUR_WORDS[tongue][list(COLOURS).index(colour)]
    noun = phrases.SHAPE_WORDS[tongue][shape]
    if tongue == "zh":
        return f"{number}{tint}{noun}"
    if tongue == "de":
        return f"{number} {noun}, {tint}"
    if shape in ("star", "cross"):
        tint = feminine(tint, tongue)
        number = {"un": "une" if tongue == "fr" else "una"}.get(number, number)
    if count > 1:
        noun, tint = plural(noun, tongue), plural(tint, tongue)
    return f"{number} {noun} {tint}"


def shape_caption(rng: Random, scene: Scene, tongue: str | None) -> str:
    """Number, colour and shape ("three red circles") with variations; mostly English."""
    tongue = tongue or ("en" if rng.random() < 0.7 else rng.choice(list(phrases.NUMBERS)[1:]))
    text = shape_words(tongue, scene.colour, scene.shape, scene.count)
    if tongue == "en":
        if scene.count == 1:
            text = rng.choice(
                (text, f"a {scene.colour} {scene.shape}", f"{scene.colour} {scene.shape}")
            )
        elif rng.random() < 0.25:
            text = f"{scene.count} {text.split(' ', 1)[1]}"
        text = with_article(rng.choice(("{}", "{}", "a picture of {}", "find {}")).format(text))
    return text


def pair_caption(rng: Random, scene: Scene, tongue: str | None, *, exact: bool) -> str:
    """Both things; with `exact`, always with the relation between them."""
    tongue = tongue or ("en" if rng.random() < 0.6 else language(rng))
    first, second = (name(rng, thing, tongue) for thing in scene.things)
    if not exact and rng.random() < 0.4:
        names = [first, second]
        rng.shuffle(names)
        return fill(rng.choice(phrases.TWO[tongue]), *names)
    forward, backward = (
        (phrases.ABOVE, phrases.BELOW) if scene.stacked else (phrases.LEFT, phrases.RIGHT)
    )
    if rng.random() < 0.5:
        return fill(rng.choice(forward[tongue]), first, second)
    return fill(rng.choice(backward[tongue]), second, first)


def chart_caption(rng: Random, scene: Scene, *, exact: bool) -> str:
    """The kind of chart, often with its topic."""
    text = rng.choice(phrases.CHART[scene.chart][: 3 if rng.random() < 0.6 else None])
    if exact or rng.random() < 0.5:
        return text
    return f"{text} {rng.choice(('about', 'of', 'with'))} {name(rng, scene.things[0], 'en')}"


def title_caption(rng: Random, scene: Scene, *, exact: bool) -> str:
    """The words of the heading, or one of them; mostly in small letters, as people type."""
    words = scene.title.split()
    asked = scene.title if exact or rng.random() < 0.6 else rng.choice(words)
    asked = asked if rng.random() < 0.15 else asked.lower()
    return rng.choice(phrases.TITLED).format(asked)


def clip_caption(rng: Random, scene: Scene, tongue: str | None) -> str:
    """What moves, and how."""
    tongue = tongue or ("en" if rng.random() < 0.6 else rng.choice(list(phrases.MOVES["left"])))
    names = (name(rng, thing, tongue) for thing in scene.things)
    return fill(rng.choice(phrases.MOVES[scene.motion][tongue]), *names)


def caption(rng: Random, scene: Scene, *, exact: bool = False, tongue: str | None = None) -> str:
    """A query that this scene answers; with `exact`, one that names all that matters."""
    match scene.kind:
        case "shapes":
            text = shape_caption(rng, scene, tongue)
        case "pair":
            text = pair_caption(rng, scene, tongue, exact=exact)
        case "chart":
            text = chart_caption(rng, scene, exact=exact)
        case "titled" | "word":
            text = title_caption(rng, scene, exact=exact)
        case "clip":
            text = clip_caption(rng, scene, tongue)
        case _:
            text = thing_caption(rng, scene, tongue)
    return text


def thing_caption(rng: Random, scene: Scene, tongue: str | None) -> str:
    """The name of the thing, alone or in a phrase; for a page sometimes with the word "page"."""
    tongue = tongue or language(rng)
    text = name(rng, scene.things[0], tongue)
    if scene.kind == "page" and rng.random() < 0.6:
        return fill(rng.choice(phrases.PAGE[tongue]), text)
    if rng.random() < 0.45:
        return fill(rng.choice(phrases.ONE[tongue]), text)
    return text if rng.random() < 0.85 else text.capitalize()


def note(rng: Random, things: Sequence[Thing], tongue: str | None = None) -> str:
    """A note of one to four sentences about one or two things."""
    tongue = tongue or language(rng)
    templates = rng.sample(
        phrases.NOTES[tongue], min(len(phrases.NOTES[tongue]), len(things) + rng.randint(0, 1))
    )
    sentences = [
        fill(template, name(rng, things[place % len(things)], tongue))
        for place, template in enumerate(templates)
    ]
    fillers = phrases.FILLERS[tongue]
    sentences += rng.sample(fillers, min(len(fillers), rng.randint(0, 2)))
    if rng.random() < 0.3:
        sentences.insert(
            0, name(rng, things[0], tongue).capitalize() + ("." if tongue != "zh" else "。")
        )
    return ("" if tongue in ("zh", "ja") else " ").join(sentences)


def corpus(things: Sequence[Thing]) -> Iterator[str]:
    """Text from which the tokenizer learns: every trained name, and every phrase."""
    for thing in things:
        for tongue in LANGUAGES:
            for text in thing.names.get(tongue, ()):
                yield text
                yield " " + text
    rng = Random(3)
    for _ in range(6000):
        yield note(rng, rng.sample(list(things), 2))
        for kind in ("pair", "shapes", "chart", "clip", "page", "thing", "titled"):
            yield caption(rng, random_scene(rng, kind, things))
