"""Names and contents that try to run, to break out of their place, or to break the layout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PIL import Image

from qwen3vl_app.messages import Message
from qwen3vl_app.types import FileOutcome, Item, Kind, Outcome, Place
from tests.ui.world import FakeLibrary, draw, write_clip

SCRIPT = "<script>alert('hostile')</script><img src=x onerror=alert(1)><svg/onload=alert(2)>"
MARKDOWN = "[click](javascript:alert(3)) ![x](x) `${alert(4)}` {{constructor.constructor('5')()}}"
TURNED = "\u202egnp.evil\u202c"
LONG = "unbroken" * 150

TEXT = f"hostile {SCRIPT}\n# {MARKDOWN}\n\n{LONG}\n</div></body><style>*{{display:none}}</style>"
NAME = f'hostile "{MARKDOWN}" <b onmouseover=alert(6)> {TURNED} \n end'.replace("/", "∕")
TAG = "<i>tag</i>${alert(7)}"
COLLECTION = "<u>set</u> {{7*7}}"


def add_hostile(library: FakeLibrary) -> None:
    """A picture, a page, a note, a clip and an animation, all of them hostile; and a failure."""
    folder = library.directory.parent / "files" / "<img src=x onerror=alert(8)>"
    folder.mkdir(parents=True, exist_ok=True)
    picture = draw("red", "star", (400, 300), 7)
    for kind, suffix in (
        (Kind.PICTURE, ".png"),
        (Kind.PAGE, ".pdf.png"),
        (Kind.PASSAGE, ".md"),
        (Kind.VIDEO, ".webm"),
    ):
        path = folder / f"{NAME}{suffix}"
        _write(path, kind, picture)
        item = library.put(
            path, kind, picture, collection=COLLECTION, place=_place(kind), text=TEXT
        )
        library.items_by_id[item.id] = replace(item, taken=SCRIPT)
        library.tag([item.id], TAG)
    _add_animation(library, folder / f"{NAME}.gif")
    failed = FileOutcome(
        path=folder / NAME, outcome=Outcome.FAILED, reason=Message.free(TEXT), when=SCRIPT
    )
    library.outcome_rows.append(failed)


def remove_hostile(library: FakeLibrary) -> None:
    """Take all of them away again."""
    paths = [item.path for item in library.items_by_id.values() if "hostile" in item.path.name]
    library.forget([*paths, *(row.path for row in library.outcome_rows if "hostile" in str(row))])


def _place(kind: Kind) -> Place:
    if kind is Kind.PAGE:
        return Place(page=1)
    if kind is Kind.PASSAGE:
        return Place(first_line=1, last_line=5, section=f"Slide {SCRIPT}")
    return Place(start=0.0, end=2.0) if kind is Kind.VIDEO else Place()


def _write(path: Path, kind: Kind, picture: Image.Image) -> None:
    if kind is Kind.PASSAGE:
        path.write_text(TEXT)
    elif kind is Kind.VIDEO:
        write_clip(path, seconds=2)
    else:
        picture.save(path, "PNG")


def _add_animation(library: FakeLibrary, path: Path) -> Item:
    frames = [draw("red", shape, (120, 90)) for shape in ("circle", "square")]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=300, loop=0)
    return library.put(path, Kind.VIDEO, frames[0], place=Place(start=0.0, end=0.6))
