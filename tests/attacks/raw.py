"""Requests that no client library would send: byte by byte, lying, or never to their end."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence

from tests.attacks.program import PATIENCE, Program

PAGE_LINE = "X-Qwen3vl-Page: 1"


def head(
    program: Program, method: str, target: str, headers: Sequence[str] = (), *, page: bool = True
) -> bytes:
    """A request up to its body."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{program.port}"]
    return "\r\n".join([*lines, *([PAGE_LINE] if page else []), *headers, "", ""]).encode()


def connect(program: Program, *, timeout: float = PATIENCE) -> socket.socket:
    """A connection; close it after use."""
    return socket.create_connection(("127.0.0.1", program.port), timeout=timeout)


def send(program: Program, start: bytes, pieces: Iterable[bytes] = ()) -> tuple[int, str]:
    """Send a request in pieces, as long as they are taken; status and body of the answer."""
    with connect(program) as sock:
        sock.sendall(start)
        try:
            for piece in pieces:
                sock.sendall(piece)
        except OSError:
            pass  # it was cut off; the answer may have come before
        return answer(sock, without_body=start.startswith(b"HEAD"))


def answer(sock: socket.socket, *, without_body: bool = False) -> tuple[int, str]:
    """Status and body of the next answer; 0 where the connection ends without one."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = _some(sock)
        if not piece:
            return 0, got.decode(errors="replace")
        got += piece
    top, _, body = got.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in top.lower().split(b"\r\n")
            if b"content-len" in line
        ),
        0,
    )
    while not without_body and len(body) < length and (piece := _some(sock)):
        body += piece
    return int(top.split()[1]), body.decode(errors="replace")


def _some(sock: socket.socket) -> bytes:
    try:
        return sock.recv(65536)
    except ConnectionResetError:
        return b""


def chunked(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """Pieces in the chunked coding, with its end."""
    for piece in pieces:
        yield b"%x\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"
