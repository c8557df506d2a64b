"""Random damage to ``library.db``, and what a library answers after it.

As a program: ``python -m tests.attacks.damages 1500`` prints how the damages ended.
"""

from __future__ import annotations

import json
import logging
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qwen3vl_app.errors import AppError
from qwen3vl_app.store.library import Library
from qwen3vl_app.types import ExactWords, ItemFilter, Kind, Place, Space
from tests.store.build import content, put_file, unit, vector_of

WIDE = Space(model="test", dimension=256, fingerprint="test-256")
WORDS = ("fox", "river", "harbour", "lantern", "狐狸", "winter", "ledger", "copper", "orchard")
SEED = 20261126


def make_library(directory: Path) -> None:
    """Some 40 items: pictures, pages, passages and a copy, with tags, collections and a folder."""
    chance = np.random.default_rng(SEED)
    with Library.open(directory) as library:
        library.writer.remember_folders([Path("/p"), Path("/q")], "Trip")
        for n in range(12):
            picture = content(size=(40 + n, 30), phash=n * 2**58 + n, taken=f"2024-05-{n + 1:02}")
            where = Path(f"/p/{WORDS[n % 9]} {n}.png")
            vector = unit(*chance.standard_normal(256))
            collection = "Trip" if n % 2 else "Haus"
            put_file(
                library, where, f"p{n}", [(picture, vector)], space=WIDE, collection=collection
            )
        for n in range(7):
            parts = [(_passage(n, part), unit(*chance.standard_normal(256))) for part in range(4)]
            put_file(library, Path(f"/q/notes {n}.txt"), f"t{n}", parts, space=WIDE)
        put_file(library, Path("/q/copy.txt"), "t0", [], space=WIDE)
        library.writer.record_scan(pending=[], skipped=[])
        items = [item.id for item in library.list_items(limit=100)]
        library.tag(items[:5], "Best")
        library.tag(items[3:9], "später")


def _passage(file: int, part: int) -> Any:
    kind = Kind.PAGE if file == 6 else Kind.PASSAGE
    place = (
        Place(page=part + 1) if kind is Kind.PAGE else Place(first_line=part, last_line=part + 9)
    )
    text = " ".join(WORDS[(file * 3 + part * 5 + n * n) % 9] + f"{n % 7}" for n in range(60))
    return content(part, kind, place, f"{WORDS[file]} {text}")


# ---------------------------------------------------------------- asking

Answers = dict[str, Any]


def ask(directory: Path, *, writable: bool) -> tuple[Answers, tuple[str, ...]]:
    """Everything that a person can ask, with what the library says about its own state.

    Every answer is a list of rows, or a mapping of names to counts.
    """
    chance = np.random.default_rng(1)
    query = unit(*chance.standard_normal(256))
    with Library.open(directory, writable=writable) as library:
        listed = library.list_items(limit=1000)
        ids = [item.id for item in listed]
        found = library.search(WIDE, query, 1000)
        trip = library.search(WIDE, query, 1000, ItemFilter(collection="Trip"))
        answers: Answers = {
            "list": [repr(item) for item in listed],
            "search": [(one.item_id, round(one.similarity, 5)) for one in found],
            "trip": [(one.item_id, round(one.similarity, 5)) for one in trip],
            "tagged": [item.id for item in library.list_items(ItemFilter(tag="Best"))],
            "pages": [i.id for i in library.list_items(ItemFilter(kinds=frozenset({Kind.PAGE})))],
            "wide": [i.id for i in library.list_items(ItemFilter(folder=Path("/p")))],
            "shown": [repr(library.item(item)) for item in ids],
            "siblings": [(i, one.id) for i in ids for one in library.siblings(i)],
            "vectors": [
                (i, v.tolist()) for i in ids if (v := vector_of(library, WIDE, i)) is not None
            ],
            "outcomes": [(str(row.path), row.outcome, row.when) for row in library.outcomes()],
            "tags of": [(i, tag) for i in ids for tag in library.tags_of([i]).get(i, ())],
            "tags": dict(library.tags()),
            "collections": dict(library.collections()),
            "folders": [repr(row) for row in library.folders()],
            "paths": [(i.id, path) for i in listed for path in library.paths_of(i.content_hash)],
            "spaces": {repr(space): count for space, count in library.spaces()},
            "copies": [repr(sorted(library.collapsed(WIDE, ids, 9).copies.items()))],
            "setting": [repr(library.storage.setting())],
        }
        for word in WORDS:
            hits = library.find_words(ExactWords.read(word))
            answers[f"words {word}"] = sorted(hits.found)
        counts = library.counts()
        answers["items"] = {kind.value: n for kind, n in counts.items.items()}
        return answers, tuple(map(str, library.notices))


