"""``items`` and ``show``: what was made of files, down to the frames that the models get.

The films in ``tests/data/cases`` carry the number of each frame (see ``tests/media/films.py``).
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from PIL import Image
from PIL.TiffImagePlugin import STRIPBYTECOUNTS, STRIPOFFSETS, TiffImageFile

from qwen3vl_app.media.damage import BREAKS_OFF
from tests.cli.conftest import ROOT
from tests.drawn import draw_picture, film, write_pdf
from tests.media.films import CONSTANT, Film, number, write

CASES = ROOT / "tests" / "data" / "cases"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library with all the films of the cases in it."""
    from tests.cli.conftest import Program

    program = Program(tmp_path_factory.mktemp("cases") / "library")
    summary = program.json("index", CASES)
    assert summary["failed"] == 0, program.json("status", "--failures")
    return program


def listed(program, *words) -> list[dict]:
    return program.json("items", *words)["items"]


def frames_of(program, item: int, out: Path) -> list[tuple[float, int]]:
    """(second, number) of each frame of an item, as the model gets it."""
    shown = program.json("show", item, "--out", out)
    pictures = [Image.open(path) for path in sorted(out.glob("frame-*.png"))]
    assert len(pictures) == len(shown["seconds"])
    return [
        (second, number(picture))
        for second, picture in zip(shown["seconds"], pictures, strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("avi_bframes/L_xvid.avi", 25),
        ("mkv_open_gop/L_hevcdef.mkv", 25),
        ("mkv_open_gop/L_mpeg4.mp4", 25),
    ],
)
def test_show__frames_are_those_of_their_seconds(library, tmp_path, name, rate):
    whole, *moments = listed(library, CASES / name)
    assert whole["end"] == {"L_hevcdef.mkv": 60.0}.get(Path(name).name, 30.0)
    assert len(moments) >= 5
    for row in (whole, moments[1], moments[-1]):
        found = frames_of(library, row["item"], tmp_path / str(row["item"]))
        expected = [(row["start"] + second) * rate for second, _ in found]
        assert [frame for _, frame in found] == pytest.approx(expected, abs=1)


def test_show__varying_rate(library, tmp_path):
    """24 frames of half a second, 100 of 20 ms, 24 of half a second."""
    rows = listed(library, CASES / "vfr_clips" / "vfr.mp4")
    assert rows[0]["end"] == pytest.approx(25.5, abs=0.05)
    assert [(row["start"], row["end"]) for row in rows[1:3]] == [(0.0, 8.0), (6.0, 14.0)]

    def at(second: float) -> float:
        if second < 12:
            return second // 0.5
        return 24 + (second - 12) // 0.02 if second < 14 else 124 + (second - 14) // 0.5

    for row in (rows[0], rows[2]):
        found = frames_of(library, row["item"], tmp_path / str(row["item"]))
        expected = [at(row["start"] + second) for second, _ in found]
        assert [frame for _, frame in found] == pytest.approx(expected, abs=1)


def test_items__lengths_are_what_the_container_says(library):
    lengths = {Path(row["path"]).name: row["end"] for row in listed(library, "--kind", "video")}
    assert lengths["rec.webm"] == pytest.approx(20.1, abs=0.1)
    assert lengths["trim.mp4"] == pytest.approx(1.08, abs=0.01)
    long = {
        Path(row["path"]).name for row in listed(library, "--kind", "video", "--min-seconds", "10")
    }
    assert {"rec.webm", "vfr.mp4", "L_xvid.avi"} <= long
    assert "trim.mp4" not in long


def test_show__hidden_by_an_edit_list(library, tmp_path):
    (row,) = listed(library, CASES / "editlist_trim" / "trim.mp4")
    found = frames_of(library, row["item"], tmp_path / "out")
    assert (found[0], found[-1][1]) == ((0.0, 200), 226)
    expected = [200 + 25 * second for second, _ in found]
    assert [frame for _, frame in found] == pytest.approx(expected, abs=1)


