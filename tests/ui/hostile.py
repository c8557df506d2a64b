"""Names and contents that try to run, to break out of their place, or to break the layout."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF

from qwen3vl_app.services import Services
from tests.ui.drawings import draw, write_clip
from tests.ui.world import drop, finish, items

SCRIPT = "<script>alert('hostile')</script><img src=x onerror=alert(1)><svg/onload=alert(2)>"
MARKDOWN = "[click](javascript:alert(3)) ![x](x) `${alert(4)}` {{constructor.constructor('5')()}}"
TURNED = "\u202egnp.evil\u202c"
LONG = "unbroken" * 150

TEXT = f"hostile {SCRIPT}\n# {MARKDOWN}\n\n{LONG}\n</div></body><style>*{{display:none}}</style>"
NAME = f'hostile "{MARKDOWN}" <b onmouseover=alert(6)> {TURNED} \n end'.replace("/", "∕")
TAG = "<i>tag</i>${alert(7)}"
COLLECTION = "<u>set</u> {{7*7}}"


SUFFIX = "<img src=x onerror=alert(9)>"
"""Of a file that is skipped, with a reason that names it."""


def add_hostile(services: Services) -> None:
    """A picture, a page, a note, a clip and an animation, all of them hostile; one is skipped."""
    folder = _folder(services)
    folder.mkdir(parents=True, exist_ok=True)
    draw("red", "star", (400, 300), 7).save(folder / f"{NAME}.png")
    pdf = FPDF(format=(1000, 400))
    pdf.add_page()
    pdf.set_font("helvetica", size=3)
    for number, line in enumerate(TEXT.split("\n")):
        pdf.text(10, 20 + 10 * number, line)
    pdf.output(str(folder / f"{NAME}.pdf"))
    (folder / f"{NAME}.md").write_text(TEXT, encoding="utf-8")
    write_clip(folder / f"{NAME}.webm", seconds=2)
    frames = [draw("red", shape, (120, 90)) for shape in ("circle", "square")]
    frames[0].save(
        folder / f"{NAME}.gif", save_all=True, append_images=frames[1:], duration=300, loop=0
    )
    (folder / f"hostile.{SUFFIX}").write_bytes(b"x")
    services.indexer.add([folder], collection=COLLECTION)
    finish(services)
    services.library.tag([item.id for item in items(services) if folder in item.path.parents], TAG)


def remove_hostile(services: Services) -> None:
    """Take all of them away again."""
    drop(services, _folder(services))


def _folder(services: Services) -> Path:
    return services.library.directory.parent / "<img src=x onerror=alert(8)>"
