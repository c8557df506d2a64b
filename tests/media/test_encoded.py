from __future__ import annotations

import base64
import random
from textwrap import wrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen3vl_app.media.encoded import readable

DATA = random.Random(1).randbytes(3000)
BASE64 = base64.b64encode(DATA).decode()
URLSAFE = base64.urlsafe_b64encode(DATA).decode()
HEX = DATA.hex()
MINIFIED = "function a(b,c){return b.d(c)?e[f]:g(h,{i:1,j:'k'})};" * 40
DUMP = [
    f"{at:08x}: {DATA[at : at + 16].hex(' ', 2)}  ................" for at in range(0, 320, 16)
]
SOURCE = [
    "    " + ", ".join(f"0x{byte:02x}" for byte in DATA[at : at + 12]) + ","
    for at in range(0, 240, 12)
]
UUENCODED = [
    "M" + "".join(chr(32 + byte % 64) for byte in DATA[at : at + 60]) for at in range(0, 600, 60)
]
JWT = f"{BASE64[:80]}.{URLSAFE[100:400]}.{URLSAFE[400:700]}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"![photo](data:image/png;base64,{BASE64})", "![photo]()"),
        (f'<img alt="a fox" src="data:image/jpeg;base64,{BASE64}">', '<img alt="a fox" src="">'),
        (f"a {{ b: url('data:font/woff2;charset=utf-8;base64,{BASE64}') }}", "a { b: url('') }"),
        (f"url(data:image/svg+xml,{'%3Csvg%20' * 20})", "url()"),
        (f'  "image/png": "{BASE64}\\n",', '  "image/png": "\\n",'),
        (f"key {BASE64} end", "key  end"),
        (f"key {URLSAFE} end", "key  end"),
        (f"token {JWT} end", "token .. end"),
        (f"digest {HEX} end", "digest  end"),
        (f"bytes {DATA[:100].hex(' ')} end", "bytes  end"),
        (f'<path d="{"M10.5 20L30,40" * 20}"/>', '<path d=""/>'),
        (MINIFIED, ""),
        (f'{{"a":1,"text":"A red fox runs.",{MINIFIED}"n":2}}', "A red fox runs."),
    ],
)  # fmt: skip
def test_readable__encoded_data_in_a_line_is_left_out(line, expected):
    assert readable(["before", line, "after"]) == ["before", expected, "after"]


@pytest.mark.parametrize(
    "block",
    [
        wrap(BASE64, 76),
        wrap(BASE64, 64),
        [f"> {line}" for line in wrap(BASE64, 72)],
        [f'"{line}"' for line in wrap(BASE64, 60)],
        wrap(HEX, 64),
        DUMP,
        SOURCE,
        UUENCODED,
    ],
)  # fmt: skip
def test_readable__blocks_of_encoded_data_are_left_out(block):
    lines = ["Content-Transfer-Encoding: base64", "", *block, "", "The end of it."]
    assert [line for line in readable(lines) if line] == [lines[0], lines[-1]]
    assert len(readable(lines)) == len(lines)


def test_readable__pem_keeps_its_name_only():
    lines = ["-----BEGIN CERTIFICATE-----", *wrap(BASE64[:200], 64), "-----END CERTIFICATE-----"]
    assert [line for line in readable(lines) if line] == [lines[0], lines[-1]]


@pytest.mark.parametrize(
    "line",
    [
        "A sentence of everyday words, as people write them, in one line. " * 40,
        "红色的自行车停在海边，没有人知道它是谁的。" * 100,
        "พรุ่งนี้เราจะไปทะเลกับเพื่อนๆ" * 60,
        "https://example.org/a/very/long/path/to/a/page-about-lighthouses-in-the-north-of-scotland/index.html",
        "https://example.org/a/very/long/path/With/Mixed/Case/And1234/Numbers5678/and_more_stuff/x9",
        "/usr/local/share/documents/projects/lighthouse/reports/annual/final_version_of_the_report.txt",
        "getTheNameOfTheUserWhoLastChangedTheSettingsOfTheApplicationBeforeItWasClosed()",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sha512 " + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" * 2,
        "data: the measured values of the last three years, in metres",
        "-" * 200,
        "=" * 80,
        "12.5,13.25,14.75,15.5,16,17.25,18.75,19,20.5,21.25,22,23.5,24.75,25,26.5,27.75,28.5,29,30.25",
        "ACGTTGCATGCCGTAAGCTTGACCTGAGCATTGCACGTTAGCATGCCATGCAAGCTTGCAT" * 3,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        '{"name": "Anna", "city": "Berlin", "note": "She has a red bicycle", "age": 30}, ' * 20,
    ],
)  # fmt: skip
def test_readable__what_people_write_stays(line):
    assert readable([line] * 4) == [line] * 4


@given(st.lists(st.text(max_size=120), max_size=8))
def test_readable__as_many_lines_as_there_were(lines):
    found = readable(lines)
    assert len(found) == len(lines)
    assert all(len(after) <= len(before) for before, after in zip(lines, found, strict=True))


@pytest.mark.parametrize(
    "piece",
    ["ab", "aB1", '"', '\\"', '"a', "data:", "data:x,%41", 'd="a', "00 ", ";b=c", " ", "a-\n"],
)
def test_readable__a_megabyte_of_anything_is_read_at_once(piece):
    """What tries every way to divide such a line would go on for years."""
    line = piece * (2**20 // len(piece))
    assert len(readable([line, "end"])) == 2