def test_show__mirrored(library, tmp_path):
    """The numbers are in the upper left only once the frame is mirrored back."""
    row = listed(library, CASES / "video_mirror" / "mh.mp4")[0]
    library.json("show", row["item"], "--out", tmp_path)
    with Image.open(tmp_path / "frame-001.png") as frame:
        turned = frame.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        second = library.json("show", row["item"])["seconds"][1]
        assert number(turned) == pytest.approx(25 * second, abs=1)


def test_show__pixels_that_are_not_square(library, tmp_path):
    (row,) = listed(library, CASES / "anamorphic_sar" / "sar.mp4")
    assert (row["width"], row["height"]) == (341, 192)
    library.json("show", row["item"], "--out", tmp_path)
    with Image.open(tmp_path / "frame-000.png") as frame:
        assert frame.size == (341, 192)
    with Image.open(tmp_path / "thumbnail.jpg") as small:
        assert small.width / small.height == pytest.approx(16 / 9, abs=0.02)
    path = CASES / "anamorphic_sar"
    assert listed(library, path, "--orientation", "square") == []
    assert listed(library, path, "--orientation", "landscape") == [row]


MEANT = [(220, 40, 40), (40, 180, 60), (50, 80, 220), (230, 200, 40), (128,) * 3, (255,) * 3]


