from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import click
import pytest
from click.testing import CliRunner

from qwen3vl_app.cli.main import main
from qwen3vl_app.cli.serve import PORTS_TRIED, address, listen
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import NOTHING
from qwen3vl_app.services import services_for_page
from qwen3vl_app.settings import Settings, is_loopback
from qwen3vl_app.store.library import Library
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
        for command in (main, *_every_command())
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("-")
    }
    obvious = {"--version", "--no-download"}
    missing = [option for option in sorted(options - obvious) if option not in readme]
    assert missing == []
    assert [name for name in main.commands if f"qwen3vl_app {name}" not in _flat(readme)] == []
    below = [
        f"{name} {one}"
        for name, group in main.commands.items()
        if isinstance(group, click.Group)
        for one in group.commands
    ]
    assert "models get" in below
    assert [words for words in below if f"qwen3vl_app {words}" not in _flat(readme)] == []


def _every_command() -> Iterator[click.Command]:
    for command in main.commands.values():
        yield command
        if isinstance(command, click.Group):
            yield from command.commands.values()


def _flat(readme: str) -> str:
    return re.sub(r"--library DIR ", "", readme)


def test_app__is_short_and_says_how_to_use_it():
    source = (ROOT / "app.py").read_text()
    assert len(source.splitlines()) < 60


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])  # noqa: S104
def test_serve__other_computers_only_with_a_password(program, host):
    result = program.run("serve", "--no-browser", "--host", host)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"error: --host {host} lets other computers in; add --auth user:password, or leave "
        "--host away to serve this computer only."
    ]
    assert not program.library.exists()


@pytest.mark.parametrize("auth", ["", "anna", "anna:", ":secret"])
def test_serve__auth_wants_both_parts(program, auth):
    result = program.run("serve", "--no-browser", "--auth", auth)
    assert result.exit_code == 2
    assert "--auth anna:secret" in result.stderr


def test_main__without_a_command_serves_and_reads_the_password_of_the_environment(program):
    given = program.arguments()
    result = CliRunner().invoke(main, given, env={"QWEN3VL_AUTH": "anna:"}, catch_exceptions=False)
    assert result.exit_code == 2
    assert "--auth anna:secret" in result.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "LOCALHOST"])
def test_is_loopback__this_computer(host):
    assert is_loopback(host)


def test_listen__answers_are_sent_at_once():
    """As asyncio does it for a connection that was taken up, where its protocol is named."""

    async def nodelay() -> int:
        taken = asyncio.get_running_loop().create_future()

        async def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sock = writer.get_extra_info("socket")
            taken.set_result(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = listen("127.0.0.1", 0)
        host, port = listening.getsockname()
        async with await asyncio.start_server(take, sock=listening):
            _reader, writer = await asyncio.open_connection(host, port)
            found = await taken
            writer.close()
            await writer.wait_closed()
        return int(found)

    with ThreadPoolExecutor(1) as pool:  # the browser tests leave a loop running in this thread
        assert pool.submit(lambda: asyncio.run(nodelay())).result() != 0


def test_listen__an_address_of_another_computer_is_one_sentence():
    with pytest.raises(UsageError, match=r"cannot listen on 192\.0\.2\.1 \("):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104
        ("::1", "http://[::1]:80"),
        ("photos.lan", "http://photos.lan:80"),
    ],
)
def test_address__as_one_types_it(host, url):
    assert address(Settings(host=host), 80) == url


def test_settings__do_not_show_the_password():
    assert "secret" not in repr(Settings(auth=("anna", "secret")))


def test_services_for_page__a_second_program_searches_only(tmp_path):
    with Library.open(tmp_path / "library") as first:
        services, why = services_for_page(Settings(library=first.directory))
        begins = f"Searching only: The library {first.directory} is being written to by process "
        assert str(why).startswith(begins)
        assert not services.library.writable
        cache = services.cache
        assert cache.is_dir()
        services.close()
    assert not cache.exists()
    services, why = services_for_page(Settings(library=tmp_path / "library"))
    assert (services.library.writable, why, services.cache) == (
        True,
        NOTHING,
        tmp_path / "library",
    )
    services.close()
