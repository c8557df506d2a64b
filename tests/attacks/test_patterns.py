"""Patterns and texts that are made to keep a matcher busy for ever, and the answer to each."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
import warnings
from pathlib import Path

import httpx
import pytest
from pathspec import GitIgnoreSpec

from qwen3vl_app.errors import UsageError
from qwen3vl_app.indexing.patterns import read_patterns, write_patterns
from qwen3vl_app.media.globs import Fit, compile_glob
from qwen3vl_app.media.ignore import (
    LARGEST_FILE,
    LONGEST_PATTERN,
    MOST_PATTERNS,
    MOST_TOGETHER,
    Ignore,
    check_pattern,
)
from qwen3vl_app.media.scan import IgnoredPath, scan
from qwen3vl_app.messages import Message
from qwen3vl_app.store.tables.migrations import m008_messages as old_sentences
from qwen3vl_app.types import FileStamp, SkippedPath
from tests.attacks.expressions import ROOT, in_package, in_scripts, meet
from tests.attacks.program import PAGE, PATIENCE, serving

LONG_NAME = "a" * 200
FREEZING = (
    "*a" * 9 + "*b",
    "*a" * 400 + "*b",
    "**/" + "*a" * 9 + "*b",
    "/" + "*a" * 9 + "*b",
    "*?" * 60 + "*b",
    "*[a]" * 40 + "*[!a]",
    "?*" * 60 + "b*c",
    "a*" * 60 + "/b",
    "*" * 300 + "b",
    "a/**/" * 60 + "b",
    "**/a/" * 60 + "b",
    "[" * 900,
    "\\" * 900,
    "!" + "*a" * 9 + "*b",
)


# ---------------------------------------------------------------- patterns that freeze


SCANS = """
import sys
from pathlib import Path
from qwen3vl_app.media.scan import left_alone, scan
top = Path(sys.argv[1])
for pattern in sys.argv[2:]:
    (top / ".searchignore").write_text(pattern)
    sys.stdout.write(f"{pattern[:40]}\\n")
    sys.stdout.flush()
    for found in list(scan([top])):
        left_alone(found.path, top)
