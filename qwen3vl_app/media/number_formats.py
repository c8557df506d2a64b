"""Figures of spreadsheets as they are displayed: 0.075 in the format ``0.0%`` is 7.5%.

Number formats as Office Open XML has them (ISO/IEC 29500-1, 18.8.31), with the point for decimals
and English names, because a file does not say where it is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

Figure = int | float | datetime | date | time | timedelta

_PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)'
    r"|\[(?P<elapsed>h+|m+|s+)\]|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]"
    r"|\[(?P<condition>[<>=]+)(?P<limit>-?[\d.]+)\]|\[[^\]]*\]"
    r"|(?P<noon>AM/PM|A/P)|(?P<general>General)|(?P<exponent>E[+-]0+)"
    r"|(?P<clock>y+|m+|d+|h+|s+)|(?P<digit>[0#?])|(?P<sign>[.,%/@])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)

_MONTH_NAMES = """
    January February March April May June July August September October November December
"""
_MONTHS = _MONTH_NAMES.split()
_DAY_NAMES = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_DAYS = _DAY_NAMES.split()

_WHERE_IT_IS_READ = {
    "mm-dd-yy": "yyyy-mm-dd",
    "m/d/yy": "yyyy-mm-dd",
    "m/d/yy h:mm": "yyyy-mm-dd hh:mm",
}
"""Formats that every country displays in its own way."""

_LONGEST = 255
"""Characters of a format that office programs let anybody write."""

_MOST_DIGITS = 30
"""Decimals of a format; more say nothing."""


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    """The name of a group of :data:`_PIECE`."""

    text: str


def displayed(value: Figure, number_format: str) -> str:
    """``value`` as a reader sees it; in the general format where the other cannot be read."""
    number_format = _WHERE_IT_IS_READ.get(number_format, number_format)
    if len(number_format) > _LONGEST:
        number_format = "General"
    if isinstance(value, date | time | timedelta):
        pieces = _sections(number_format)[0]
        return _clock(value, pieces) if _tells_time(pieces) else _plain_time(value)
    pieces, number = _chosen(value, _sections(number_format))
    if any(piece.kind == "general" for piece in pieces) or _tells_time(pieces):
        return general(value)
    try:
        return _number(number, pieces)
    except (InvalidOperation, OverflowError, ValueError):
        return general(value)


def general(value: float) -> str:
    """A number as it is, to 15 digits."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


@lru_cache(maxsize=1000)
def _sections(number_format: str) -> tuple[tuple[_Piece, ...], ...]:
    sections: list[list[_Piece]] = [[]]
    for found in _PIECE.finditer(number_format):
        kind = found.lastgroup
        if kind == "other" and found[0] == ";":
            sections.append([])
        elif kind == "limit":
            sections[-1].append(_Piece("condition", f"{found['condition']} {found['limit']}"))
        elif kind is not None:
            sections[-1].append(_Piece(kind, found[kind]))
    return tuple(map(tuple, sections))


def _chosen(
    value: float, sections: tuple[tuple[_Piece, ...], ...]
) -> tuple[tuple[_Piece, ...], float]:
    """The section for this number, and the number without the sign that it has of its own."""
    if conditions := [(_limit(section), section) for section in sections if _limit(section)]:
        for (holds, limit), section in conditions:  # type: ignore[misc]
            if _holds(value, holds, limit):
                return section, value
        rest = [section for section in sections if not _limit(section)]
        return (rest[0] if rest else sections[-1]), value
    if value < 0 and len(sections) > 1:
        return sections[1], -value
    if value == 0 and len(sections) > 2:
        return sections[2], value
    return sections[0], value


def _limit(section: tuple[_Piece, ...]) -> tuple[str, float] | None:
    for piece in section:
        if piece.kind == "condition":
            holds, limit = piece.text.split()
            return holds, float(limit)
    return None


def _holds(value: float, holds: str, limit: float) -> bool:
    return {
        "<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit,
        "=": value == limit, "<>": value != limit,
    }.get(holds, True)  # fmt: skip


def _tells_time(pieces: tuple[_Piece, ...]) -> bool:
    return any(piece.kind in ("clock", "elapsed") for piece in pieces)


# ---------------------------------------------------------------- numbers


