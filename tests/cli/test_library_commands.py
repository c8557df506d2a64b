from __future__ import annotations

import os
import shutil
import signal
import time
from dataclasses import asdict
from pathlib import Path

import orjson
import pytest
from PIL import Image

from qwen3vl_app.budget import Budget
from qwen3vl_app.doctor import demo_advice
from qwen3vl_app.media import ocr
from qwen3vl_app.media.reader import Reader
from qwen3vl_app.search.recall import NOT_YET
from qwen3vl_app.settings import SAMPLES
from qwen3vl_app.store.library import Library
from qwen3vl_app.store.tables import outcomes
from tests.cli.conftest import CHECKPOINT
from tests.drawn import draw_folder, draw_picture
from tests.media.test_ocr import written
from tests.started import start


def test_index__outcomes_add_up_to_the_files_seen(program, folder):
    summary = program.json("index", folder)
    outcomes = ("indexed", "unchanged", "duplicate", "skipped", "failed")
    assert summary["files"] == sum(summary[name] for name in outcomes) == 6
    assert (summary["indexed"], summary["failed"]) == (5, 1)
    assert summary["items"] == 2 + 2 + 1 + 1 + 3  # pictures, pages, passage, clip, its moments


def test_index__again_changes_nothing(program, folder):
    program.json("index", folder)
    again = program.json("index", folder)
    assert (again["unchanged"], again["failed"], again["items"]) == (5, 1, 0)


def test_index__a_copy_is_a_duplicate(program, tmp_path):
    first = draw_picture(tmp_path / "a.png", "green")
    shutil.copy(first, tmp_path / "b.png")
    summary = program.json("index", tmp_path / "a.png", tmp_path / "b.png")
    assert (summary["indexed"], summary["duplicate"], summary["items"]) == (1, 1, 1)


