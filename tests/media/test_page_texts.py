from __future__ import annotations

import random
from pathlib import Path
from unicodedata import normalize

import pytest

from qwen3vl_app.budget import Budget
from qwen3vl_app.media.line_ends import whole_words
from qwen3vl_app.media.pages import draw_pages
from qwen3vl_app.media.right_to_left import Letter, in_reading_order
from qwen3vl_app.settings import Limits

CASES = Path(__file__).parents[1] / "data" / "cases"


def text_of(path: Path) -> str:
    (page,) = draw_pages(path, [1], Budget(), Limits())
    return page.text


def test_draw_pages__arabic_and_hebrew_of_a_browser_are_read_in_their_order():
    assert text_of(CASES / "rtl_c.pdf") == (
        "שלום עולם 123 abc מחשב\nالسلام عليكم ورحمة الله. كتاب مدرسة"
    )


PRINTED = """\
السلام عليكم ورحمة الله وبركاته، هذا كتاب المدرسة الجديدة.
سعر الكتاب (الجديد) هو 1,250.50 ريال في عام 2023.
اشتريت هاتف Samsung Galaxy S21 من المتجر يوم 12/05/2023.
مُدَرِّسَةٌ تُعَلِّمُ الأطفالَ اللغةَ العربيّة.
שָׁלוֹם עוֹלָם, זה ספר (חדש) במחיר 99.90 שקלים.
The Arabic word مدرسة جديدة means new school.
هذا نص طويل جدا يمتد على عدة أسطر حتى نرى كيف تعمل القراءة عندما تنكسر السطور في
منتصف الجملة ويستمر النص في السطر التالي بدون مشاكل إن شاء الله تعالى.
الاسم المدينة
أحمد القاهرة
The deduction of special professional expenses
"""


def test_draw_pages__everyday_lines_of_a_browser_with_figures_brackets_and_vowels():
    text = text_of(CASES / "browser_rtl.pdf")
    assert text.startswith(normalize("NFC", PRINTED))
    assert "one of long-term\nagreements." in text


def test_draw_pages__words_broken_at_line_ends_are_whole():
    text = text_of(CASES / "hyphen.pdf")
    assert "permitted under" in text
    assert "well-known law" in text
    assert text.isprintable()


def test_draw_pages__the_value_of_a_form_field():
    assert text_of(CASES / "form.pdf") == "Application form. Name:\nFerdinand Quokkaschmidt"


def form(*fields: str) -> bytes:
    """A page that says "Form", with these fields as PDF dictionaries, without appearances."""
    numbers = range(6, 6 + len(fields))
    references = " ".join(f"{number} 0 R" for number in numbers)
    content = b"BT /F1 24 Tf 20 150 Td (Form) Tj ET"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{references}] /NeedAppearances true"
        " /DA (/F1 12 Tf 0 g) /DR << /Font << /F1 4 0 R >> >> >> >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 5 0 R "
        f"/Annots [{references}] /Resources << /Font << /F1 4 0 R >> >> >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        *(
            f"<< /Type /Annot /P 3 0 R /Rect [20 {at} 200 {at + 8}] {field} >>".encode()
            for at, field in enumerate(fields, start=20)
        ),
    ]  # fmt: skip
    data, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    xref = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return data + xref + trailer % (len(objects) + 1, len(data))