def verdict(before: Answers, directory: Path, *, writable: bool) -> str:
    """``equal``, ``refused`` (one ``AppError``), ``less and said``, ``silent`` or ``raw``."""
    try:
        after, notices = ask(directory, writable=writable)
    except AppError as error:
        return "refused" if str(error).count("\n") == 0 else "raw: several lines"
    except Exception as error:  # that is what is counted
        return f"raw: {type(error).__name__}: {error}"
    if after == before:
        return "equal"
    wrong = [name for name in before if not _is_less(before[name], after[name])]
    if not notices:
        return f"silent: {[n for n in before if before[n] != after[n]]}"
    return f"wrong, though said: {wrong}" if wrong else "less and said"


def _is_less(before: Any, after: Any) -> bool:
    if isinstance(before, Mapping):
        return all(count <= before.get(name, -1) for name, count in after.items())
    return {*map(str, after)} <= {*map(str, before)}


# ---------------------------------------------------------------- damaging

Damage = Callable[[bytearray, random.Random], None]
PAGE = 4096


def one_byte(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] = chance.randrange(256)


def one_bit(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def run_of_bytes(data: bytearray, chance: random.Random) -> None:
    length = chance.randrange(2, 300)
    begin = chance.randrange(len(data) - length)
    data[begin : begin + length] = chance.randbytes(length)


def run_of_zeros(data: bytearray, chance: random.Random) -> None:
    length = chance.randrange(2, 2000)
    begin = chance.randrange(len(data) - length)
    data[begin : begin + length] = bytes(length)


def page_of_zeros(data: bytearray, chance: random.Random) -> None:
    begin = PAGE * chance.randrange(len(data) // PAGE)
    data[begin : begin + PAGE] = bytes(PAGE)


def page_of_noise(data: bytearray, chance: random.Random) -> None:
    begin = PAGE * chance.randrange(len(data) // PAGE)
    data[begin : begin + PAGE] = chance.randbytes(PAGE)


def swapped_pages(data: bytearray, chance: random.Random) -> None:
    one, other = (PAGE * chance.randrange(len(data) // PAGE) for _ in range(2))
    kept = data[one : one + PAGE]
    data[one : one + PAGE] = data[other : other + PAGE]
    data[other : other + PAGE] = kept


def page_twice(data: bytearray, chance: random.Random) -> None:
    one, other = (PAGE * chance.randrange(len(data) // PAGE) for _ in range(2))
    data[one : one + PAGE] = data[other : other + PAGE]


def cut_off(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def first_page(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(PAGE)] = chance.randrange(256)


def letter_of_text(data: bytearray, chance: random.Random) -> None:
    """A letter that becomes another one, which no structure tells."""
    word = chance.choice(WORDS).encode()
    places = [at for at in range(len(data)) if data.startswith(word, at)]
    data[chance.choice(places)] = ord("z")


DAMAGES: Sequence[Damage] = (
    one_byte, one_byte, one_bit, run_of_bytes, run_of_bytes, run_of_zeros, page_of_zeros,
    page_of_noise, swapped_pages, page_twice, cut_off, first_page, letter_of_text,
)  # fmt: skip


@dataclass(frozen=True)
class Experiment:
    """A whole library, what it answers, and a place for damaged copies of it."""

    whole: Path
    before: Answers
    scratch: Path

    @classmethod
    def prepared(cls, folder: Path) -> Experiment:
        make_library(folder / "whole")
        before, _ = ask(folder / "whole", writable=True)
        return cls(folder / "whole", before, folder / "damaged")

    def damaged(self, number: int) -> str:
        """Make damage ``number``; its name."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        shutil.copytree(self.whole, self.scratch)
        file = self.scratch / "library.db"
        data = bytearray(file.read_bytes())
        damage = DAMAGES[number % len(DAMAGES)]
        damage(data, random.Random(SEED + number))
        file.write_bytes(data)
        return damage.__name__

    def verdicts(self, number: int) -> tuple[str, list[str]]:
        """The damage's name, and the verdicts of opening it for reading and for writing."""
        name = self.damaged(number)
        return name, [
            verdict(self.before, self.scratch, writable=writable) for writable in (False, True)
        ]


def main(count: int) -> int:
    """Run so many damages and print how they ended; 1 where one was silent or raw."""
    logging.disable(logging.CRITICAL)
    totals: Counter[str] = Counter()
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        experiment = Experiment.prepared(Path(folder))
        for number in range(count):
            name, verdicts = experiment.verdicts(number)
            for mode, said in zip(("read", "write"), verdicts, strict=True):
                totals[f"{mode} {said.split(':')[0]}"] += 1
                if said not in ("equal", "refused", "less and said"):
                    bad += 1
                    sys.stdout.write(f"{number} {name} {mode} {said}\n")
                    sys.stdout.flush()
    sys.stdout.write(json.dumps(dict(sorted(totals.items()))) + "\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500))