def test_index__changes_nothing_of_the_folder(program, folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    program.json("index", folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_index__without_anything_to_do_is_a_usage_error(program):
    result = program.run("index")
    assert result.exit_code == 2
    assert "--sample" in result.stderr


def test_index__a_path_that_is_not_there(program, tmp_path):
    result = program.run("index", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
    assert result.stdout == ""


def test_index__killed_and_run_again_has_everything_once(program, tmp_path):
    many = _draw_many(tmp_path / "many", 120)
    running = program.start("index", many)
    try:
        _wait_for_some_items(program, at_least=16)
        assert running.poll() is None, "it was over before it could be killed"
        running.send_signal(signal.SIGKILL)
    finally:
        running.kill()
        running.wait()
    left = program.json("status")
    assert 0 < left["items"]["picture"] < 120
    program.json("index", many)
    after = program.json("status")
    assert after["items"]["picture"] == after["files"]["indexed"] == 120
    assert program.json("doctor")["findings"] == []


def _draw_many(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        draw_picture(folder / f"{number}.png", f"rgb({number}, {255 - number}, 90)")
    return folder


def _wait_for_some_items(program, *, at_least: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (program.library / "library.db").exists():
            result = program.run("status", "--json")
            if result.exit_code == 0 and program.json("status")["items"]["picture"] >= at_least:
                return
        time.sleep(0.05)
    pytest.fail("nothing was indexed within a minute")


def test_status__has_counts_spaces_and_models(indexed):
    found = indexed.json("status")
    assert found["files"]["indexed"] == 5
    assert found["items"]["page"] == 2
    assert found["spaces"][0]["items"] == sum(found["items"].values())
    assert found["indexing"]["pending"] == 0
    assert "failures" not in found


def test_index__another_model_is_said_and_caught_up_with(program, tmp_path):
    """A library of another model, which has gone, found nothing, and nothing was unfinished."""
    before = tmp_path / "before"
    shutil.copytree(CHECKPOINT, before)
    for number in range(3):
        draw_picture(tmp_path / f"{number}.png", f"rgb({70 * number}, 9, 90)")
    ignored = ("--ignore", "library/", "--ignore", "before/")
    program.json("index", tmp_path, *ignored, "--model", before)
    shutil.rmtree(before)
    other = ("--model", "demo")
    found = program.json("search", "red", "--no-rerank", "--tag", "best", *other)
    assert (found["recall"], found["notes"]) == ([], [str(NOT_YET)])
    picture = draw_picture(tmp_path / "3.png", "rgb(9, 200, 90)")
    program.json("index", picture)
    assert program.json("index", *other)["items"] == 4
    assert len(program.json("search", "red", "--no-rerank", *other)["recall"]) == 4
    again = program.run("index", *other)
    assert (again.exit_code, "nothing is unfinished" in again.stderr) == (2, True)


def found_by_vectors(row):
    """`row` of the recall list without the reranker's numbers.

    What shares a forward pass with a candidate depends on the time that the one before took, and
    the width it is padded to moves its logit by a last bit.
    """
    return {name: found for name, found in row.items() if name not in ("relevance", "logit")}


def test_search__the_model_before_answers_until_the_library_is_embedded_again(program, tmp_path):
    """With the vectors, ranks and similarities that it gave before; the reranker is as asked."""
    for number in range(3):
        draw_picture(tmp_path / f"{number}.png", f"rgb({70 * number}, 9, 90)")
    program.json("index", tmp_path, "--ignore", "library/")
    new = ("--model", "demo")
    asked = ("search", "red", "--json")
    before = program.json("search", "red")
    answered = program.run(*asked, *new)
    found = orjson.loads(answered.stdout)
    assert [found_by_vectors(row) for row in found["recall"]] == [
        found_by_vectors(row) for row in before["recall"]
    ]
    for row, was in zip(found["recall"], before["recall"], strict=True):
        assert row["logit"] == pytest.approx(was["logit"], abs=1e-5)
    assert (found["model"], before["model"]) == ("checkpoint", "checkpoint")
    assert [row["item"] for row in found["reranked"]] == [r["item"] for r in before["reranked"]]
    said = "Answered by checkpoint; 0 of 3 items are embedded with demo embedder so far."
    assert (found["notes"], answered.stderr.strip()) == ([said], said)
    chinese = program.run("search", "red", "--no-rerank", "--lang", "zh", *new)
    assert (
        "由 checkpoint 回答；目前 3 个条目中有 0 个已用 demo embedder 向量化。" in chinese.stderr
    )
    (like, *others) = [row["item"] for row in before["recall"]]
    near = program.json("search", "--like", str(like), "--no-rerank", *new)
    assert {row["item"] for row in near["recall"]} == set(others)
    assert near["notes"] == [said]
    assert program.json("index", *new)["items"] == 3
    found = program.json("search", "red", *new)
    assert (found["model"], found["notes"], len(found["recall"])) == ("demo embedder", [], 3)


def test_search__a_checkpoint_that_has_changed_does_not_answer(program, tmp_path):
    before = tmp_path / "before"
    shutil.copytree(CHECKPOINT, before)
    draw_picture(tmp_path / "0.png", "green")
    ignored = ("--ignore", "library/", "--ignore", "before/")
    program.json("index", tmp_path, *ignored, "--model", before)
    budget = Budget(max_picture_tokens=999)
    (before / "budget.json").write_bytes(orjson.dumps(asdict(budget)))
    found = program.json("search", "green", "--no-rerank", "--model", "demo")
    assert (found["recall"], found["notes"]) == ([], [str(NOT_YET)])


def test_search__a_library_half_of_another_model(program, tmp_path):
    first = draw_picture(tmp_path / "0.png", "green")
    second = draw_picture(tmp_path / "1.png", "blue")
    program.json("index", first, second)
    with Library.open(program.library) as library:
        item, _ = library.list_items()
        with library._connection.writing() as conn:
            conn.execute(
                "INSERT INTO space (fingerprint, model, dimension) "
                "SELECT 'other', 'other', dimension FROM space"
            )
            moved = "UPDATE vector SET space = (SELECT max(id) FROM space) WHERE item = ?"
            conn.execute(moved, (item.id,))
    result = program.run("search", "green", "--no-rerank")
    assert len(result.stdout.splitlines()) == 2
    assert "1 of 2 items are embedded with checkpoint so far" in result.stderr


def test_status__in_words_for_people(program, tmp_path):
    draw_picture(tmp_path / "a.png", "green")
    program.json("index", tmp_path / "a.png", "--ignore", "library/")
    program.json("index", tmp_path, "--collection", "trip")
    program.json("folders", "--watch", tmp_path)
    lines = program.run("status").stdout.splitlines()
    assert f"folders: {tmp_path}  trip  watched" in lines
    said = "\n".join([*lines, program.run("doctor").stdout])
    assert "  files: indexed 1, duplicate 0" in said
    for leftover in ("None", "True", "False", "{", "["):
        assert leftover not in said


def test_index__a_folder_that_is_suddenly_empty_is_said(program, tmp_path):
    folder = tmp_path / "drive"
    folder.mkdir()
    picture = draw_picture(folder / "a.png", "green")
    program.json("index", folder)
    picture.unlink()
    for result in (program.run("index", folder, "--json"), program.run("index", folder)):
        assert result.exit_code == 0
        assert "Nothing is left in" in result.stderr
    assert program.json("status")["files"]["indexed"] == 1


def test_status__failures_say_why_and_when(indexed):
    (failure,) = indexed.json("status", "--failures")["failures"]
    assert Path(failure["path"]).name == "broken.png"
    assert failure["reason"]
    assert failure["when"].startswith("20")


def test_names__cannot_steer_the_terminal(program, tmp_path):
    """Line feeds, escape sequences, turned writing: shown, not obeyed; JSON has them whole."""
    name = "two\nlines \x1b[31m \u202egnp.exe\u202c שלום.txt"
    (tmp_path / name).write_text("otters")
    (tmp_path / f"no {name}").touch()
    shown = r"two\nlines \x1b[31m \u202egnp.exe\u202c שלום.txt"
    result = program.run("index", tmp_path)
    assert f"failed: {tmp_path}/no {shown}: The file is empty" in result.stderr
    assert f"{tmp_path}/no {shown}" in program.run("status", "--failures").stdout
    words = ("search", "otters", "--words", "only")
    assert program.run(*words).stdout.splitlines()[1].endswith(f"{tmp_path}/{shown}")
    assert program.json(*words)["recall"][0]["path"] == str(tmp_path / name)
    gone = program.run("forget", tmp_path / "a\x1bb")
    assert r"a\x1bb" in gone.stderr


def test_status__no_library(program):
    result = program.run("status")
    assert result.exit_code == 2
    assert "no library" in result.stderr


def test_doctor__a_missing_file_is_found(program, tmp_path):
    picture = draw_picture(tmp_path / "gone.png", "green")
    program.json("index", picture)
    picture.unlink()
    result = program.run("doctor")
    assert result.exit_code == 1
    assert "gone.png" in result.stdout


def test_doctor__passports_of_both_models(indexed):
    embedder, reranker = indexed.json("doctor", "--passport")["passports"]
    assert (embedder["role"], reranker["role"]) == ("embedder", "reranker")
    for passport in (embedder, reranker):
        assert len(passport["checks"]) == 10
        assert all(check["holds"] and check["what"] for check in passport["checks"])
        assert passport["switched_off"] == []
    assert list(reranker["shortcuts"]) == ["together", "prefix", "kept", "lean", "trimmed"]
    told = indexed.run("doctor", "--passport", "--reranker", "none", "--lang", "zh").stdout
    assert "✓ 保留空白字符 (qwen3_vl_embedding.py:220 format_model_input)" in told
    assert "passport, reranker" not in told


def test_doctor__names_versions_device_and_models(indexed):
    found = indexed.json("doctor")
    assert found["versions"]["torch"].startswith("2.13")
    assert found["device"].startswith("cpu, float32")
    assert "hf download Qwen/Qwen3-VL-Reranker-2B" in found["models"]["reranker 2b"]
    assert found["findings"] == []


def test_status__shows_the_run_of_another_program(program, tmp_path):
    many = _draw_many(tmp_path / "many", 150)
    running = program.start("index", many)
    try:
        _wait_for_some_items(program, at_least=16)
        found = program.json("status")["indexing"]
        while not found["done"]:  # posted every half second
            time.sleep(0.05)
            found = program.json("status")["indexing"]
        assert (found["running"], found["state"]) == (True, "indexing")
        assert found["files"] == 150
        assert 0 < found["done"] <= 150
        assert (found["failed"], found["message"]) == (0, "")
    finally:
        running.kill()
        running.wait()
    left = program.json("status")["indexing"]
    assert (left["running"], left["state"]) == (False, "stopped")
    assert 0 < left["pending"] < 150
    whole = program.json("index")
    assert whole["files"] >= left["pending"] + left["done"] - 16
    after = program.json("status")["indexing"]
    assert (after["running"], after["state"], after["pending"]) == (False, "idle", 0)


def test_retry__one_and_all(program, tmp_path):
    paths = [tmp_path / f"{name}.png" for name in "ab"]
    for path in paths:
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    assert program.json("index", *paths)["failed"] == 2
    for number, path in enumerate(paths):
        draw_picture(path, f"rgb({number}, 9, 90)")
    assert program.json("retry", paths[0])["indexed"] == 1
    assert len(program.json("status", "--failures")["failures"]) == 1
    assert program.json("retry")["indexed"] == 1
    assert program.json("retry")["files"] == 0


def test_failures__of_this_run_and_not_too_many(program, tmp_path, monkeypatch):
    for n in range(23):
        (tmp_path / f"{n}.png").touch()
    said = program.run("index", tmp_path).stderr
    assert said.count("failed: ") == 20
    assert "3 more failed; see status --failures." in said
    monkeypatch.setattr(outcomes, "now", lambda: "2100-01-01T00:00:00Z")
    again = program.run("retry", tmp_path / "7.png")
    assert again.stdout.startswith("1 file: 1 failed.\n0 items added")
    (line,) = (line for line in again.stderr.splitlines() if "failed: " in line)
    assert "7.png: The file is empty" in line
    assert "more failed" not in again.stderr


def test_forget__takes_out_and_deletes_nothing(program, folder):
    program.json("index", folder)
    assert program.json("forget", folder / "red disc.png", folder / "broken.png") == {"files": 2}
    assert (folder / "red disc.png").exists()
    found = program.json("status", "--failures")
    assert (found["items"]["picture"], found["failures"]) == (1, [])
    assert program.json("forget", folder) == {"files": 4}
    assert program.json("status")["folders"] == []
    assert program.run("forget").exit_code == 2


def test_forget__stays_so_until_it_is_taken_back(program, tmp_path):
    one, two = (draw_picture(tmp_path / f"{name}.png", name) for name in ("green", "blue"))
    program.json("index", tmp_path, "--ignore", "library/")
    said = program.run("forget", one).stdout.splitlines()
    assert said == [
        "1 file was taken out.",
        "What lies in folders stays there.",
        "Undo with: removed --restore PATH",
    ]
    (row,) = program.json("removed")["removed"]
    assert (row["path"], row["kind"], row["stays"], row["files"]) == (str(one), "file", True, 1)
    draw_picture(one, "red")
    assert program.json("index", tmp_path)["unchanged"] == 1
    assert program.json("folders", "--rescan")["run"]["unchanged"] == 1
    assert program.json("status")["items"]["picture"] == 1
    assert f"{one}  file" in program.run("removed").stdout
    assert "trash: 0 files" in program.run("doctor").stdout
    back = program.json("removed", "--restore", one)
    assert (back["run"]["indexed"], back["removed"]) == (1, [])
    assert program.json("status")["items"]["picture"] == 2
    assert two.exists()


def test_removed__deletes_for_good_and_says_what_is_not_there(program, tmp_path):
    one = draw_picture(tmp_path / "a.png", "green")
    program.json("index", one)
    program.json("forget", one)
    wrong = program.run("removed", "--restore", tmp_path / "b.png")
    assert wrong.exit_code == 2
    assert f"Nothing was removed at {tmp_path / 'b.png'}" in wrong.stderr
    found = program.json("removed", "--empty")
    assert (found["deleted"], found["removed"][0]["until"]) == (1, "")
    assert one.exists()
    assert program.run("restore", "--list").exit_code in (0, 2), "that one restores backups"


@pytest.mark.parametrize("command", ["retry", "forget"])
def test_retry_and_forget__name_what_is_not_there_and_change_nothing(program, tmp_path, command):
    """They ended well, with a count of 0."""
    known = draw_picture(tmp_path / "a.png", "green")
    program.json("index", known)
    result = program.run(command, known, tmp_path / "nothing.png", tmp_path / "nowhere")
    assert result.exit_code == 2
    both = f"{tmp_path / 'nothing.png'}, {tmp_path / 'nowhere'}"
    assert f"The library has nothing at {both}; nothing was changed." in result.stderr
    assert program.json("status")["items"]["picture"] == 1


def test_folders__listed_watched_and_scanned_again(program, tmp_path):
    draw_picture(tmp_path / "a.png", "green")
    program.json("index", tmp_path, "--collection", "trip", "--ignore", "library/")
    row = {"path": str(tmp_path), "collection": "trip", "watched": False}
    assert program.json("folders")["folders"] == [row]
    assert program.json("folders", "--watch", tmp_path)["folders"] == [row | {"watched": True}]
    assert program.json("status")["folders"][0]["watched"]
    draw_picture(tmp_path / "b.png", "blue")
    found = program.json("folders", "--rescan", "--unwatch", tmp_path)
    assert (found["run"]["indexed"], found["folders"]) == (1, [row])
    assert "was never added" in program.run("folders", "--watch", tmp_path / "a").stderr


def test_ignore__a_list_of_the_library(program, tmp_path):
    draw_picture(tmp_path / "a.png", "green")
    draw_picture(tmp_path / "b.png", "blue")
    assert program.json("index", tmp_path, "--ignore", "b.*")["indexed"] == 1
    assert program.json("ignore") == {"patterns": ["b.*"]}
    assert program.json("ignore", "*.tmp", "b.*") == {"patterns": ["b.*", "*.tmp"]}
    assert program.json("ignore", "--remove", "b.*") == {"patterns": ["*.tmp"]}
    assert program.json("index")["indexed"] == 1
    result = program.run("ignore", "!")
    assert (result.exit_code, "is no pattern" in result.stderr) == (2, True)


def test_index__watch_says_what_was_indexed(program, tmp_path):
    draw_picture(tmp_path / "a.png", "green")
    arguments = program.arguments("index", tmp_path, "--watch", "--json")
    reading, writing = os.pipe()
    running = start("-m", "qwen3vl_app", *arguments, out=writing)
    os.close(writing)
    said = os.fdopen(reading, "rb")
    try:
        assert orjson.loads(said.readline())["indexed"] == 1
        time.sleep(1.5)
        draw_picture(tmp_path / "b.png", "blue")
        begun = time.monotonic()
        assert orjson.loads(said.readline())["indexed"] == 1
        assert time.monotonic() - begun < 20
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == 0
    finally:
        running.kill()
        running.wait()
        said.close()


def test_doctor__says_which_index_and_that_words_are_well(indexed):
    found = indexed.json("doctor")
    assert found["library"]["search"].endswith("search over every vector, exact")
    assert (found["library"]["words"], found["library"]["folders"]) == ("well", "1, 0 watched")


def test_demo_advice__names_the_limits():
    advice = demo_advice(Budget(max_picture_tokens=20, max_frames=8, max_input_tokens=512))
    assert "20,480 pixels" in advice
    assert "8 frames" in advice
    assert "512 tokens" in advice


def test_index__what_failed_is_read_again_on_request_only(program, tmp_path, monkeypatch):
    folder = draw_folder(tmp_path / "things")
    assert program.json("index", folder)["failed"] == 1
    read: list[str] = []
    real = Reader.outline

    def outline(reader, path):
        read.append(path.name)
        return real(reader, path)

    monkeypatch.setattr(Reader, "outline", outline)
    again = program.json("index", folder)
    assert (again["unchanged"], again["failed"], read) == (5, 1, [])
    assert program.json("folders", "--rescan")["run"]["failed"] == 1
    assert read == ["broken.png"]
    assert program.json("retry")["failed"] == 1
    assert read == ["broken.png"] * 2
    assert len(program.json("status", "--failures")["failures"]) == 1


def test_index__names_the_failures_of_this_run_also_where_they_are_old(program, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / f"{folder.name}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
        program.json("index", folder)
        time.sleep(1.1)  # times are kept in seconds
    said = program.run("index", first).stderr
    assert "first.png" in said
    assert "second.png" not in said


@pytest.mark.skipif(not ocr.is_installed(), reason="rapidocr is not installed")
def test_index__goes_on_until_words_in_pictures_are_read(program, tmp_path):
    written("Zwetschge 4711").save(tmp_path / "screen.png")
    summary = program.json("index", tmp_path / "screen.png", "--words-too")
    assert summary["words"] == {"done": 1, "total": 1}
    words = program.json("status")["words"]
    assert (words["state"], words["done"], words["total"]) == ("idle", 1, 1)
    (hit,) = program.json("search", "zwetschge", "--words", "only")["recall"]
    assert program.json("show", str(hit["item"]))["picture_text"] == "Zwetschge 4711"


def test_index__samples_alone_are_there_before_their_words_are_read(program, monkeypatch):
    part = SAMPLES / "shapes"  # all of them take a minute
    monkeypatch.setattr("qwen3vl_app.cli.library.SAMPLES", part)
    summary = program.json("index", "--sample", "--words-too")
    assert (summary["failed"], summary["indexed"]) == (0, len(list(part.iterdir())))
    words = program.json("status")["words"]
    assert (words["done"], words["state"]) == (0, "stopped")
    assert words["total"] == summary["indexed"], "for the page to read"


def test_index__without_words_in_pictures(program, tmp_path):
    draw_picture(tmp_path / "a.png", "green")
    assert program.json("index", tmp_path / "a.png")["words"] == {"done": 0, "total": 0}
    found = program.json("status")["words"]
    assert (found["state"], found["done"], found["total"]) == ("stopped", 0, 1)


def test_doctor__published_numbers_of_models_that_have_some(indexed, tmp_path):
    note = "nothing is published to compare with; of this stage it is for Qwen3-VL-Embedding-2B"
    assert note in indexed.run("doctor", "--published").stdout
    folders = [tmp_path / name for name in ("Qwen3-VL-Embedding-2B", "Qwen3-VL-Reranker-2B")]
    for folder in folders:
        shutil.copytree(CHECKPOINT, folder)
    picture = tmp_path / "demo.jpeg"
    Image.linear_gradient("L").convert("RGB").save(picture)
    options = ("--model", str(folders[0]), "--reranker", str(folders[1]))
    ran = indexed.run("doctor", "--published", *options)
    assert ran.exit_code == 1
    assert "✗ Qwen3-VL-Embedding-2B, cosine of the text: " in ran.stdout
    assert ", published 0.7896 (± 0.01)" in ran.stdout
    assert "give demo.jpeg of the reference's README with --published-picture" in ran.stdout
    found = indexed.run("doctor", "--published-picture", str(picture), *options, "--json")
    assert found.exit_code == 1
    numbers = orjson.loads(found.stdout)["published"]
    assert [(one["role"], one["document"]) for one in numbers] == [
        (role, document)
        for role in ("embedder", "reranker")
        for document in ("text", "shown", "both")
    ]
    assert not all(one["agrees"] for one in numbers)
