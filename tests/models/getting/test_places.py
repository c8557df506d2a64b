"""What of a file is there, also while it is being finished."""

from __future__ import annotations

from pathlib import Path

from qwen3vl_app.models.getting.places import bytes_of


def test_bytes_of__under_its_name_as_a_part_and_nowhere(tmp_path):
    assert bytes_of(tmp_path, "file", 10) == 0
    (tmp_path / "file.part").write_bytes(b"half")
    assert bytes_of(tmp_path, "file", 10) == 4
    (tmp_path / "file").write_bytes(b"all of it and more")
    assert bytes_of(tmp_path, "file", 10) == 10
    (tmp_path / "file").unlink()
    (tmp_path / "file").symlink_to(tmp_path / "file.part")  # whose length says nothing
    assert bytes_of(tmp_path, "file", 10) == 4


def test_bytes_of__a_part_that_gets_its_name_meanwhile(tmp_path, monkeypatch):
    part, look = tmp_path / "file.part", Path.lstat
    part.write_bytes(b"all")

    def looked(path):
        if path == part and part.exists():
            part.rename(tmp_path / "file")
        return look(path)

    monkeypatch.setattr(Path, "lstat", looked)
    assert bytes_of(tmp_path, "file", 10) == 3
