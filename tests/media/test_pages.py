from __future__ import annotations

import numpy as np
import pytest
from fpdf import FPDF
from fpdf.enums import EncryptionMethod
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.pages import count_pages, draw_page, draw_pages
from qwen3vl_app.settings import Limits

A4 = (595, 842)


def reason(path, limits) -> str:
    with pytest.raises(UnreadableMediaError) as caught:
        count_pages(path, limits)
    return str(caught.value.reason)


def test_count_pages(make_pdf, limits):
    assert count_pages(make_pdf("a.pdf", [A4] * 3), limits) == 3


def test_draw_pages__size_text_and_ink(make_pdf, limits):
    path = make_pdf("a.pdf", [A4, (842, 595)], text="a red bicycle")
    portrait, landscape = draw_pages(path, [1, 2], Budget(), limits)
    assert portrait.size == (1240, 1754)  # 595 and 842 points at 150 dpi
    assert landscape.size == (1754, 1240)
    assert portrait.text == "a red bicycle"
    width, height = Budget().fit_picture(portrait.size)
    assert portrait.picture.width >= width
    assert portrait.picture.height >= height
    pixels = np.asarray(portrait.picture.convert("L"))
    assert pixels[: pixels.shape[0] // 2].min() == 255  # the words stand at the bottom
    assert pixels[-pixels.shape[0] // 8 :].min() < 60


def test_draw_pages__red_is_not_blue(tmp_path, limits):
    pdf = FPDF()
    pdf.add_page()
    pdf.set_fill_color(255, 0, 0)
    pdf.rect(0, 0, 210, 297, style="F")
    pdf.output(str(tmp_path / "a.pdf"))
    (page,) = draw_pages(tmp_path / "a.pdf", [1], Budget(), limits)
    assert page.picture.getpixel((50, 50)) == (255, 0, 0)


def test_draw_pages__small_budget_keeps_the_thumbnail_sharp(make_pdf, limits):
    small = Budget(max_picture_tokens=16)
    (page,) = draw_pages(make_pdf("a.pdf", [A4]), [1], small, limits)
    assert max(page.picture.size) >= 320


def test_draw_pages__hundred_square_metres_stay_small(make_pdf, limits):
    (page,) = draw_pages(make_pdf("a.pdf", [(28_346, 28_346)]), [1], Budget(), limits)
    assert page.size == (59_054, 59_054)
    assert max(page.picture.size) < 2100


def test_draw_pages__tiny_page(make_pdf, limits):
    (page,) = draw_pages(make_pdf("a.pdf", [(3, 3)]), [1], Budget(), limits)
    assert min(page.picture.size) >= 64


def test_draw_pages__strip(make_pdf, limits):
    path = make_pdf("a.pdf", [(14_000, 10)])
    with pytest.raises(UnreadableMediaError, match=r"strip of .* beyond the limit of 200 to 1"):
        list(draw_pages(path, [1], Budget(), limits))


def test_draw_pages__missing_page(make_pdf, limits):
    with pytest.raises(UnreadableMediaError, match="Page 7 cannot be decoded"):
        list(draw_pages(make_pdf("a.pdf", [A4]), [7], Budget(), limits))


def test_draw_page__for_a_person(make_pdf, limits):
    page = draw_page(make_pdf("a.pdf", [A4]), 1, 800, limits)
    assert isinstance(page, Image.Image)
    assert 799 <= max(page.size) <= 802


def encrypt(path, user_password):
    pdf = FPDF()
    pdf.set_encryption(
        "owner", user_password=user_password, encryption_method=EncryptionMethod.RC4
    )
    pdf.add_page()
    pdf.set_font("helvetica", size=20)
    pdf.cell(text="secret bicycle")
    pdf.output(str(path))


def test_count_pages__password(tmp_path, limits):
    encrypt(tmp_path / "a.pdf", "user")
    expected = "The PDF is protected by a password; save a copy without one."
    assert reason(tmp_path / "a.pdf", limits) == expected


def test_draw_pages__encrypted_but_open_to_all(tmp_path, limits):
    encrypt(tmp_path / "a.pdf", "")
    (page,) = draw_pages(tmp_path / "a.pdf", [1], Budget(), limits)
    assert page.text == "secret bicycle"


def test_count_pages__no_pages(make_pdf, limits):
    assert reason(make_pdf("a.pdf", []), limits) == "The PDF has no pages."


def test_count_pages__too_many(make_pdf):
    found = reason(make_pdf("a.pdf", [A4] * 4), Limits(max_pages=3))
    assert found == "The PDF has 4 pages, over the limit of 3; split it."


def test_count_pages__truncated_or_junk(make_pdf, tmp_path, limits):
    whole = make_pdf("a.pdf", [A4] * 3).read_bytes()
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(whole[:60])
    junk = tmp_path / "junk.pdf"
    junk.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 10)
    for path in (cut, junk):
        assert reason(path, limits).startswith("The PDF cannot be decoded; the file is damaged")
