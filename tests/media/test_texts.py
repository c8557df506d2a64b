from __future__ import annotations

import os

import pytest

from qwen3vl_app.errors import UnreadableMediaError
from qwen3vl_app.media.texts import decode, read_lines, split_lines

GERMAN = "Die Straße führt über die Brücke zum Bäcker. Schöne Grüße aus Köln!\n" * 3
RUSSIAN = "Красный велосипед стоит у моря, и никто не знает, чей он.\n" * 3
CHINESE = "红色的自行车停在海边，没有人知道它是谁的。\n" * 3
JAPANESE = "赤い自転車が海辺に止まっている。だれのものか、だれも知らない。\n" * 3
LONG_JAPANESE = (
    "これは長い文章のテストです。東京は日本の首都であり、世界最大の都市の一つです。"
    "私は昨日、友達と一緒に映画を見に行きました。とても面白かったので、また見たいと思います。\n"
)
KOREAN = "빨간 자전거가 바닷가에 서 있다. 누구의 것인지 아무도 모른다.\n" * 3


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16"),
        (JAPANESE, "cp932"),
        (LONG_JAPANESE, "euc_jp"),
        (KOREAN, "euc_kr"),
    ],
)
def test_decode__encodings(text, codec):
    assert decode(text.encode(codec)) == text


def test_decode__one_bad_byte_in_utf8_keeps_the_rest():
    found = decode(("a" * 2000 + "ä\n").encode() * 40 + b"\xff end")
    assert found is not None
    assert found.endswith(" end")


def test_decode__lines_in_another_encoding_amid_utf8():
    utf8, added = "erste Zeile mit Ümlaut\n" * 9, "zweite mit Ümlaut und ähnlichem\n"
    data = utf8.encode() + added.encode("cp1252") + utf8.encode()
    assert decode(data) == utf8 + added + utf8


def test_decode__without_colours_and_marks_in_the_middle():
    text = "\ufeffone\n\ufeff2024 \x1b[1;31mERROR\x1b[0m failed\n"
    assert decode(text.encode()) == "one\n2024 ERROR failed\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r'{"k": "\u00dcbergr\u00f6\u00dfe \u4f60\u3000\u597d"}', '{"k": "Übergröße 你\u3000好"}'),
        (r'{"k": "\ud83d\ude00"}', '{"k": "😀"}'),
        (r'{"k": "C:\\u00dc \u0022 \u005c \u0007 \ud83d"}', None),
    ],
)
def test_read_lines__characters_that_json_writes_by_number(tmp_path, written, shown):
    path = tmp_path / "a.json"
    path.write_text(written)
    assert read_lines(path) == [shown or written]


@pytest.mark.parametrize(
    "data",
    [bytes(1000), os.urandom(4096), b"\x7fELF\x02\x01\x01" + bytes(50), b"\x00a" * 10 + b"\x01"],
)
def test_decode__binary_is_no_text(data):
    assert decode(data) is None


def test_split_lines__as_an_editor_counts():
    assert split_lines("a\r\nb\rc\nd") == ["a", "b", "c", "d"]
    assert split_lines("a\n\n") == ["a", ""]
    assert split_lines("a\u2028b\fc\x0bd") == ["a\u2028b\fc\x0bd"]


def test_read_lines__binary_junk(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(os.urandom(5000))
    with pytest.raises(UnreadableMediaError, match=r"named \.txt, but holds binary data"):
        read_lines(path)


def test_read_lines__only_white_space(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(" \n\t\n\r\n\u3000\n")
    with pytest.raises(UnreadableMediaError, match="nothing but white space"):
        read_lines(path)


def test_read_lines__html_gives_its_text_at_its_lines(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(
        "<html><head><title>Bicycles</title>\n"
        "<style>p { color: red }\n</style>\n"
        "<script>if (a < b) { alert('x') }</script></head>\n"
        "<body><p>Red &amp; fast,\n"
        "by the <b>sea</b>.</p></body></html>\n"
    )
    assert read_lines(path) == ["Bicycles", "", "", "", "Red & fast,", "by the sea."]


def test_read_lines__html_elements_separate_words_or_stand_within_them(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(
        "<p>one</p><p>two<br>three</p> H<sub>2</sub>O <i>four</i> five\r\n<td>6</td><td>7</td>\n"
        "<template>not this</template><a href='x'>eight</a><!-- nor this -->, nine"
    )
    assert read_lines(path) == ["one two three H2O four five", "6 7", "eight, nine"]


def test_read_lines__html_without_text(tmp_path):
    path = tmp_path / "a.html"
    path.write_text("<html><body><img src='a.png'></body></html>")
    with pytest.raises(UnreadableMediaError, match="nothing but white space"):
        read_lines(path)
