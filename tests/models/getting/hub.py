"""A hub on loopback that serves one model as both hubs do, and misbehaves as it is told."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

MODEL = "Qwen/Qwen3-VL-Embedding-2B"
COMMIT = "c0ffee"


def git_blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def model_files(weights: int = 300_000) -> dict[str, bytes]:
    """A complete model; its weights are bytes that do not repeat."""
    blocks = [hashlib.sha256(n.to_bytes(4)).digest() for n in range(weights // 32 + 1)]
    return {
        ".gitattributes": b"*.safetensors filter=lfs\n",
        "README.md": b"---\nlicense: apache-2.0\n---\n",
        "config.json": b'{"model_type": "qwen3_vl"}',
        "tokenizer.json": b"{}",
        "chat_template.jinja": b"{{ messages }}",
        "model.safetensors": b"".join(blocks)[:weights],
        "pytorch_model.bin": b"pickled",
        "1_Pooling/config.json": b"{}",
    }


class Hub(ThreadingHTTPServer):
    """What it serves, how it misbehaves, and what it was asked.

    ``before`` may answer a request itself, by returning True; it is given the handler and the name
    of the file, which is empty for the list.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = model_files()
        self.listed: dict[str, dict] = {}
        """What the list says of a file instead of the truth."""
        self.listed_names: dict[str, str] = {}
        self.before = lambda handler, name: False
        self.ranges = True
        self.tags = True
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.counts: Counter[str] = Counter()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address) -> None:
        """Clients that go away are what these tests are about; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def wait_until(self, seen: Callable[[], bool]) -> None:
        """A thread of the server notices a moment later what the client did."""
        end = time.monotonic() + 20
        while not seen():
            assert time.monotonic() < end
            time.sleep(0.01)

    def list_hugging_face(self) -> dict:
        siblings = []
        for name, content in self.files.items():
            entry = {"rfilename": name, "size": len(content), "blobId": git_blob(content)}
            if name.endswith((".safetensors", "tokenizer.json")):
                digest = hashlib.sha256(content).hexdigest()
                entry |= {"lfs": {"sha256": digest, "size": len(content)}, "blobId": "0" * 40}
            siblings.append(entry | self.listed.get(name, {}))
        return {"id": MODEL, "sha": COMMIT, "siblings": siblings}

    def list_modelscope(self) -> dict:
        files = [{"Name": "1_Pooling", "Path": "1_Pooling", "Type": "tree", "Size": 0}]
        for name, content in self.files.items():
            digest = hashlib.sha256(content).hexdigest()
            entry = {"Path": name, "Type": "blob", "Size": len(content), "Sha256": digest}
            files.append(entry | self.listed.get(name, {}))
        return {"Code": 200, "Success": True, "Data": {"Files": files}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, *given) -> None:
        pass

    def do_GET(self) -> None:
        hub, parts = self.server, urlsplit(self.path)
        asked = parse_qs(parts.query)
        hub.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        resolved = f"/{MODEL}/resolve/{COMMIT}/"
        if parts.path == f"/api/v1/models/{MODEL}/repo" or parts.path.startswith(resolved):
            name = unquote(parts.path.removeprefix(resolved)) if "FilePath" not in asked else ""
            self._serve(name or asked["FilePath"][0])
        elif hub.before(self, ""):
            pass
        elif parts.path == f"/api/models/{MODEL}/revision/main":
            self.answer(json.dumps(hub.list_hugging_face()).encode())
        elif parts.path == f"/api/v1/models/{MODEL}/repo/files":
            self.answer(json.dumps(hub.list_modelscope()).encode())
        else:
            self.answer(b"nothing here", 404)

    def _serve(self, name: str) -> None:
        hub = self.server
        hub.counts[name] += 1
        if not hub.before(self, name):
            self.send_file(hub.files[name])

    def send_file(self, content: bytes, *, cut: int | None = None) -> None:
        """The content from where it is asked for; ``cut`` breaks off after so many bytes of it."""
        hub, start, status = self.server, 0, 200
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        asked = self.headers.get("Range")
        condition = self.headers.get("If-Range")
        if asked and hub.ranges and condition in (None, tag):
            start, status = int(asked.removeprefix("bytes=").rstrip("-")), 206
            if start >= len(content):
                self.answer(b"", 416)
                return
        body = content[start:]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if hub.tags:
            self.send_header("ETag", tag)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(body[:cut])
        if cut is not None:
            self.hang_up()

    def answer(self, body: bytes, status: int = 200, **headers: str) -> bool:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        return True

    def pour(self, piece: bytes, times: int) -> bool:
        """Answer with a body whose length is not told; whether the client took all of it."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for _ in range(times):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        except OSError:
            return False
        return True

    def hang_up(self) -> bool:
        self.wfile.flush()
        self.close_connection = True
        return True


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub for the time of a test."""
    with Hub() as hub:
        thread = threading.Thread(target=hub.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