"""


def test_searchignore_with_a_freezing_pattern__is_scanned_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "/".join(["a"] * 60)
    folder.mkdir(parents=True)
    (folder / f"{LONG_NAME}.txt").write_text("x")
    (tmp_path / f"{LONG_NAME}.txt").write_text("x")
    command = [sys.executable, "-c", SCANS, str(tmp_path), *FREEZING]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    assert len(done.stdout.splitlines()) == len(FREEZING)


def test_searchignore_with_a_freezing_pattern__the_page_goes_on(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    files = tmp_path / "files"
    files.mkdir()
    (files / f"{LONG_NAME}.txt").write_text("a fox")
    (files / ".searchignore").write_text("*a" * 9 + "*b")
    with serving(tmp_path) as program, program.client(headers=PAGE) as http:
        http.post("/api/index/add", json={"path": str(files)}).raise_for_status()
        _wait_for_files(http, 1)
        worst = max(_seconds_of_status(http) for _ in range(20))
        answer = http.put("/api/ignore", json={"patterns": ["*a" * 9 + "*b"]})
        assert answer.status_code == 200
        _wait_for_files(http, 1)
    assert worst < 5


def _wait_for_files(http: httpx.Client, count: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        status = http.get("/api/index/status").json()
        if status["index"]["state"] == "idle" and sum(status["items"].values()) >= count:
            return
        time.sleep(0.2)
    raise AssertionError(f"not indexed after {PATIENCE} s: {status}")


def _seconds_of_status(http: httpx.Client) -> float:
    begun = time.monotonic()
    http.get("/api/index/status").raise_for_status()
    return time.monotonic() - begun


def test_patterns__take_time_that_grows_with_their_length_only() -> None:
    for pattern in ("*a" * 499 + "b", "*?" * 499 + "b", "*[a-z]" * 160 + "*!", "a" * 999 + "*"):
        glob = compile_glob(pattern)
        begun = time.perf_counter()
        assert glob.fit(["a" * 255] * 8, is_folder=False) is Fit.NOT
        assert time.perf_counter() - begun < 1


# ---------------------------------------------------------------- meaning, as before


ALPHABET = "ab*?/[]!-^\\#. "


@pytest.mark.parametrize("seed", range(4))
def test_patterns__mean_what_pathspec_says(seed: int) -> None:
    chance = random.Random(seed)
    met = 0
    while met < 5000:
        lines = [_drawn(chance, ALPHABET, 7) for _ in range(chance.randint(1, 3))]
        if any(_is_odd(line) for line in lines):
            continue
        spec = _pathspec(lines)
        if spec is None:
            with pytest.raises(UsageError):
                Ignore.of_library(lines, "/top")
            continue
        for _ in range(4):
            names = [_drawn(chance, "ab-!", 3) for _ in range(chance.randint(1, 4))]
            is_folder = chance.random() < 0.4
            path = "/".join(names)
            found = spec.check_file(path + "/" * is_folder)
            reason = _reason(lines, path, is_folder=is_folder)
            expected = lines[found.index] if found.include else None
            assert reason == expected, (lines, path, is_folder)
            met += 1


def _is_odd(line: str) -> bool:
    """Where pathspec differs from Git: classes that hold ``/``, and names of ``***``."""
    return "***" in line or any(part in line for part in ("[!", "[^")) or "-" in line


def _pathspec(lines: list[str]) -> GitIgnoreSpec | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return GitIgnoreSpec.from_lines(lines, backend="simple")
        except ValueError:
            return None


def _reason(lines: list[str], path: str, *, is_folder: bool) -> str | None:
    said = Ignore.of_library(lines, "/top").reason(f"/top/{path}", is_folder=is_folder)
    return None if said is None else re.fullmatch(r'Left out by "(.*)" in .*', str(said))[1]


def _drawn(chance: random.Random, signs: str, most: int) -> str:
    return "".join(chance.choice(signs) for _ in range(chance.randint(1, most)))


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*.t?t", "a.txt", True),
        ("*.t?t", "a.tt", False),
        ("a*b*a", "aba", True),
        ("a*b*a", "ab", False),
        ("*ab*ab", "abab", True),
        ("*ab*ab", "ab", False),
        ("*aab", "aaab", True),
        ("[!a]", "b", True),
        ("[!a]", "a", False),
        ("[a-c]x", "bx", True),
        ("[c-a]x", "bx", False),
        ("[]]", "]", True),
        ("[]-]", "-", True),
        ("\\*", "*", True),
        ("\\*", "a", False),
        ("[[:alpha:]]", ":]", True),
        ("[a&&b]", "&", True),
        ("a\n*", "a\nb", True),
        ("ü*", "über", True),
        ("*\udcff", "a\udcff", True),
    ],
)
def test_glob__one_name(pattern: str, name: str, fits: bool) -> None:
    glob = compile_glob(pattern)
    assert (glob.fit([name], is_folder=False) is Fit.ITSELF) is fits


@pytest.mark.parametrize("pattern", ["[z-a]", "[a--]", "[[a]", "[a||b]", "[a~~b]", "[--/]"])
def test_searchignore_with_an_odd_class__neither_fails_nor_warns(
    tmp_path: Path, pattern: str
) -> None:
    """Of these a regular expression was made that could not be compiled, and the scan stopped."""
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / ".searchignore").write_text(f"{pattern}\n")
    assert any(isinstance(found, FileStamp) for found in scan([tmp_path]))


# ---------------------------------------------------------------- patterns that are too much


def test_searchignore_with_a_pattern_of_900_kb__is_one_short_line(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text("x")
    (tmp_path / ".searchignore").write_text("a" * 900_000 + "\n*.txt")
    found = list(scan([tmp_path]))
    assert sum(len(str(one.reason)) for one in found if isinstance(one, SkippedPath)) < 10_000
    (left,) = [one for one in found if one.path.name == ".searchignore"]
    assert isinstance(left, SkippedPath)
    said = str(left.reason)
    assert f"over the limit of {LARGEST_FILE:,}" in said


def test_searchignore_with_a_long_pattern__the_others_count(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").write_text("x")
    (tmp_path / ".searchignore").write_text("a" * (LONGEST_PATTERN + 1) + "\na.txt")
    found = {one.path.name: one for one in scan([tmp_path])}
    assert isinstance(found["a.txt"], IgnoredPath)
    assert isinstance(found["b.txt"], FileStamp)
    left = found[".searchignore"]
    assert isinstance(left, SkippedPath)
    said = str(left.reason)
    assert "1,001 characters, over the limit of 1,000" in said
    assert len(said) < 300


def test_a_long_pattern_that_fits__is_quoted_in_80_characters(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / ".searchignore").write_text("*" * 900 + ".txt")
    (reason,) = [one.reason for one in scan([tmp_path]) if isinstance(one, IgnoredPath)]
    assert str(reason).startswith('Left out by "' + "*" * 79 + '…" in ')
    assert reason.code == "reason.ignored"


def test_searchignore_with_too_many_patterns__the_first_count(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").write_text("x")
    lines = ["a.txt", *(f"none{number}" for number in range(MOST_PATTERNS - 1)), "b.txt"]
    (tmp_path / ".searchignore").write_text("\n".join(lines))
    found = {one.path.name: one for one in scan([tmp_path])}
    assert isinstance(found["a.txt"], IgnoredPath)
    assert isinstance(found["b.txt"], FileStamp)
    left = found[".searchignore"]
    assert isinstance(left, SkippedPath)
    assert "2,001 patterns; only the first 2,000 count" in str(left.reason)


def test_searchignore_in_every_folder_of_a_deep_tree__all_together_are_bounded(
    tmp_path: Path,
) -> None:
    folder = tmp_path
    for _ in range(MOST_TOGETHER // MOST_PATTERNS + 3):
        folder /= "d"
        folder.mkdir()
        lines = (f"none{number}" for number in range(MOST_PATTERNS))
        (folder / ".searchignore").write_text("\n".join(lines))
    (folder / "a.txt").write_text("x")
    found = list(scan([tmp_path]))
    reasons = [str(one.reason) for one in found if isinstance(one, SkippedPath)]
    assert sum("over the limit of 10,000" in reason for reason in reasons) == 3
    assert any(isinstance(one, FileStamp) for one in found)


@pytest.mark.parametrize(
    ("patterns", "code"),
    [
        (["a" * 900_000], "pattern.long"),
        (["a"] * 10 + ["*a" * 501], "pattern.long"),
        ([f"a{n}" for n in range(MOST_PATTERNS + 1)], "patterns.many"),
        (["!"], "pattern.wrong"),
        (["\\"], "pattern.wrong"),
        (["a\ud800"], "pattern.wrong"),
        ([f"{n:0900}" for n in range(300)], "patterns.large"),
        (["a\u2028b"], "pattern.lines"),
        (["a\rb"], "pattern.lines"),
    ],
)
def test_put_ignore__is_refused_with_a_sentence_and_changes_nothing(
    tmp_path: Path, patterns: list[str], code: str
) -> None:
    write_patterns(tmp_path, ["kept"])
    with pytest.raises(UsageError) as caught:
        write_patterns(tmp_path, patterns)
    assert caught.value.code == code
    assert len(str(caught.value)) < 400
    assert read_patterns(tmp_path) == ("kept",)


def test_put_ignore__over_http_with_a_pattern_of_900_kb(page: httpx.Client) -> None:
    answer = page.put("/api/ignore", json={"patterns": ["a" * 900_000]})
    assert answer.status_code in (400, 413)
    assert len(answer.content) < 1000
    assert page.get("/api/ignore").json() == {"patterns": []}


def test_the_list_of_the_library_edited_by_hand__is_bounded_too(tmp_path: Path) -> None:
    lines = ["a" * 5000, *(f"a{n}" for n in range(MOST_PATTERNS + 100))]
    (tmp_path / "ignore.txt").write_text("\n".join(lines))
    assert len(read_patterns(tmp_path)) == MOST_PATTERNS - 1
    (tmp_path / "ignore.txt").write_text("a\n" * LARGEST_FILE)
    assert read_patterns(tmp_path) == ()


def test_check_pattern__an_error_quotes_80_characters() -> None:
    with pytest.raises(UsageError, match="is no pattern") as caught:
        check_pattern("a" * 900 + "\\")
    assert len(str(caught.value)) < 200


# ---------------------------------------------------------------- regular expressions


MIB = 2**20


def _texts(*units: str) -> list[str]:
    """1 MiB of each unit, alone and with an end that fits nothing."""
    long = (unit * (MIB // len(unit)) for unit in units)
    return [text for one in long for text in (one, f"{one}\n!")]


MEETS: dict[tuple[str, str], tuple[str, list[str]]] = {
    ("qwen3vl_app.types.words", "_TERM"): ("finditer", _texts('"', '-"', "a ", "--", ' "a', "-a")),
    ("qwen3vl_app.media.passages", "_CJK"): ("sub", _texts("中", "a", "中a")),
    ("qwen3vl_app.media.passages", "_TOKEN"): (
        "finditer", _texts("a", " ", "。", "a。", "a ", "。 ", "\u3000", " \t"),
    ),
    ("qwen3vl_app.media.dates", "_WRITTEN"): ("match", _texts(" ", "1", "2024:01:01 ", "٣")),
    ("qwen3vl_app.media.dates", "_PDF"): ("match", _texts(" ", "D:", "D:2024", "\u2003")),
    ("qwen3vl_app.media.pages", "_COUNTS_NONE"): (
        "search", _texts("/Count", "/Count ", " ", "/Count 0a", "/Count" + " " * 9999),
    ),
    ("qwen3vl_app.media.pages", "_IS_PAGE"): (
        "search", _texts("/Type", "/Type ", "/Type/Pages", "/Type" + " " * 9999),
    ),
    ("qwen3vl_app.store.tables.full_text_index", "_BOUNDARY"): (
        "sub", _texts("中", "a", "中 ", "中a", "가"),
    ),
    ("qwen3vl_app.store.asked_files", "_KEY"): ("fullmatch", _texts("a", "/", "0" * 32 + "/")),
    ("qwen3vl_app.store.thumbnails", "_NAME"): ("fullmatch", _texts("a", "0", "g")),
    ("qwen3vl_app.models.checkpoint.resolve", "REPOSITORY"): (
        "fullmatch",
        _texts("a", "a/", ".", "-_", "/"),
    ),
    ("qwen3vl_app.ui.serialize", "_WORD"): ("finditer", _texts("a", "a ", "_", "é", " ")),
    ("qwen3vl_app.ui.routes.media", "_HASH"): ("fullmatch", _texts("a", "0")),
    ("qwen3vl_app.ui.uploads", "_FORBIDDEN"): ("sub", _texts("a", ":", "\x00", "a:")),
    ("qwen3vl_app.ui.uploads", "_RESERVED"): ("match", _texts("con", "com1", "a", ".")),
    ("script", r"[/=]([0-9a-f]{32,}\/[^/]+)$"): (
        "search", _texts("/" + "a" * 40, "a", "/", "/" + "a" * 9999, "/" + "a" * 33 + "/"),
    ),
    ("script", r"^image\/"): ("search", _texts("image", "image/")),
    ("script", r"[\\/]"): ("sub", _texts("/", "a")),
    ("script", r"\{(\w+)(:,)?\}"): ("sub", _texts("{", "{a", "a", "{a}")),
    ("script", r"\{(\w+)\}"): ("sub", _texts("{", "{a", "a", "{a}")),
}  # fmt: skip
"""What each expression does in the program, and texts that a stranger could give it."""


ANY = _texts(
    "a",
    " ",
    "\n",
    "-",
    "0",
    "\\",
    '"',
    "a-",
    "ab ",
    "0a ",
    "a\n",
    "-\n",
    "a-\n",
    "\u0301",
    "\u4e2d",
)
"""Against expressions that meet whole texts."""

LINES = [
    f"{text[: MIB // 4]}"
    for text in _texts("A", "M", "0x0a, ", "\\x0a", "0a ", ">", "'", "=", "A+", " >")
]
"""Against those that meet one line after the other, which may be the whole text."""

MEETS |= {
    (f"qwen3vl_app.media.{module}", name): (method, [*ANY, *LINES, *own])
    for module, name, method, own in (
        ("charsets", "_CONTROL", "search", []),
        ("charsets", "_COOKIE", "search", _texts("#", "# coding", "coding:", "rem ")),
        ("charsets", "_JIS", "search", _texts("\x1b", "\x1b$")),
        ("encoded", "_BASE64_LINE", "search", _texts("A" * 40, "A" * 40 + "=")),
        ("encoded", "_BASE64_TAIL", "search", _texts("A" * 40 + "=")),
        ("encoded", "_BEGIN", "search", _texts("-----BEGIN ", "-----BEGIN A")),
        ("encoded", "_END", "search", _texts("-----END ", "-----END A")),
        ("encoded", "_BYTES", "sub", _texts("0x0a", "0a, ", "0a,,,")),
        (
            "encoded",
            "_DATA_URI",
            "sub",
            _texts("data:", "data:a/b;", "data:a/b;c=d", "data:,", ";a=b"),
        ),
        ("encoded", "_DRAWING", "sub", _texts("d='", "d='1", ' points="', "values='1 ")),
        ("encoded", "_DUMP", "search", _texts("00000000: ", "0a0b ", "{0x", "0a0b0c0d|")),
        ("encoded", "_HEX", "sub", _texts("0x", "0" * 128 + "z")),
        ("encoded", "_QUOTED", "finditer", _texts('"a', "\\a", '\\"')),
        ("encoded", "_RUN", "finditer", _texts("_", "A" * 59 + " ")),
        ("encoded", "_UU_LINE", "search", _texts("M" + "A" * 60)),
        ("encoded", "_UU_TAIL", "search", _texts("`")),
        ("encoded", "_WORDS", "search", _texts("aa ", "a a")),
        ("likelihood", "_BY_ITSELF", "finditer", _texts("a\u4e2d", "aaaa", "\u4e2d\u4e2d", "\n")),
        ("likelihood", "_CONTROL", "search", []),
        ("likelihood", "_EAST", "finditer", _texts("\uac00", "\u4e2da")),
        ("likelihood", "_IN_LATIN", "finditer", _texts("a\u4e2d", "\u4e2da")),
        ("likelihood", "_NON_ASCII", "search", []),
        ("likelihood", "_WORD", "finditer", _texts("e\u0301")),
        ("line_ends", "_BROKEN", "sub", _texts("a\u00ad", "a\u00ad\n", "a-  ", "a-\n ")),
        ("line_ends", "_WORD", "finditer", _texts("a-a")),
        (
            "number_formats",
            "_PIECE",
            "finditer",
            _texts('"a', "[$", "[$a-", "[h", "\\", "_", "[>"),
        ),
        ("office_parts", "_CODES", "sub", _texts("&", '&"', '&"a', "&1", "&K00")),
        ("office_parts", "_LETTER", "search", _texts("_")),
        ("right_to_left", "RIGHT_TO_LEFT", "search", _texts("\u05d0")),
        ("texts", "_COLOURS", "sub", _texts("\x1b", "\x1b[", "\x1b[0;")),
        ("texts", "_ESCAPED", "sub", _texts("\\", "\\u", "\\u4f60", "\\\\u4f60", "x\\")),
    )
}
MEETS |= {
    ("qwen3vl_app.media.number_formats", "_PIECE"): (  # of 255 characters at most
        "finditer",
        [unit * 128 for unit in ('"a', "[$", "[$a", "[h", "\\", "_", "[>", "a", "0", "*")],
    ),
    ("qwen3vl_app.demo.measuring.reading", "_WORD"): ("findall", ANY),
    ("qwen3vl_app.search.discretion", "_LIKE_A_PATH"): ("search", [*ANY, *_texts("/ ", " /")]),
    ("qwen3vl_app.store.tables.full_text_index", "_HYPHENATED"): (
        "finditer",
        [*ANY, *_texts("a- \n ", "a-a")],
    ),
    ("qwen3vl_app.store.tables.full_text_search", "_JOINED"): ("sub", ANY),
    ("qwen3vl_app.types.folding", "_ACCENTS"): (
        "sub",
        [*ANY, *_texts("\u0415\u0308", "\u0416\u0301")],
    ),
    ("qwen3vl_app.types.folding", "_DROPPED"): ("sub", [*ANY, *_texts("\u00ad", "a\u200b")]),
    ("qwen3vl_app.types.folding", "_ODD"): ("sub", [*ANY, *_texts("\u2019", "\u00f8")]),
    ("qwen3vl_app.store.tables.listing_keys", "_DIGITS"): ("sub", [*ANY, *_texts("1", "1a")]),
    ("qwen3vl_app.ui.event_bodies", "SESSION"): ("fullmatch", ANY),
    ("qwen3vl_app.ui.owners", "_COOKIE"): ("fullmatch", [*ANY, *_texts("0", "0f")]),
    ("script", r"\s+"): ("sub", ANY),
    ("script", r"^[+−]"): ("sub", [*ANY, *_texts("+", "−")]),
    ("script", r"^[=+\-@\t\r]"): ("search", [*ANY, *_texts("=", "\t")]),
    ("script", r'[",\r\n]'): ("search", [*ANY, *_texts('"', ",")]),
    ("script", r"^(image|video)\/"): ("search", [*ANY, *_texts("image", "image/")]),
    ("script", r"^(image|video|text)\/|pdf$|officedocument|opendocument|json$"): (
        "search",
        [*ANY, *_texts("pdf", "json", "office", "image/")],
    ),
    ("script", r"[^\x00-\x7f]"): ("search", ANY),
}

MADE_AT_RUN_TIME = {
    ("qwen3vl_app.media.globs", "_compile_name"),  # tried above, pattern by pattern
    ("qwen3vl_app.store.tables.migrations.m008_messages", "_patterns"),  # tried below
    ("qwen3vl_app.store.tables.migrations.m008_messages", "_expression"),  # meets our own forms
    ("qwen3vl_app.ui.gradio_surface", "_row"),  # meets addresses, which have a limit of bytes
    ("qwen3vl_app.ui.event_bodies", "_file"),  # meets a key, likewise
    ("qwen3vl_app.ui.serialize", "discreet_status"),  # meets sentences of the program
    ("qwen3vl_app.store.leftovers", "_HALF"),  # meets names of files, of 255 bytes
    ("qwen3vl_app.scratch", "_NAME"),  # likewise
    ("qwen3vl_app.media.charsets", "_DECLARED"),  # tried below, with what uses it
    ("qwen3vl_app.media.line_ends", "whole_words"),  # likewise
    ("qwen3vl_app.media.office_parts", "header_of"),  # meets the last 64 KiB of a sheet
    ("qwen3vl_app.store.tables.full_text_index", "indexed"),  # likewise
    ("qwen3vl_app.bench.serving", "_port_when_ready"),  # meets what our own server says
    ("qwen3vl_app.bench.serving", "resident"),  # meets what the kernel says
}


def test_regular_expressions__all_of_them_are_in_the_table() -> None:
    """One that is new meets a stranger's text, too: add it above, with texts against it."""
    scripts = {("script", expression) for _, expression in in_scripts()}
    assert in_package() | scripts == set(MEETS) | MADE_AT_RUN_TIME