WIDGET = "/Subtype /Widget /F 4"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (f"{WIDGET} /FT /Tx /T (name) /V (Anna Quokka)", "Anna Quokka"),
        (f"{WIDGET} /FT /Tx /T (name) /V <FEFF00DC006200650072>", "Über"),
        (f"{WIDGET} /FT /Tx /T (note) /Ff 4096 /V (one line\\rand one)", "one line\nand one"),
        (f"{WIDGET} /FT /Tx /T (name)", ""),
        (f"{WIDGET} /FT /Tx /T (secret) /Ff 8192 /V (hunter2)", ""),
        ("/Subtype /Widget /F 2 /FT /Tx /T (name) /V (hidden)", ""),
        (f"{WIDGET} /FT /Tx /T (title) /V (Form)", ""),  # printed already
        (f"{WIDGET} /FT /Ch /Ff 131072 /T (land) /Opt [(Norway) (Sweden)] /V (Sweden)", "Sweden"),
        (f"{WIDGET} /FT /Ch /T (land) /Opt [[(n) (Norway)] [(s) (Sweden)]] /V (n)", "Norway"),
        (f"{WIDGET} /FT /Ch /Ff 2097152 /T (land) /Opt [(A) (B) (C)] /V [(A) (C)]", "A\nC"),
        (f"{WIDGET} /FT /Btn /T (news) /TU (Send me news) /V /Yes /AS /Yes"
         " /AP << /N << /Yes 5 0 R /Off 5 0 R >> >>", "Send me news"),
        (f"{WIDGET} /FT /Btn /T (news) /TU (Send me news) /V /Off /AS /Off"
         " /AP << /N << /Yes 5 0 R /Off 5 0 R >> >>", ""),
        (f"{WIDGET} /FT /Btn /Ff 32768 /T (pay) /V /Cash /AS /Cash"
         " /AP << /N << /Cash 5 0 R /Off 5 0 R >> >>", "Cash"),
        ("/Subtype /FreeText /F 4 /DA (/F1 9 Tf) /Contents (written on it)", "written on it"),
        ("/Subtype /Text /F 4 /Contents (a remark)", ""),
    ],
)  # fmt: skip
def test_draw_pages__what_a_form_holds_is_text(tmp_path, field, expected):
    path = tmp_path / "form.pdf"
    path.write_bytes(form(field))
    assert text_of(path) == f"Form\n{expected}".strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("permit\x02ted", "permitted"),
        ("permit\ufffeted", "permitted"),
        ("permit-\nted under", "permitted under"),
        ("permit\u00ad\nted", "permitted"),
        ("well\x02known", "well-known"),
        ("well-\nknown", "well-known"),
        ("a long\x02term plan", "a long-term plan"),
        ("longest\x02ablished", "longestablished"),
        ("wellness is well\x02ness", "wellness is wellness"),
        ("high\x02er", "higher"),
        ("under\x02stand", "understand"),
        ("state-of-the\x02art", "state-of-the-art"),
        ("state\x02of\x02the\x02art", "state-of-the-art"),
        ("Anglo\x02Saxon", "Anglo-Saxon"),
        ("Baden-\nWürttemberg", "Baden-Württemberg"),
        ("COVID\x0219", "COVID-19"),
        ("COVER\x02AGE", "COVERAGE"),
        ("Haupt\x02und Nebensache", "Haupt- und Nebensache"),
        ("pre-\nand post-war", "pre- and post-war"),
        ("Donaudampf\x02schiff", "Donaudampfschiff"),
        ("e-mail and e\x02mail", "e-mail and e-mail"),
        ("предло\x02жение", "предложение"),
        ("5 -\n3", "5 -\n3"),
        ("- one\n- two", "- one\n- two"),
        ("left\x02", "left-"),
    ],
)
def test_whole_words__broken_at_line_ends(text, expected):
    assert whole_words(text) == expected


def printed(visual: str, order: list[int] | None = None) -> list[Letter]:
    """Letters as they stand on a page from left to right, marks above the one before them."""
    letters, at = [], 0.0
    for sign in visual:
        mark = "\u064b" <= sign <= "\u0652" or "\u05b0" <= sign <= "\u05c7"
        left = at - 6 if mark else at
        letters.append(Letter(sign, left, left + 6, 0, 12))
        at += 0 if mark else 6
    return [letters[number] for number in order] if order else letters


@pytest.mark.parametrize(
    "logical",
    [
        "السلام عليكم ورحمة الله. كتاب مدرسة",
        "שלום עולם 123 abc מחשב",
        "הוא אמר Hello big world ולא 12:30",
        "سعر 1,250.50 ريال",
        "اللغة (العربية) جميلة",
        "عام 2023-2024",
    ],
)
def test_in_reading_order__however_the_program_wrote_it(logical):
    visual = _visual(logical)
    count = len(visual)
    shuffled = random.Random(1).sample(range(count), count)
    for order in (list(range(count)), list(range(count))[::-1], shuffled):
        assert in_reading_order(printed(visual, order)) == logical


def _visual(logical: str) -> str:
    """Reversed, with runs from left to right as they were, and brackets mirrored."""
    import re

    turned = logical[::-1]
    left_to_right = r"[A-Za-z][A-Za-z ]*[A-Za-z]|\d(?:[\d.,:-]*\d)?"
    turned = re.sub(left_to_right, lambda found: found[0][::-1], turned)
    return turned.translate(str.maketrans("()", ")("))


def test_in_reading_order__a_word_within_a_line_from_left_to_right():
    assert in_reading_order(printed("the word םולש means peace")) == "the word שלום means peace"
    assert in_reading_order(printed("say םלוע םולש twice")) == "say שלום עולם twice"


def test_in_reading_order__vowels_follow_their_letters():
    visual = "ةسر\u0651دم"
    assert in_reading_order(printed(visual)) == "مدر\u0651سة"


def test_in_reading_order__spaces_that_are_gaps_only():
    letters = printed("ةسردم باتك")
    gaps = [letter for letter in letters if letter.sign != " "]
    assert in_reading_order(gaps) == "كتاب مدرسة"


def test_in_reading_order__printed_forms_of_letters():
    assert in_reading_order(printed("\ufe94\ufeb3\ufead\ufea9\ufee3")) == "مدرسة"
    assert in_reading_order(printed("\ufee1\ufefc\ufeb3")) == "سلام"