def _number(value: float, pieces: tuple[_Piece, ...]) -> str:
    if not any(piece.kind == "digit" for piece in pieces):
        said = "".join(_literal(piece, value) for piece in pieces)
        return ("-" if value < 0 and said else "") + " ".join(said.split())
    if any(piece.kind == "sign" and piece.text == "/" for piece in pieces):
        return _fraction(value, pieces)
    digits = [at for at, piece in enumerate(pieces) if piece.kind == "digit"]
    point = next((at for at, p in enumerate(pieces) if p == _Piece("sign", ".")), len(pieces))
    decimals = sum(point < at for at in digits)
    exponent = next((piece for piece in pieces if piece.kind == "exponent"), None)
    scaled, power = _scaled(value, pieces, digits, decimals, exponent)
    whole, _, part = f"{abs(scaled):f}".partition(".")
    grouped = any(
        piece == _Piece("sign", ",") and digits[0] < at < min(point, digits[-1])
        for at, piece in enumerate(pieces)
    )
    text = _filled(
        pieces, point, whole if whole != "0" else "", part, grouped=grouped, power=power
    )
    negative = value < 0 and any(sign in "123456789" for sign in whole + part)
    return ("-" if negative else "") + " ".join(text.split())


def _scaled(
    value: float,
    pieces: tuple[_Piece, ...],
    digits: list[int],
    decimals: int,
    exponent: _Piece | None,
) -> tuple[Decimal, int]:
    """The number whose digits are shown, and its power of ten."""
    number = Decimal(repr(value) if isinstance(value, float) else value)
    number *= 100 ** sum(piece == _Piece("sign", "%") for piece in pieces)
    point = next((at for at, p in enumerate(pieces) if p == _Piece("sign", ".")), None)
    last = max((at for at in digits if point is None or at < point), default=digits[-1])
    for at in {last, digits[-1]}:
        for piece in pieces[at + 1 :]:
            if piece != _Piece("sign", ","):
                break
            number /= 1000
    power = number.adjusted() if exponent and number else 0
    number = number.scaleb(-power)
    step = Decimal(1).scaleb(-min(decimals, _MOST_DIGITS))
    return number.quantize(step, ROUND_HALF_UP), power


def _filled(
    pieces: tuple[_Piece, ...], point: int, whole: str, part: str, *, grouped: bool, power: int
) -> str:
    """The digits in their places; the first place takes all that are left."""
    places = [at for at, piece in enumerate(pieces) if piece.kind == "digit" and at < point]
    said: dict[int, str] = {}
    rest, shown = whole, 0
    for place in reversed(places):
        first = place == places[0]
        taken, rest = (rest, "") if first else (rest[-1:], rest[:-1])
        taken = taken or {"0": "0", "?": " "}.get(pieces[place].text, "")
        text = ""
        for digit in reversed(taken):
            text = digit + ("," if grouped and shown and shown % 3 == 0 else "") + text
            shown += 1
        said[place] = text
    decimals = [at for at, piece in enumerate(pieces) if piece.kind == "digit" and at > point]
    significant = len(part.rstrip("0"))
    for number, place in enumerate(decimals):
        digit = part[number : number + 1] or "0"
        wanted = pieces[place].text == "0" or number < significant
        said[place] = digit if wanted else {"?": " "}.get(pieces[place].text, "")
    if point < len(pieces):
        said[point] = "."
    return "".join(
        said.get(at, _exponent(piece, power) if piece.kind == "exponent" else _literal(piece, 0))
        for at, piece in enumerate(pieces)
    )


def _exponent(piece: _Piece, power: int) -> str:
    sign = "-" if power < 0 else "+" if piece.text[1] == "+" else ""
    return f"E{sign}{abs(power):0{len(piece.text) - 2}d}"


def _fraction(value: float, pieces: tuple[_Piece, ...]) -> str:
    """``# ?/?`` and its like: the nearest fraction with as many digits."""
    slash = next(at for at, piece in enumerate(pieces) if piece == _Piece("sign", "/"))
    places = sum(piece.kind == "digit" for piece in pieces[slash:]) or 1
    number = Fraction(abs(value)).limit_denominator(10 ** min(places, 6) - 1)
    before = "".join(piece.text for piece in pieces[:slash])
    whole = int(number) if " " in before.strip() else 0
    rest = number - whole
    said = [str(whole)] if whole or not rest else []
    said += [f"{rest.numerator}/{rest.denominator}"] if rest else []
    return ("-" if value < 0 else "") + " ".join(said)


