from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from qwen3vl_app.ui.query_room import BLOCK, FRESH_SECONDS, QueryRoom, Upload
from qwen3vl_app.ui.uploading import CutOffError

OLD = FRESH_SECONDS + 60


def room(folder: Path, *, kept: int = 10 * BLOCK, share: int = 5 * BLOCK, most: int = 100):
    return QueryRoom(folder, kept=kept, share=share, most=most)


def store(
    room: QueryRoom, folder: Path, client: str, name: str, size: int, *, age: float = OLD
) -> Path:
    """A file as an upload leaves it."""
    path = folder / name / "q.png"
    upload = room.begin(client)
    arrive(room, upload, size)
    path.parent.mkdir()
    path.write_bytes(b"x" * size)
    os.utime(path, (time.time() - age,) * 2)
    room.end(upload, [path])
    return path


def arrive(room: QueryRoom, upload: Upload, size: int) -> None:
    if not room.fits(upload, size):
        room.make_room(upload)


def refused(room: QueryRoom, client: str, size: int) -> None:
    upload = room.begin(client)
    with pytest.raises(CutOffError, match="try again in a minute"):
        arrive(room, upload, size)
    room.end(upload)


def test_room__what_is_announced_takes_none(tmp_path):
    one = room(tmp_path)
    for _ in range(1000):
        one.begin("a")
    arrive(one, one.begin("b"), 5 * BLOCK)


def test_room__as_much_goes_as_is_needed_the_oldest_first(tmp_path):
    one = room(tmp_path, share=10 * BLOCK)
    paths = [store(one, tmp_path, "a", str(n), 3 * BLOCK, age=OLD + 10 - n) for n in range(3)]
    arrive(one, one.begin("a"), BLOCK // 2)
    assert [path.exists() for path in paths] == [True, True, True]
    arrive(one, one.begin("a"), BLOCK)
    assert [path.exists() for path in paths] == [False, True, True]
    assert not paths[0].parent.exists()


def test_room__a_client_over_its_share_loses_its_own_files(tmp_path):
    one = room(tmp_path)
    others = store(one, tmp_path, "b", "b", 3 * BLOCK, age=OLD + 99)
    own = [store(one, tmp_path, "a", str(n), 2 * BLOCK) for n in range(2)]
    arrive(one, one.begin("a"), 2 * BLOCK)
    assert others.exists()
    assert [path.exists() for path in own].count(True) == 1


def test_room__no_client_takes_all_of_it(tmp_path):
    one = room(tmp_path)
    arrive(one, one.begin("a"), 5 * BLOCK)
    refused(one, "a", 1)
    arrive(one, one.begin("b"), 5 * BLOCK)
    refused(one, "c", 1)


def test_room__new_files_stay_even_if_there_is_no_room(tmp_path):
    one = room(tmp_path, share=10 * BLOCK)
    new = store(one, tmp_path, "a", "new", 10 * BLOCK, age=1)
    refused(one, "b", BLOCK)
    assert new.exists()


def test_room__is_free_again_after_an_upload_that_left_nothing(tmp_path):
    one = room(tmp_path)
    for _ in range(10):
        upload = one.begin("a")
        arrive(one, upload, 5 * BLOCK)
        one.end(upload)
    assert one._arriving == {}


def test_room__empty_files_count_as_blocks_and_by_number(tmp_path):
    one = room(tmp_path, kept=100 * BLOCK, share=6 * BLOCK, most=8)
    own = [store(one, tmp_path, "a", f"a{n}", 0, age=OLD + 9 - n) for n in range(4)]
    store(one, tmp_path, "a", "a4", 1, age=OLD)
    arrive(one, one.begin("a"), 1)
    assert [path.exists() for path in own] == [False, True, True, True]
    for number in range(6):
        store(one, tmp_path, "b", f"b{number}", 0)
    arrive(one, one.begin("c"), 1)
    assert len(list(tmp_path.rglob("*.png"))) <= 8


def test_room__half_written_files_go_once_nobody_writes_them(tmp_path):
    one = room(tmp_path, share=10 * BLOCK)
    half, left = tmp_path / "tmp1", tmp_path / "tmp2"
    for path, age in ((half, 60), (left, 3600)):
        path.write_bytes(b"x" * 8 * BLOCK)
        os.utime(path, (time.time() - age,) * 2)
    arrive(one, one.begin("a"), 5 * BLOCK)
    assert (half.exists(), left.exists()) == (True, False)


def test_room__links_are_counted_and_deleted_not_followed(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"x" * 20 * BLOCK)
    folder = tmp_path / "query-files"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "q.png").symlink_to(secret)
    os.utime(folder / "a" / "q.png", (1, 1), follow_symlinks=False)
    one = room(folder, kept=BLOCK, share=BLOCK)
    arrive(one, one.begin("a"), BLOCK)
    assert not (folder / "a").exists()
    assert secret.exists()
