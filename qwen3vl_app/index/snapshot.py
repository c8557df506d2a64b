"""The index of a space on disk, so that a library opens without reading its vectors.

::

    index/NAME.head          ids, stamps, what was removed, constants; with a checksum
    index/NAME-TOKEN.rows    the vectors, one row each, in the order of ``head``
    index/NAME-TOKEN.codes   their codes, if there are any

SQLite is the truth and can do without all of it. ``head`` is replaced in one step, after the
rows that it counts have reached the disk; what stands in the other files behind that count was
being written when the program ended, and is cut off. Rows are never edited: when many were
removed, the files are written anew under another name. So a reader in another process keeps
what it has mapped, and a power cut leaves the state before or after.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import zlib
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from qwen3vl_app.index.formats import Rows, VectorFormat, row_width
from qwen3vl_app.index.matrix import Columns, Fetch, Matrix
from qwen3vl_app.index.quantizers import Codes, EightBitCodes, OneBitCodes
from qwen3vl_app.index.two_stage import TwoStageIndex

if TYPE_CHECKING:
    from pathlib import Path

    from qwen3vl_app.types import Vectors

log = logging.getLogger(__name__)

_MAGIC = b"qwen3vl-app index 1\n"
_PIECE = 4096
_REMOVED = 1000
"""Removed rows that are kept at least; beyond a quarter of all, the files are written anew."""

_READ_BYTES = 64 * 2**20
"""Rows up to here are read, larger ones mapped: a drive that vanishes under a mapped file ends the
program, which small libraries need not risk for 30 ms."""

_KINDS: dict[str, type[OneBitCodes | EightBitCodes]] = {
    kind.kind: kind for kind in (OneBitCodes, EightBitCodes)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotKey:
    """Which index: of which space, in which view."""

    fingerprint: str
    dimension: int
    form: VectorFormat

    @property
    def name(self) -> str:
        """Begins the names of its files."""
        return f"{_space_name(self.fingerprint)}-{self.dimension}-{self.form}"


class IndexSnapshot:
    """The files of one index. Used under the library's lock, and written by one process only.

    Args:
        folder: Where they are; made when something is kept.
        key: Which index.
        writable: Keep something, or only look.
    """

    def __init__(self, folder: Path, key: SnapshotKey, *, writable: bool) -> None:
        self._folder, self._key, self._writable = folder, key, writable
        self._head = folder / f"{key.name}.head"
        self._token = ""  # of the files that head names; empty while there are none
        self._saved_stamp: int | None = None
        self._coded, self._kind, self._checksum = 0, "", 0

    def load(self, fetch: Fetch | None = None) -> tuple[TwoStageIndex, int | None] | None:
        """The index as it was kept, and the stamp that it agreed with; None without a good one.

        Maps the rows and reads the rest: about 0.1 s for 100,000.
        """
        try:
            return self._load(fetch)
        except (OSError, ValueError, KeyError, TypeError) as error:
            if not isinstance(error, FileNotFoundError):  # nothing was kept yet
                log.warning("%s is built anew: %s", self._head.name, error)
        self._token = ""
        return None

    def save(self, index: TwoStageIndex, stamp: int | None) -> None:
        """Keep what has changed; ``stamp`` is what it agrees with, None while it is incomplete.

        A disk that refuses costs nothing but the next opening's time.
        """
        coded = 0 if index.codes is None else len(index.codes)
        changed = index.matrix.unsaved or stamp != self._saved_stamp or coded != self._coded
        if not self._writable or not (changed or not self._token):
            return
        try:
            self._save(index, stamp)
        except (OSError, ValueError) as error:  # ValueError: a file that was cut meanwhile
            log.warning("the index is not kept on disk: %s", error)
            self._writable = False

    def forget(self) -> None:
        """Delete the files of this index."""
        if self._writable:
            self._head.unlink(missing_ok=True)
            self._delete_others("")
        self._token = ""

    # ------------------------------------------------------------ reading

    def _load(self, fetch: Fetch | None) -> tuple[TwoStageIndex, int | None]:
        head, arrays = _parse(self._head.read_bytes())
        if head["fingerprint"] != self._key.fingerprint:
            raise ValueError("it belongs to another space")
        self._token = str(head["token"])
        columns = Columns(
            ids=arrays["ids"],
            stamps=arrays["stamps"],
            alive=arrays["alive"].astype(np.bool_),
            base=self._mapped_rows(int(head["rows"])),
        )
        if not len(columns.ids) == len(columns.stamps) == len(columns.alive) == head["rows"]:
            raise ValueError("its columns differ in length")
        matrix = Matrix(self._key.dimension, self._key.form, kept=columns, fetch=fetch)
        codes = self._load_codes(head, arrays["constants"])
        self._saved_stamp = head["stamp"]
        return TwoStageIndex(matrix, codes), self._saved_stamp

    def _load_codes(self, head: dict[str, Any], constants: Vectors) -> Codes | None:
        if head["codes"] is None:
            return None
        codes = _KINDS[head["codes"]](self._key.dimension)
        count, width = int(head["rows"]), codes.rows().shape[1]
        flat = np.fromfile(self._file("codes"), np.uint8, count * width)
        if flat.size != count * width or zlib.crc32(flat.data) != head["checksum"]:
            raise ValueError("its codes are damaged")
        codes.restore(flat.reshape(count, width), constants)
        self._coded, self._kind, self._checksum = count, codes.kind, head["checksum"]
        return codes

    # ------------------------------------------------------------ writing

    def _save(self, index: TwoStageIndex, stamp: int | None) -> None:
        self._folder.mkdir(exist_ok=True)
        removed = index.matrix.rows - len(index.matrix)
        others = self._coded and (index.codes is None or index.codes.kind != self._kind)
        if not self._token or others or removed > max(_REMOVED, index.matrix.rows // 4):
            self._token = secrets.token_hex(4)
            self._coded, self._checksum = 0, 0
            self._write_anew(index)
        elif index.matrix.unsaved:
            kept = index.matrix.rows - index.matrix.unsaved
            width = row_width(self._key.dimension, self._key.form)
            _append(self._file("rows"), kept * width, index.matrix.unsaved_rows())
        if index.codes is not None:
            self._append_codes(index.codes)
        _replace(self._head, self._packed(index, stamp))
        index.matrix.settle(self._mapped_rows(index.matrix.rows))
        self._saved_stamp = stamp
        self._delete_others(self._token)

    def _write_anew(self, index: TwoStageIndex) -> None:
        """All living rows into a new file; what was removed is gone after it."""
        matrix, codes = index.matrix, index.codes
        with self._file("rows").open("wb") as file:
            for begin in range(0, matrix.rows, _PIECE):
                file.write(_plain(matrix.living_rows(begin, begin + _PIECE)))
            _sync(file)
        alive = matrix.alive
        if not alive.all():
            ids, stamps = matrix.ids_by_position[alive], matrix.stamps_by_position[alive]
            kept = Columns(
                ids=ids,
                stamps=stamps,
                alive=np.ones(len(ids), np.bool_),
                base=self._mapped_rows(len(ids)),
            )
            index.matrix = matrix.replaced(kept)
            if codes is not None:
                index.codes = _KINDS[codes.kind](self._key.dimension)
                index.codes.restore(codes.rows()[alive], codes.constants())

    def _append_codes(self, codes: Codes) -> None:
        rows = codes.rows(self._coded)
        _append(self._file("codes"), self._coded * rows.shape[1], rows)
        self._coded, self._kind = len(codes), codes.kind
        self._checksum = zlib.crc32(_plain(rows), self._checksum)

    def _packed(self, index: TwoStageIndex, stamp: int | None) -> bytes:
        matrix, codes = index.matrix, index.codes
        arrays: dict[str, NDArray[Any]] = {
            "ids": matrix.ids_by_position,
            "stamps": matrix.stamps_by_position,
            "alive": matrix.alive.view(np.uint8),
            "constants": np.empty(0, np.float32) if codes is None else codes.constants(),
        }
        head = {
            "fingerprint": self._key.fingerprint,
            "token": self._token,
            "rows": matrix.rows,
            "stamp": stamp,
            "codes": None if codes is None else codes.kind,
            "checksum": self._checksum,
        }
        return _pack(head, arrays)

    # ------------------------------------------------------------ files

    def _file(self, column: str) -> Path:
        return self._folder / f"{self._key.name}-{self._token}.{column}"

    def _mapped_rows(self, count: int) -> Rows:
        width = row_width(self._key.dimension, self._key.form)
        if not count * width:
            return np.empty((count, width), np.uint8)
        if count * width <= _READ_BYTES:
            rows = np.fromfile(self._file("rows"), np.uint8, count * width)
            return rows.reshape(count, width)
        mapped = np.memmap(self._file("rows"), np.uint8, mode="r", shape=(count, width))
        return mapped.view(np.ndarray)

    def _delete_others(self, token: str) -> None:
        for path in self._folder.glob(f"{self._key.name}-*"):
            if not token or not path.name.startswith(f"{self._key.name}-{token}."):
                with suppress(
                    OSError
                ):  # Windows keeps what is mapped; the next opening tries again
                    path.unlink()


def forget_space(folder: Path, fingerprint: str) -> None:
    """Delete the files of all views of a space."""
    for path in folder.glob(f"{_space_name(fingerprint)}-*"):
        path.unlink(missing_ok=True)


def _space_name(fingerprint: str) -> str:
    return blake2b(fingerprint.encode(), digest_size=8).hexdigest()


def _plain(rows: Rows) -> memoryview:
    return np.ascontiguousarray(rows).reshape(-1).data


def _append(path: Path, offset: int, rows: Rows) -> None:
    """Write rows behind ``offset`` bytes, in place of what was cut off there, and to the disk."""
    with path.open("r+b" if offset else "wb") as file:
        if file.seek(0, os.SEEK_END) > offset:
            file.truncate(offset)
        file.seek(offset)
        file.write(_plain(rows))
        _sync(file)


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f"{path.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        _sync(file)
    beside.replace(path)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _pack(head: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> bytes:
    layout = {name: [array.dtype.str, len(array)] for name, array in arrays.items()}
    text = json.dumps({**head, "arrays": layout}).encode()
    parts = [_MAGIC, len(text).to_bytes(8, "little"), text]
    data = b"".join([*parts, *(array.tobytes() for array in arrays.values())])
    return data + zlib.crc32(data).to_bytes(4, "little")


def _parse(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The opposite of ``_pack``.

    Raises:
        ValueError: It is damaged, or of another version.
    """
    if not data.startswith(_MAGIC):
        raise ValueError("it is of another version")
    if zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
        raise ValueError("it is damaged")
    begin = len(_MAGIC) + 8
    end = begin + int.from_bytes(data[begin - 8 : begin], "little")
    head: dict[str, Any] = json.loads(data[begin:end])
    arrays: dict[str, NDArray[Any]] = {}
    for name, (dtype, count) in head["arrays"].items():
        arrays[name] = np.frombuffer(data, np.dtype(dtype), count, end)
        end += arrays[name].nbytes
    return head, arrays
