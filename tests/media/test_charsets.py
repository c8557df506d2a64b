from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from unicodedata import normalize

import pytest

from qwen3vl_app.media.texts import decode, read_lines
from tests.media.sentences import SENTENCES

Case = tuple[str, str]
"""An encoding and a text."""


def written(codec: str, sentences: tuple[str, ...]) -> list[str]:
    """The sentences as somebody writes them in this encoding, less those that do not fit it."""
    plain = [s.replace("’", "'") if "’" in s and not _fits(s, codec) else s for s in sentences]
    return [s for s in plain if _fits(s, codec)]


def _fits(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def cases(together: int) -> Iterator[Case]:
    for codecs, sentences in SENTENCES.values():
        for codec in codecs:
            kept = written(codec, sentences)
            for at in range(len(kept) - together + 1):
                yield codec, "\n".join(kept[at : at + together]) + "\n"


def wrong(chosen: Iterator[Case]) -> list[tuple[str, str, str | None]]:
    read = ((codec, text, decode(text.encode(codec))) for codec, text in chosen)
    return [case for case in read if case[2] != normalize("NFC", case[1])]


def test_decode__two_sentences_are_read_in_every_usual_encoding():
    assert wrong(cases(2)) == []


def test_decode__one_sentence_is_read_nearly_always():
    """97 of 100 and more; of encodings of DOS and of the old Macintosh somewhat fewer."""
    found = list(cases(1))
    missed = wrong(iter(found))
    assert len(missed) <= 0.03 * len(found), missed
    today = [
        case for case in missed if case[0] in ("cp1252", "cp1250", "cp1251", "gb18030", "cp932")
    ]
    assert today == []


@pytest.mark.parametrize(
    "text",
    [
        "It was 25 °C outside.",
        "temp;25°C;60%\n23°C;50%\n",
        "Add ½ cup of sugar and ¼ tsp salt.",
        "50 µm",
        "10 µg/ml",
        "100 m² at 5 m³/h",
        "x² + y² = z²",
        "Nº 5",
        "2ª edición",
        "See § 12 and ¶ 3.",
        "¡Hola!",
        "Price: £5.99",
        "naïve",
        "Malmö",
    ],
)
def test_decode__one_sign_in_a_plain_text(text):
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(("text", "codec"), [("1,男\n2,女\n", "gbk"), ("100円", "cp932")])
def test_decode__one_character_in_a_line(text, codec):
    assert decode(text.encode(codec)) == text


def test_decode__a_long_text_is_read_in_every_usual_encoding():
    assert wrong((codec, text * 30) for codec, text in cases(3)) == []


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_decode__wide_characters_without_a_mark(codec):
    texts = ["\n".join(sentences) for _, sentences in SENTENCES.values()]
    texts += [
        "Please pay the bill by Friday.",
        "name,city\nAnna,Berlin\n",
        "Имя,Город\nИван,Москва\n",
    ]
    assert wrong((codec, text) for text in texts) == []


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        ('<meta charset="iso-8859-1">', "latin-1"),
        ("<META CHARSET=Windows-1251>", "cp1251"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8_r"),
        ("<?xml version='1.0' encoding='GBK'?>", "gbk"),
        ('<?xml version="1.0" encoding="ISO-8859-5" standalone="yes"?>', "iso8859_5"),
        ('@charset "shift_jis";', "cp932"),
        ("# -*- coding: latin-1 -*-", "latin-1"),
        ("#!/usr/bin/python\n# vim: set fileencoding=cp1250 :", "cp1250"),
        ("Subject: x\nContent-Type: text/plain;\n charset=windows-1252\n", "cp1252"),
        ('"Content-Type: text/plain; charset=EUC-KR\\n"', "euc_kr"),
        ("\\documentclass{article}\n\\usepackage[latin1]{inputenc}", "latin-1"),
        (".. -*- coding: mac-roman -*-", "mac_roman"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("word", ["é", "ä", "ж", "你", "あ", "한", "ř"])
def test_decode__what_a_text_declares_is_used(head, codec, word):
    if _fits(word, codec):
        text = f"{head}\n{word}\n"
        assert decode(text.encode(codec)) == text


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="iso-8859-1">',  # left over from before the file was converted
        '<meta charset="utf-16">',
        '<meta charset="no-such-thing">',
        '<meta charset="base64">',
        "a page about charset=koi8-r and encoding: cp866",
    ],
)
def test_decode__what_is_declared_wrongly_is_not(head):
    text = f"<html>{head}</html>\nDie Straße führt über die Brücke.\n"
    assert decode(text.encode()) == text
    if "iso" not in head:
        assert decode(text.encode("cp1252")) == text


def test_decode__a_declaration_that_does_not_fit_is_passed_over():
    text = '<meta charset="shift_jis">\nКрасный велосипед стоит у моря.\n'
    assert decode(text.encode("cp1251")) == text


def test_decode__a_damaged_byte_spoils_nothing_else():
    text = "Die Straße führt über die Brücke. Schöne Grüße aus Köln!\n" * 5
    for codec in ("utf-8", "cp1252"):
        damaged = text.encode(codec)[:-1] + b" \x81\xff\n"
        assert str(decode(damaged)).startswith(text[:-1])


def test_decode__is_composed():
    text = normalize("NFD", "Förster, 보고서, ガイド, Việt Nam")
    assert decode(text.encode()) == normalize("NFC", text)
    assert decode(text.encode("utf-16")) == normalize("NFC", text)


_RANDOM = random.Random(4)


@pytest.mark.parametrize(
    "data",
    [
        *(_RANDOM.randbytes(size) for size in (40, 200, 4096, 60_000)),
        struct.pack("<2000h", *(n % 300 for n in range(2000))),
        struct.pack("<2000H", *(_RANDOM.randrange(1, 60_000) for _ in range(2000))),
        struct.pack("<2000f", *(n / 7 for n in range(2000))),
        struct.pack("<2000I", *range(2000)),
        b"\x7fELF\x02\x01\x01\0" + bytes(56) + "ёж".encode("utf-16-le"),
        b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" * 8,
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + _RANDOM.randbytes(500),
    ],
    ids=range(11),
)
def test_decode__binary_data_is_no_text(data):
    assert decode(data) is None
    assert decode(data + b"\0") is None


def test_read_lines__as_the_cases_have_them(tmp_path):
    for name, data, expected in (
        ("de.txt", "Rechnung für März".encode("cp1252"), ["Rechnung für März"]),
        ("ru.csv", "Имя,Город\nИван,Москва\n".encode("utf-16-le"), ["Имя,Город", "Иван,Москва"]),
        ("a.html", b'<html><head><meta charset="iso-8859-1"></head>'
         b"<body>caf\xe9 tr\xe8s \xe0 Paris</body></html>", ["café très à Paris"]),
        ("a.xml", '<?xml version="1.0" encoding="GBK"?><r>你好</r>'.encode("gbk"),
         ['<?xml version="1.0" encoding="GBK"?><r>你好</r>']),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        assert read_lines(tmp_path / name) == expected
