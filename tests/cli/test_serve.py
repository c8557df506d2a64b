from __future__ import annotations

import re
import socket

import pytest

from qwen3vl_app.cli.main import main
from qwen3vl_app.cli.serve import PORTS_TRIED, listen
from qwen3vl_app.errors import UsageError
from tests.cli.conftest import ROOT


def taken(count: int) -> list[socket.socket]:
    """Listening sockets on ``count`` ports in a row."""
    for first in range(20000, 60000, count + 1):
        held: list[socket.socket] = []
        try:
            held.extend(socket.create_server(("127.0.0.1", first + n)) for n in range(count))
        except OSError:
            for sock in held:
                sock.close()
            continue
        return held
    raise AssertionError("no free ports")


def test_listen__the_next_port_where_one_is_in_use(capsys):
    (held,) = taken(1)
    port = held.getsockname()[1]
    with held, listen("127.0.0.1", port) as sock:
        assert port < sock.getsockname()[1] < port + PORTS_TRIED
    assert f"Port {port} is in use; using " in capsys.readouterr().err


def test_listen__all_ports_in_use_is_one_sentence():
    held = taken(PORTS_TRIED)
    try:
        with pytest.raises(UsageError, match="are all in use"):
            listen("127.0.0.1", held[0].getsockname()[1])
    finally:
        for sock in held:
            sock.close()


def test_listen__zero_is_any_port():
    with listen("127.0.0.1", 0) as sock:
        assert sock.getsockname()[1] > 0


def test_readme__names_every_command_and_option():
    readme = (ROOT / "README.md").read_text()
    options = {
        option
        for command in (main, *main.commands.values())
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("-")
    }
    obvious = {"--version", "--no-download"}
    missing = [option for option in sorted(options - obvious) if option not in readme]
    assert missing == []
    assert [name for name in main.commands if f"qwen3vl_app {name}" not in _flat(readme)] == []


def _flat(readme: str) -> str:
    return re.sub(r"--library DIR ", "", readme)


def test_app__is_short_and_says_how_to_use_it():
    source = (ROOT / "app.py").read_text()
    assert len(source.splitlines()) < 60