def test_show__high_dynamic_range(library, tmp_path):
    (row,) = listed(library, CASES / "hdr_video" / "pq.mp4")
    library.json("show", row["item"], "--out", tmp_path)
    for name in ("frame-000.png", "thumbnail.jpg"):
        with Image.open(tmp_path / name) as frame:
            colours = frame.convert("RGB").getcolors(frame.width * frame.height)
        usual: list[Any] = [colour for _, colour in sorted(colours, reverse=True)[:400]]
        for meant in MEANT:
            nearest = min(
                max(abs(int(one) - two) for one, two in zip(meant, got, strict=True))
                for got in usual
            )
            assert nearest <= 12, (name, meant)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A picture, two pages, a note and a clip."""
    from tests.cli.conftest import Program

    folder = tmp_path_factory.mktemp("mixed")
    draw_picture(folder / "disc.png", "red")
    write_pdf(folder / "report.pdf", "Annual report", "Outlook")
    (folder / "note.txt").write_text("A red fox sat by the river.\n")
    film(folder / "clip.mp4")
    program = Program(tmp_path_factory.mktemp("library") / "library")
    program.json("index", folder)
    return program, folder


def test_items__one_row_an_item_in_the_order_of_files(mixed):
    program, folder = mixed
    rows = listed(program)
    assert [(Path(row["path"]).name, row["kind"]) for row in rows[-4:]] == [
        ("disc.png", "picture"),
        ("note.txt", "passage"),
        ("report.pdf", "page"),
        ("report.pdf", "page"),
    ]
    assert {row["kind"] for row in rows[:-4]} == {"video", "moment"}
    assert [row.get("page") for row in rows[-2:]] == [1, 2]
    assert rows[-3]["lines"] == [1, 1]
    assert (rows[-4]["width"], rows[-4]["height"]) == (320, 240)
    assert {"taken", "section"} <= rows[0].keys()
    assert listed(program, folder / "disc.png", folder / "note.txt") == rows[-4:-2]
    assert listed(program, folder, "--kind", "page") == rows[-2:]
    assert listed(program, folder / "note.txt", "--folder", folder) == [rows[-3]]
    assert listed(program, folder / "note.txt", "--folder", folder / "clip.mp4") == []


def test_items__as_a_table(mixed):
    program, folder = mixed
    result = program.run("items", folder / "disc.png")
    assert result.exit_code == 0
    assert str(folder / "disc.png") in result.stdout
    assert len(result.stdout.splitlines()) == 1
    nothing = program.run("items", "--kind", "page", folder / "disc.png")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "No items.\n")


def test_items__a_path_that_the_library_does_not_have(mixed, tmp_path):
    program, _ = mixed
    result = program.run("items", tmp_path / "nowhere.png")
    assert result.exit_code == 2
    assert "The library has nothing at" in result.stderr


def test_show__picture_page_and_passage(mixed, tmp_path):
    program, folder = mixed
    for name, size in (("disc.png", (320, 240)), ("report.pdf", None)):
        row = listed(program, folder / name)[0]
        out = tmp_path / name
        shown = program.json("show", row["item"], "--out", out)
        assert shown["files"] == [str(out / "thumbnail.jpg"), str(out / "picture.png")]
        with Image.open(out / "picture.png") as picture:
            assert size is None or picture.size == size
    assert "Annual report" in shown["text"]
    (note,) = listed(program, folder / "note.txt")
    shown = program.json("show", note["item"], "--out", tmp_path / "note")
    assert shown["text"] == "A red fox sat by the river."
    assert [path.name for path in (tmp_path / "note").iterdir()] == ["thumbnail.jpg"]


def test_show__seconds_of_a_moment_count_from_its_start(mixed, tmp_path):
    program, folder = mixed
    moment = listed(program, folder / "clip.mp4", "--kind", "moment")[1]
    shown = program.json("show", moment["item"])
    assert shown["seconds"][0] == 0.0
    assert shown["seconds"][-1] <= moment["end"] - moment["start"]
    assert "files" not in shown
    words = program.run("show", moment["item"]).stdout
    assert f"item: {moment['item']}\n" in words
    assert "seconds: 0.0, " in words


def test_show__an_item_that_is_not_there(mixed):
    program, _ = mixed
    result = program.run("show", "99999")
    assert result.exit_code == 2
    assert "Item 99999 is not in the library" in result.stderr


def test_show__file_that_has_gone(program, tmp_path):
    path = draw_picture(tmp_path / "a.png", "red")
    program.json("index", path)
    (row,) = listed(program)
    path.unlink()
    assert program.json("show", row["item"])["width"] == 320
    result = program.run("show", row["item"], "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "no longer there" in result.stderr


def test_show__clip_that_has_gone(program, tmp_path):
    """What the library knows is shown all the same."""
    path = film(tmp_path / "a.mp4", seconds=3)
    program.json("index", path)
    (row,) = listed(program)
    path.unlink()
    result = program.run("show", row["item"], "--json")
    assert result.exit_code == 0, result.stderr
    assert orjson.loads(result.stdout)["seconds"] == []
    assert "no longer there" in result.stderr


def test_notes__are_those_of_the_list_of_files(program, tmp_path):
    """A film without its last third, twice, pages of which one is no picture, and a disc."""
    folder = tmp_path / "files"
    folder.mkdir()
    torn = write(folder / "torn.mkv", Film(shown=CONSTANT, size=(192, 128), grainy=True))
    torn.write_bytes(torn.read_bytes()[: torn.stat().st_size * 2 // 3])
    shutil.copy(torn, folder / "twin.mkv")
    pages = folder / "pages.tiff"
    first, *more = (Image.effect_noise((300, 200), 80) for _ in range(2))
    first.save(pages, save_all=True, append_images=more, compression="tiff_adobe_deflate")
    with closing(TiffImageFile(pages)) as tiff:
        tiff.seek(1)
        (begin,), (size,) = (tiff.tag_v2[tag] for tag in (STRIPOFFSETS, STRIPBYTECOUNTS))
    data = pages.read_bytes()
    pages.write_bytes(data[:begin] + bytes(size) + data[begin + size :])
    draw_picture(folder / "disc.png", "red")
    program.json("index", folder)

    rows = listed(program)
    said = {Path(row["path"]).name: row["note"] for row in rows}
    assert said.pop("pages.tiff").startswith("1 of 2 pages could not be read: page 2: ")
    assert said == {"torn.mkv": str(BREAKS_OFF), "disc.png": ""}
    for row in rows:
        assert program.json("show", row["item"])["note"] == row["note"]
        words = program.run("show", row["item"]).stdout
        notes = [line for line in words.splitlines() if line.startswith("note: ")]
        assert notes == ([f"note: {row['note']}"] if row["note"] else [])


def test_show__folder_that_cannot_be_made(mixed, tmp_path):
    program, folder = mixed
    (row,) = listed(program, folder / "disc.png")
    (tmp_path / "file").write_text("")
    result = program.run("show", row["item"], "--out", tmp_path / "file" / "out")
    assert result.exit_code == 2
