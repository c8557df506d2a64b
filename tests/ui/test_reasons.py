from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

import qwen3vl_app
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.files import inspect_file
from qwen3vl_app.media.pictures import check_size, load_picture
from qwen3vl_app.settings import Settings
from qwen3vl_app.store.codes import OneBitCodes
from qwen3vl_app.store.formats import VectorFormat
from qwen3vl_app.store.live import described
from qwen3vl_app.ui.reasons import FORMS, reason_row
from qwen3vl_app.ui.sentences import error_row


def test_forms__are_what_the_program_says():
    package = Path(qwen3vl_app.__file__).parent
    files = [path for path in package.rglob("*.py") if path.name != "reasons.py"]
    source = "".join(re.sub(r'"\s*\n\s*f?"', "", path.read_text()) for path in files)
    source += (package / "indexing" / "reasons.py").read_text()
    for code, form in FORMS.items():
        fixed = max(re.split(r"\{\w+\}", form), key=len)
        assert fixed.rstrip("; ")[-20:] in source, code


def test_reason_row__real_files(tmp_path):
    limits = Settings(library=tmp_path).limits
    (tmp_path / "a.png").touch()
    (tmp_path / "b.mp4").write_text("no video")
    (tmp_path / "c.xyz").write_bytes(bytes(range(256)))
    Image.effect_noise((60, 60), 50).save(tmp_path / "whole.png")
    (tmp_path / "d.png").write_bytes((tmp_path / "whole.png").read_bytes()[:900])

    def said(what, *given):
        with pytest.raises(UnreadableMediaError) as caught:
            what(*given)
        return reason_row(caught.value.reason)

    assert said(inspect_file, tmp_path / "a.png", limits)["code"] == "reason.empty"
    video = said(inspect_file, tmp_path / "b.mp4", limits)
    assert (video["code"], video["values"]["suffix"]) == ("reason.misnamed", ".mp4")
    assert video["values"]["kind"]["code"] == "noun.video"
    assert said(inspect_file, tmp_path / "c.xyz", limits)["code"] == "reason.type"
    torn = said(load_picture, tmp_path / "d.png", limits)
    assert torn["code"] == "reason.truncated"
    assert torn["values"]["subject"]["code"] == "subject.picture"
    wide = said(check_size, tmp_path / "e.png", (20_000, 12_000), limits)
    assert wide["code"] == "reason.megapixels"
    assert (wide["values"]["width"], wide["values"]["megapixels"]) == ("20,000", "240")


def test_reason_row__a_reason_inside_a_reason():
    row = reason_row("2 of 40 pages could not be read: page 7: The PDF has no pages.")
    assert (row["code"], row["values"]["where"]) == ("reason.partly", "page 7")
    assert row["values"]["reason"]["code"] == "reason.no_pages"
    error = error_row(UnreadableMediaError(Path("a.pdf"), "The PDF has no pages."))
    assert error["values"]["reason"]["code"] == "reason.no_pages"


def test_reason_row__models_say_where_they_are():
    cpu = "cpu, float32: no GPU found; CPUs are slow in bfloat16; found in a local cache"
    row = reason_row(cpu)
    assert row["code"] == "model.cpu"
    assert [row["values"][name]["code"] for name in ("why", "found")] == [
        "model.no_gpu",
        "model.cached",
    ]
    assert reason_row("cuda, bfloat16: H200; folder given")["code"] == "model.placed"


def test_reason_row__how_a_library_is_searched():
    row = reason_row(described(60_000, 192, VectorFormat.INT8, OneBitCodes.kind))
    assert (row["code"], row["values"]["items"]) == ("storage.line", "60,000")
    assert row["values"]["scan"]["code"] == "storage.codes"
    assert row["values"]["how"]["code"] == "storage.scored"
    exact = reason_row(described(5, 192, VectorFormat.FLOAT32, None))["values"]
    assert (exact["scan"]["code"], exact["how"]["code"]) == ("storage.all", "storage.exact")


@pytest.mark.parametrize("text", ["", "a, b: c; d", "it is torn", "of " * 3000, "${x} {n}"])
def test_reason_row__what_is_not_known_stays_as_it_is(text):
    assert reason_row(text) == {"text": text, "code": "", "values": {}}
