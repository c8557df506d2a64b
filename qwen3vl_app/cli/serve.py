"""``serve``: the page."""

from __future__ import annotations

import errno
import logging
import socket
import threading
import webbrowser
from typing import TYPE_CHECKING, Any

import click

from qwen3vl_app.cli.common import failures_said, opened, settings_from, shared_options
from qwen3vl_app.errors import UsageError

if TYPE_CHECKING:
    import uvicorn

    from qwen3vl_app.services import Services
    from qwen3vl_app.settings import Settings

PORTS_TRIED = 50
"""A browser remembers the page by its port, so the next free one is near the one asked for."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--port", type=click.IntRange(0, 65535), help="0 for any.  [default: 7860]")
@click.option("--no-browser", is_flag=True, help="Do not open the page in a browser.")
@shared_options
@click.pass_context
def serve(
    context: click.Context,
    /,
    *,
    no_browser: bool,
    **given: Any,  # noqa: ANN401  # port and the shared options
) -> None:
    """Serve the page on this computer, to a browser on this computer only."""
    given["open_browser"] = False if no_browser else None
    settings = settings_from(context, given)
    # which model, where it runs and why is worth a line in a terminal that stays open
    logging.getLogger("qwen3vl_app.models").setLevel(logging.INFO)
    with failures_said():
        listening = listen(settings.host, settings.port)
        with listening, opened(settings, writable=True) as services:
            run(services, settings, listening)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on ``port`` or, where that is taken, on the next free one.

    Raises:
        UsageError: None of the next ``PORTS_TRIED`` ports can be used.
    """
    wanted = range(port, min(port + PORTS_TRIED, 65536)) if port else range(1)
    for candidate in wanted:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, candidate))
            sock.listen(128)
        except OSError as error:
            sock.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            continue
        if candidate != port and port:
            click.echo(f"Port {port} is in use; using {candidate} instead.", err=True)
        return sock
    raise UsageError(f"Ports {port} to {wanted[-1]} are all in use; choose another --port.")


def run(services: Services, settings: Settings, listening: socket.socket) -> None:
    """Serve until interrupted. Models begin to load once the page is up, not before."""
    import uvicorn

    from qwen3vl_app.ui.app import build_app

    host, port = listening.getsockname()[:2]
    url = f"http://{host}:{port}"
    config = uvicorn.Config(build_app(services), log_level="warning", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    threading.Thread(
        target=_when_up, args=(server, services, settings, url), name="startup", daemon=True
    ).start()
    server.run(sockets=[listening])


def _when_up(server: uvicorn.Server, services: Services, settings: Settings, url: str) -> None:
    """Say where the page is, then start what would have slowed it down."""
    ready = threading.Event()
    while not server.started and not server.should_exit:
        ready.wait(0.05)
    if server.should_exit:
        return
    click.echo(f"{url}\nLibrary: {settings.library}\nStop with Ctrl+C.", err=True)
    if settings.open_browser:
        webbrowser.open(url)
    services.start()
