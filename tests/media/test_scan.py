from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from qwen3vl_app.errors import UsageError
from qwen3vl_app.media.mounts import has_lasting_inodes, kernel_devices
from qwen3vl_app.media.scan import OF_THE_KERNEL, links_inside, scan
from qwen3vl_app.types import FileStamp, SkippedPath


def names(root: Path, found) -> dict[str, str]:
    """Relative path to ``file`` or the reason."""
    return {
        str(f.path.relative_to(root)): str(f.reason) if isinstance(f, SkippedPath) else "file"
        for f in found
    }


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_scan__stamps_in_sorted_order(tmp_path):
    write(tmp_path / "b.txt", "four")
    write(tmp_path / "a" / "z.md")
    write(tmp_path / "a.txt")
    found = list(scan([tmp_path]))
    assert [f.path.relative_to(tmp_path).as_posix() for f in found] == ["a/z.md", "a.txt", "b.txt"]
    status = (tmp_path / "b.txt").stat()
    assert found[2] == FileStamp(
        path=tmp_path / "b.txt",
        size=4,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
        inode=status.st_ino,
    )


def test_scan__what_is_left_alone(tmp_path):
    write(tmp_path / ".hidden.txt")
    write(tmp_path / "~$letter.docx")
    write(tmp_path / ".git" / "a.txt")
    write(tmp_path / "@eaDir" / "a.jpg")
    write(tmp_path / "a.zip")
    write(tmp_path / "data")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nowhere")
    assert names(tmp_path, scan([tmp_path])) == {
        ".hidden.txt": "Hidden.",
        "~$letter.docx": "Hidden.",
        ".git": "Hidden.",
        "@eaDir": "A folder of the operating system.",
        "a.zip": "Files of the type .zip cannot be searched.",
        "data": "Files without a suffix cannot be searched.",
        "pipe.txt": "Not a regular file.",
        "broken.jpg": "A link that leads nowhere.",
    }


def test_scan__socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # socket names are short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s.txt")
        assert names(tmp_path, scan([tmp_path])) == {"s.txt": "Not a regular file."}


def test_scan__loops_end(tmp_path):
    write(tmp_path / "a" / "a.txt")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self.txt").symlink_to("self.txt")
    assert names(tmp_path, scan([tmp_path])) == {
        "a/a.txt": "file",
        "a/up": "The folder was already visited by another path.",
        "self.txt": "A link that leads nowhere.",
    }


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="Linux alone has /proc")
def test_scan__a_link_to_the_view_of_the_kernel_is_not_followed(tmp_path):
    """Behind /proc/<n>/root and /proc/<n>/cwd lies the whole disk, once for every process."""
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "machine").symlink_to("/proc")
    found = [one for one, _ in zip(scan([tmp_path]), range(5), strict=False)]
    assert [one.path.name for one in found] == ["a.txt", "machine"]
    assert isinstance(found[1], SkippedPath)
    assert found[1].reason == OF_THE_KERNEL


def test_kernel_devices__of_a_list_of_mounts(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 0:21 / /proc rw,nosuid shared:5 - proc proc rw\n"
        "23 1 0:22 / /tmp rw - tmpfs tmpfs rw\n"
        "24 1 8:1 / /a\\040place rw master:1 shared:2 - ext4 /dev/sda1 rw\n"
        "25 1 0:23 / /sys rw - sysfs none rw\n\ncut off"
    )
    assert kernel_devices(mounts) == {os.makedev(0, 21), os.makedev(0, 23)}
    assert kernel_devices(tmp_path / "absent") == frozenset()


def test_has_lasting_inodes__not_on_cards_and_shares(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "24 1 8:1 / / rw master:1 - ext4 /dev/sda1 rw\n"
        "25 1 8:17 / /media/card rw - exfat /dev/sdb1 rw\n"
        "26 1 0:40 / /mnt/cloud rw - fuse.rclone remote rw\n"
        "27 1 0:41 / /mnt/share rw - cifs //nas/photos rw\n"
    )
    found = {
        name: has_lasting_inodes(os.makedev(*device), mounts)
        for name, device in {
            "disk": (8, 1),
            "card": (8, 17),
            "cloud": (0, 40),
            "share": (0, 41),
            "unknown": (0, 99),
        }.items()
    }
    expected = {"disk": True, "card": False, "cloud": False, "share": False, "unknown": True}
    assert found == expected
    assert has_lasting_inodes(os.makedev(8, 17), tmp_path / "absent")