@pytest.mark.parametrize("where", MEETS, ids=lambda where: f"{where[0]} {where[1]}"[-40:])
def test_regular_expressions__a_mebibyte_against_each_takes_seconds(
    where: tuple[str, str],
) -> None:
    method, texts = MEETS[where]
    meet(where, method, texts, seconds=60)


USES = """
import sys
from qwen3vl_app.media.texts import decode
from qwen3vl_app.media.line_ends import whole_words
from qwen3vl_app.store.tables.full_text_index import indexed
use = {"whole_words": whole_words, "indexed": indexed,
       "decode": lambda text: decode(text.encode())}[sys.argv[1]]
for escaped in sys.argv[2:]:
    unit = escaped.encode().decode("unicode_escape")
    use(unit * (2**18 // len(unit)))
"""


@pytest.mark.parametrize("name", ["whole_words", "indexed", "decode"])
@pytest.mark.parametrize(
    "unit",
    ["a", "a-", r"a-\n", r"a\xad\n", "&L", '&"a', "<meta charset=", "<?xml ", "# coding", " "],
)
def test_expressions_made_on_the_way__a_quarter_mebibyte_takes_seconds(
    name: str, unit: str
) -> None:
    command = [sys.executable, "-c", USES, name, unit]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60)


def test_reasons__no_name_makes_them_slow_to_tell_apart() -> None:
    for form in old_sentences.FORMS.values():
        fixed = [piece for piece in re.split(r"\{\w+\}", form) if piece]
        for piece in fixed:
            hostile = fixed[0] + ("x" + piece) * (9000 // (len(piece) + 1)) + "\n!"
            begun = time.perf_counter()
            assert str(old_sentences.message_of(hostile)) == hostile
            assert time.perf_counter() - begun < 2, form


def test_reasons__one_inside_another_a_thousand_times_ends() -> None:
    old_sentences.message_of("1 of 2 pages could not be read: a: " * 280)
    long = "1 of 2 pages could not be read: a: " * 10**6
    assert old_sentences.message_of(long) == Message.free(long)