def _literal(piece: _Piece, value: float) -> str:
    if piece.kind in ("quoted", "escaped", "currency", "other"):
        return piece.text
    if piece.kind == "space":
        return " "
    if piece.kind == "sign":
        return {"%": "%", "@": general(value)}.get(piece.text, "")
    return ""


# ---------------------------------------------------------------- dates and times


def _plain_time(value: date | time | timedelta) -> str:
    if isinstance(value, timedelta):
        return _clock(value, _sections("[h]:mm:ss")[0])
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()  # a day, which Excel keeps as its first moment
    return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()


def _clock(value: date | time | timedelta, pieces: tuple[_Piece, ...]) -> str:
    fraction = _second_digits(pieces)
    moment, seconds = _moment(value, fraction)
    half = any(piece.kind == "noon" for piece in pieces)
    said: list[str] = []
    for at, piece in enumerate(pieces):
        text = piece.text.lower()
        if piece.kind == "elapsed":
            whole = int(seconds) // {"h": 3600, "m": 60, "s": 1}[text[0]]
            said.append(f"{whole:0{len(text)}d}")
        elif piece.kind == "clock":
            said.append(_unit(text, moment, half=half, minutes=_is_minutes(pieces, at)))
        elif piece.kind == "noon":
            noon = "PM" if moment.hour >= 12 else "AM"
            said.append(noon if len(text) > 3 else noon[0])
        elif piece.kind == "digit":
            said.append("")
        elif piece == _Piece("sign", "."):
            decimals = f"{moment.microsecond:06d}"[:fraction]
            said.append(f".{decimals}" if fraction and _follows_seconds(pieces, at) else ".")
        elif piece.kind == "sign" and piece.text in ",/":
            said.append(piece.text)
        else:
            said.append(_literal(piece, 0))
    return " ".join("".join(said).split())


def _second_digits(pieces: tuple[_Piece, ...]) -> int:
    for at, piece in enumerate(pieces):
        if piece == _Piece("sign", ".") and _follows_seconds(pieces, at):
            count = 0
            while at + 1 + count < len(pieces) and pieces[at + 1 + count].text == "0":
                count += 1
            return min(count, 6)
    return 0


def _follows_seconds(pieces: tuple[_Piece, ...], at: int) -> bool:
    return at > 0 and pieces[at - 1].text.lower().startswith("s")


def _moment(value: date | time | timedelta, fraction: int) -> tuple[datetime, Decimal]:
    """The date and time, rounded as it is shown, and the seconds since the beginning."""
    epoch = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no time zones
    if isinstance(value, timedelta):
        since = value
    elif isinstance(value, datetime):
        since = value.replace(tzinfo=None) - epoch
    elif isinstance(value, date):
        since = datetime(value.year, value.month, value.day) - epoch  # noqa: DTZ001
    else:
        since = datetime.combine(epoch, value.replace(tzinfo=None)) - epoch
    step = timedelta(microseconds=10 ** (6 - fraction))
    rounded = (since + step / 2) // step * step
    seconds = Decimal(rounded // timedelta(microseconds=1)) / 1_000_000
    try:
        return epoch + rounded, seconds
    except OverflowError:
        return epoch, seconds


def _is_minutes(pieces: tuple[_Piece, ...], at: int) -> bool:
    """``m`` is a month unless it stands behind hours or before seconds."""
    times = [n for n, piece in enumerate(pieces) if piece.kind in ("clock", "elapsed")]
    place = times.index(at)
    before = pieces[times[place - 1]].text.lower() if place else ""
    after = pieces[times[place + 1]].text.lower() if place + 1 < len(times) else ""
    return before.startswith("h") or after.startswith("s")


def _unit(text: str, moment: datetime, *, half: bool, minutes: bool) -> str:
    letter, length = text[0], len(text)
    if letter == "y":
        return f"{moment.year % 100:02d}" if length <= 2 else f"{moment.year:04d}"
    if letter == "m" and not minutes and length > 2:
        month = _MONTHS[moment.month - 1]
        return {3: month[:3], 5: month[0]}.get(length, month)
    if letter == "d" and length > 2:
        day = _DAYS[moment.weekday()]
        return day[:3] if length == 3 else day
    number = {
        "m": moment.minute if minutes else moment.month,
        "d": moment.day,
        "h": (moment.hour % 12 or 12) if half else moment.hour,
        "s": moment.second,
    }[letter]
    return f"{number:0{min(length, 2)}d}"
