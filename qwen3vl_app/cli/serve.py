"""``serve``: the page."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import failures_said, one_line, settings_from, shared_options
from qwen3vl_app.cli.language import said
from qwen3vl_app.errors import UsageError
from qwen3vl_app.messages import Message
from qwen3vl_app.models.checkpoint.speed import known_speed
from qwen3vl_app.services import services_for_page
from qwen3vl_app.settings import is_loopback

if TYPE_CHECKING:
    import uvicorn

    from qwen3vl_app.services import Services
    from qwen3vl_app.settings import Settings

PORTS_TRIED = 50
"""A browser remembers the page by its port, so the next free one is near the one asked for."""

FILES = 4096
"""Open files and connections to ask the system for: enough for all connections that are held, and
few enough that programs started from here do not spend time on closing them."""

CLOSING_SECONDS = 6.0
"""For closing the parts, once nothing is served any more. A library survives being killed, and
service managers kill after ten."""

log = logging.getLogger(__name__)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--port", type=click.IntRange(0, 65535), help="0 for any.  [default: 7860]")
@click.option("--no-browser", is_flag=True, help="Do not open the page in a browser.")
@click.option("--watch", is_flag=True, help="Notice changes in every folder that was added.")
@click.option(
    "--host",
    metavar="ADDRESS",
    help="Let other computers in at this address, 0.0.0.0 for all; wants --auth.  "
    "[default: 127.0.0.1]",
)
@click.option(
    "--auth",
    metavar="USER:PASSWORD",
    envvar="QWEN3VL_AUTH",
    help="Ask for these. In the environment variable QWEN3VL_AUTH nobody else sees them.",
)
@click.option(
    "--allow-host",
    "allowed_names",
    metavar="NAME",
    multiple=True,
    help="A further name of the page, such as that of a proxy in front.",
)
@click.option("--api", is_flag=True, help="Let programs search by gradio's API.")
@click.option("--mcp", is_flag=True, help="Let assistants search by MCP; wants the extra mcp.")
@click.option(
    "--read-only",
    is_flag=True,
    help="Search only, without indexing, deleting or settings: for public demos.",
)
@click.option(
    "--no-backup",
    "backup",
    flag_value=False,
    default=None,
    help="Do not keep daily copies of the library's file.",
)
@click.option(
    "--no-history",
    "history",
    flag_value=False,
    default=None,
    help="Do not keep what is searched for.",
)
@click.option(
    "--no-ocr",
    "ocr",
    flag_value=False,
    default=None,
    help="Do not read words in pictures.",
)
@shared_options
@click.pass_context
def serve(
    context: click.Context,
    /,
    *,
    no_browser: bool,
    auth: str | None,
    **given: Any,  # noqa: ANN401  # what goes into the settings as it is
) -> None:
    """Serve the page, to a browser on this computer only unless --host says otherwise."""
    given["open_browser"] = False if no_browser else None
    # which model, where it runs and why is worth a line in a terminal that stays open
    for name in ("models", "cli.serve"):
        logging.getLogger(f"qwen3vl_app.{name}").setLevel(logging.INFO)
    logging.getLogger("qwen3vl_app.ui").setLevel(logging.WARNING)
    with failures_said():
        settings = replace(settings_from(context, given), auth=user_and_password(auth))
        check_access(settings)
        check_mcp(settings)
        with listen(settings.host, settings.port) as listening, _opened(settings) as services:
            terminated = run(services, settings, listening)
    if terminated:  # now that all is closed; who sent it sees that it was obeyed
        signal.raise_signal(signal.SIGTERM)


def user_and_password(auth: str | None) -> tuple[str, str] | None:
    """The two parts of ``--auth``; None where nothing was given.

    Raises:
        UsageError: One of them is missing.
    """
    if auth is None:
        return None
    user, _, password = auth.partition(":")
    if not user or not password:
        raise UsageError(Message.of("serve.auth"))
    return user, password


def check_access(settings: Settings) -> None:
    """Refuse to let other computers in without a password.

    Raises:
        UsageError: The address is not one of this computer alone, and there is no ``--auth``.
    """
    if settings.auth is None and not is_loopback(settings.host):
        raise UsageError(Message.of("serve.open", host=settings.host))


def check_mcp(settings: Settings) -> None:
    """Refuse ``--mcp`` where what it needs is not installed, before anything is opened.

    Raises:
        UsageError: It is not.
    """
    if settings.mcp and find_spec("mcp") is None:
        raise UsageError(Message.of("serve.no_mcp"))


@contextmanager
def _opened(settings: Settings) -> Iterator[Services]:
    """The parts, and a line on standard error where the library can only be read."""
    services, why = services_for_page(settings)
    try:
        for notice in services.library.notices:
            click.echo(one_line(said(notice)), err=True)
        if why:
            click.echo(said(why), err=True)
        yield services
    finally:
        services.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on ``port`` or, where that is taken, on the next free one.

    Raises:
        UsageError: None of the next ``PORTS_TRIED`` ports can be used.
    """
    wanted = range(port, min(port + PORTS_TRIED, 65536)) if port else range(1)
    for candidate in wanted:
        # asyncio turns Nagle's algorithm off only where the protocol is named; with it on, an
        # answer waits 40 ms for the client's acknowledgement of its head.
        sock = socket.socket(_family(host), socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, candidate))
            sock.listen(128)
        except OSError as error:
            sock.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                why = Message.of("serve.address", host=host, said=str(error.strerror))
                raise UsageError(why) from error
            continue
        if candidate != port and port:
            used = Message.of("cli.port_used", port=str(port), other=str(candidate))
            click.echo(said(used), err=True)
        return sock
    raise UsageError(Message.of("serve.port", first=str(port), last=str(wanted[-1])))


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def address(settings: Settings, port: int) -> str:
    """Where the page is, as one types it on this computer."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(services: Services, settings: Settings, listening: socket.socket) -> bool:
    """Serve until interrupted; True if by SIGTERM.

    Models begin to load once the page is up, not before.
    """
    from qwen3vl_app.ui.app import build_app
    from qwen3vl_app.ui.connections import ConnectionLimits
    from qwen3vl_app.ui.listening import BoundedServer

    url = address(settings, listening.getsockname()[1])
    # worded here, because another thread does not know the language of this command
    library = said(Message.of("cli.library", path=str(settings.library)))
    greeting = f"{url}\n{one_line(library)}\n{said(Message.of('cli.stop'))}"
    limits = ConnectionLimits.for_files(raise_file_limit())
    # who is behind a proxy is believed only where one was announced
    server = BoundedServer(build_app(services), limits, proxied=bool(settings.allowed_names))
    threading.Thread(
        target=_when_up,
        args=(server, services, url if settings.open_browser else "", greeting),
        name="startup",
        daemon=True,
    ).start()
    try:
        server.run(sockets=[listening])
    finally:
        _end_for_sure()
    return server.was_terminated


def _end_for_sure() -> None:
    """End the process soon, whatever a thread is still waiting for; nothing is lost by that."""
    timer = threading.Timer(CLOSING_SECONDS, os._exit, args=(1,))
    timer.daemon = True
    timer.start()


def raise_file_limit() -> int:
    """How many files and connections the program may have open, after asking for ``FILES``.

    Many systems allow 256 or 1,024 unless asked. Nothing is changed where that is not allowed, or
    where it is enough already.
    """
    try:
        import resource
    except ImportError:  # Windows, whose limit is far higher
        return FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return FILES if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError) as error:
        log.warning("The limit of %d open files stays as it is (%s).", soft, error)
        return soft
    log.info("The limit of open files was raised from %d to %d.", soft, most)
    return most


def _when_up(server: uvicorn.Server, services: Services, url: str, greeting: str) -> None:
    """Say where the page is, open it if there is a ``url``, then start what would slow it down."""
    ready = threading.Event()
    while not server.started and not server.should_exit:
        ready.wait(0.05)
    if server.should_exit:
        return
    click.echo(greeting, err=True)
    if url:
        webbrowser.open(url)
    services.start()
    if services.library.writable:
        services.indexer.folders.start_watching()
    if known_speed() is None and services.models.wait() and not server.should_exit:
        from qwen3vl_app.models.checkpoint.measuring import speed_here

        speed_here()  # once for a computer, when nothing is being loaded any more
