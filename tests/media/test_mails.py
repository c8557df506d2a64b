from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from qwen3vl_app.media.texts import read_lines

BODY = "Liebe Frau Müller,\n\ndie Übergabe ist im großen Saal.\n"


def mail(body: str = BODY, **options: Any) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Jörg Weiß <joerg@example.org>"
    message["Subject"] = "Übergabe am Mittwoch"
    message["X-Spam"] = "no"
    message.set_content(body, **options)
    return message


def lines(tmp_path: Path, data: bytes) -> list[str]:
    path = tmp_path / "a.eml"
    path.write_bytes(data)
    return [line for line in read_lines(path) if line]


SHOWN = [
    "From: Jörg Weiß <joerg@example.org>",
    "Subject: Übergabe am Mittwoch",
    *BODY.replace("\n\n", "\n").splitlines(),
]


@pytest.mark.parametrize("coding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_read_lines__mail_however_it_is_coded(tmp_path, coding, charset):
    assert lines(tmp_path, mail(cte=coding, charset=charset).as_bytes()) == SHOWN


def test_read_lines__mail_with_alternatives_and_attachments(tmp_path):
    message = mail()
    message.add_alternative("<p>Liebe Frau <b>Müller</b></p>", subtype="html")
    message.add_attachment(
        bytes(range(256)) * 9,
        maintype="application",
        subtype="pdf",
        filename="Protokoll für Mai.pdf",
    )
    message.add_attachment("not to be read", filename="log.txt")
    assert lines(tmp_path, message.as_bytes()) == [*SHOWN, "Protokoll für Mai.pdf", "log.txt"]


def test_read_lines__mail_in_html_alone(tmp_path):
    message = mail("<style>p {}</style><p>Liebe Frau <b>Müller</b></p>", subtype="html")
    assert lines(tmp_path, message.as_bytes())[-1] == "Liebe Frau Müller"


def test_read_lines__mail_as_old_programs_send_it(tmp_path):
    raw = "Subject: Übergabe\nContent-Type: text/plain; charset=x-unknown\n\nim großen Saal\n"
    assert lines(tmp_path, raw.encode("cp1252")) == ["Subject: Übergabe", "im großen Saal"]


@pytest.mark.parametrize(
    "data",
    [
        b"No mail, but a note.\n",
        b"Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n" * 50,
        b"Subject: =?utf-8?B?!?=\nContent-Transfer-Encoding: base64\n\n%%%%\n",
        b"Subject: a\n" + b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" * 3000,
    ],
)
def test_read_lines__mail_that_is_damaged_or_none(tmp_path, data):
    assert lines(tmp_path, data)