def test_scan__no_inodes_where_they_do_not_last(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("x")
    (found,) = scan([tmp_path])
    assert isinstance(found, FileStamp)
    assert found.inode == (tmp_path / "a.txt").stat().st_ino
    monkeypatch.setattr("qwen3vl_app.media.stamps.has_lasting_inodes", lambda device: False)
    (found,) = scan([tmp_path])
    assert isinstance(found, FileStamp)
    assert (found.inode, found.ctime_ns) == (None, (tmp_path / "a.txt").stat().st_ctime_ns)


def test_scan__overlapping_paths_give_a_file_once(tmp_path):
    file = write(tmp_path / "a" / "a.txt")
    found = [f for f in scan([file, tmp_path / "a", tmp_path, file]) if isinstance(f, FileStamp)]
    assert [f.path for f in found] == [file]


def test_scan__named_hidden_file_is_taken(tmp_path):
    file = write(tmp_path / ".notes.txt")
    assert [f.path for f in scan([file])] == [file]


def test_scan__missing_path_raises_before_anything_is_yielded(tmp_path):
    write(tmp_path / "a.txt")
    with pytest.raises(UsageError, match=r"gone does not exist"):
        scan([tmp_path, tmp_path / "gone"])


def test_scan__relative_path_becomes_absolute(tmp_path, monkeypatch):
    write(tmp_path / "a.txt")
    monkeypatch.chdir(tmp_path)
    assert [f.path for f in scan([Path("a.txt")])] == [tmp_path / "a.txt"]


@pytest.mark.parametrize("name", ["two\nlines.txt", "😀.txt", "\u202egpj.txt", "x" * 251 + ".txt"])
def test_scan__strange_names(tmp_path, name):
    write(tmp_path / name)
    assert [f.path.name for f in scan([tmp_path])] == [name]


def test_scan__name_that_is_no_utf8(tmp_path):
    raw = os.fsencode(tmp_path) + b"/\xff\xfe.txt"
    with open(raw, "w") as file:
        file.write("x")
    (found,) = scan([tmp_path])
    assert isinstance(found, FileStamp)
    assert found.path.read_text() == "x"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_scan__folder_without_permission(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    try:
        (found,) = scan([tmp_path])
    finally:
        closed.chmod(0o700)
    assert isinstance(found, SkippedPath)
    assert str(found.reason) == "The folder may not be read; give yourself permission to read it."


def test_links_inside__those_by_which_a_scan_gets_somewhere(tmp_path):
    folder, other = tmp_path / "folder", tmp_path / "other"
    for one in (folder / "real", folder / "deep", folder / "left out", other / "inside"):
        one.mkdir(parents=True)
    (other / "a.txt").write_text("x")
    (folder / "a link").symlink_to(other)
    (folder / "deep" / "link").symlink_to(other / "inside")  # visited already
    (folder / "left out" / "link").symlink_to(tmp_path)
    (folder / "left out.tmp").symlink_to(other / "a.txt")
    (folder / "to a program.exe").symlink_to(other / "a.txt")
    (folder / ".hidden").symlink_to(tmp_path)
    (folder / "to nowhere").symlink_to(tmp_path / "nowhere")
    (folder / "to a file.txt").symlink_to(other / "a.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "z link").symlink_to(folder / "real")
    assert links_inside(folder, ignore=["left out/", "*.tmp"]) == (
        [folder / "a link"],
        [folder / "to a file.txt", folder / "to nowhere"],
    )
    assert links_inside(folder / "to a file.txt") == ([], [])
    assert links_inside(tmp_path / "nowhere") == ([], [])
