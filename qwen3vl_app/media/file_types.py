"""What a file claims to be by its name, and what it is by its first bytes.

A known signature wins over the name: a JPEG named ``.png`` is read as a JPEG and a PDF named
``.jpg`` as a PDF. Text has no signature, so it is believed only where the name says text.
Signatures: Wikipedia "List of file signatures", and ISO/IEC 14496-12 for ``ftyp`` brands.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from qwen3vl_app.messages import Message


class FileType(StrEnum):
    """Which decoder a file needs."""

    PICTURE = "picture"
    PDF = "PDF"
    TEXT = "text"
    OFFICE = "Office document"
    VIDEO = "video"


_NOUNS = {
    FileType.PICTURE: Message.of("noun.picture"),
    FileType.PDF: Message.of("noun.pdf"),
    FileType.OFFICE: Message.of("noun.office"),
    FileType.VIDEO: Message.of("noun.video"),
}

HEAD_BYTES = 1024
"""As much of a file as :func:`identify` needs: PDF allows its header that far inside."""

_PICTURES = """
    .jpg .jpeg .jpe .jfif .png .apng .gif .webp .bmp .dib .tif .tiff .heic .heif .hif .avif .ico
    .icns .jp2 .j2k .jpx .ppm .pgm .pbm .pnm .tga .qoi .pcx .psd .dds .mpo .sgi .xbm .xpm .cur
    .dcx .blp .fli .flc .fits .msp .im .ras
"""
_TEXTS = """
    .txt .text .md .markdown .rst .adoc .org .tex .log .html .htm .xhtml .csv .tsv .json .jsonl
    .ndjson .xml .yaml .yml .toml .ini .cfg .conf .srt .vtt .py .pyi .js .mjs .cjs .ts .tsx .jsx
    .java .kt .c .h .cc .cpp .hpp .cs .go .rs .rb .php .swift .scala .lua .pl .r .jl .sh .bash
    .zsh .fish .ps1 .bat .sql .css .scss .less .vue .svelte .dart .ex .exs .erl .hs .ml .clj
    .el .vim .diff .patch .cmake .proto .graphql .eml .bib
"""
_VIDEOS = """
    .mp4 .m4v .mov .mkv .webm .avi .wmv .asf .flv .mpg .mpeg .m2v .m2ts .mts .3gp .3g2 .ogv .ogm
    .vob .f4v
"""
_OFFICE = """
    .docx .docm .dotx .dotm .pptx .pptm .ppsx .ppsm .potx .potm .xlsx .xlsm .xltx .xltm
    .odt .odp .ods .ott .otp .ots
"""
_NAMES = {
    "readme",
    "license",
    "licence",
    "copying",
    "authors",
    "changelog",
    "makefile",
    "dockerfile",
}

SUFFIXES: dict[str, FileType] = {
    **dict.fromkeys(_PICTURES.split(), FileType.PICTURE),
    **dict.fromkeys(_TEXTS.split(), FileType.TEXT),
    **dict.fromkeys(_VIDEOS.split(), FileType.VIDEO),
    **dict.fromkeys(_OFFICE.split(), FileType.OFFICE),
    ".pdf": FileType.PDF,
}
"""Suffix in lower case, with its dot, to what it promises."""

_SIGNATURES: tuple[tuple[int, bytes, FileType], ...] = (
    (0, b"\xff\xd8\xff", FileType.PICTURE),  # JPEG
    (0, b"\x89PNG\r\n\x1a\n", FileType.PICTURE),
    (0, b"GIF87a", FileType.PICTURE),
    (0, b"GIF89a", FileType.PICTURE),
    (8, b"WEBPVP8", FileType.PICTURE),
    (0, b"II*\0", FileType.PICTURE),  # TIFF
    (0, b"MM\0*", FileType.PICTURE),
    (0, b"II+\0", FileType.PICTURE),  # BigTIFF
    (0, b"MM\0+", FileType.PICTURE),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", FileType.PICTURE),  # JPEG 2000
    (0, b"\xff\x4f\xff\x51", FileType.PICTURE),
    (0, b"8BPS\0\x01", FileType.PICTURE),
    (0, b"icns\0", FileType.PICTURE),
    (0, b"DDS \x7c\0\0\0", FileType.PICTURE),
    (0, b"\0\0\x01\0\x01\0", FileType.PICTURE),  # ICO with one size
    (0, b"qoif", FileType.PICTURE),
    (0, b"\x1a\x45\xdf\xa3", FileType.VIDEO),  # Matroska, WebM
    (8, b"AVI LIST", FileType.VIDEO),
    (0, b"FLV\x01", FileType.VIDEO),
    (0, b"\0\0\x01\xba", FileType.VIDEO),  # MPEG program stream
    (0, b"\0\0\x01\xb3", FileType.VIDEO),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", FileType.VIDEO),  # ASF, WMV
    (0, b"OggS\0", FileType.VIDEO),
    (4, b"moov", FileType.VIDEO),  # QuickTime before ftyp
    (4, b"mdat", FileType.VIDEO),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"PK\x05\x06", "an empty ZIP archive"),
    (0, _OLD_OFFICE, "an old or an encrypted Office document"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90\0", "a program"),
    (0, b"SQLite format 3\0", "a database"),
    (0, b"%!PS", "a PostScript file"),
    (8, b"WAVEfmt ", "sound without pictures"),
    (0, b"fLaC", "sound without pictures"),
    (0, b"ID3", "sound without pictures"),
)
_PICTURE_BRANDS = {
    b"heic",
    b"heix",
    b"heim",
    b"heis",
    b"hevc",
    b"hevx",
    b"mif1",
    b"msf1",
    b"avif",
    b"avis",
}
_SOUND_BRANDS = {b"M4A ", b"M4B "}
_PLAIN = """
    .tga .pcx .ppm .pgm .pbm .pnm .bmp .dib .qoi .ico .sgi .xbm .xpm .cur .dcx .blp .fli .flc
    .fits .msp .im .ras
"""
_UNSIGNED = set(_PLAIN.split())
"""Pictures that begin with nothing unmistakable; Pillow decides about them."""

_HALF_SIGNED = (b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"\0\0\x01\0", b"\0\0\x02\0")
"""Beginnings of PPM and its relatives, icons and cursors: believed where the name says picture."""

_BITMAP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
"""Bytes of the second header of a BMP."""


def claimed(path: Path) -> FileType | None:
    """What the name promises, or None where it promises nothing the program can read."""
    if path.name.lower() in _NAMES:
        return FileType.TEXT
    return SUFFIXES.get(path.suffix.lower())


def identify(head: bytes, path: Path) -> FileType | Message:
    """What the file is, or the reason why it cannot be read.

    Args:
        head: The first :data:`HEAD_BYTES` bytes of the file.
        path: Its name decides where the bytes do not.
    """
    claim = claimed(path)
    found = _zipped(head, claim) or _signed(head) or _pdf(head, claim) or _bitmap(head)
    if found is not None:
        return found
    if claim is FileType.TEXT:
        return FileType.TEXT
    if claim is FileType.PICTURE and (
        path.suffix.lower() in _UNSIGNED or head.startswith(_HALF_SIGNED)
    ):
        return FileType.PICTURE
    if claim is None:
        return unsupported(path)
    return Message.of("reason.misnamed", suffix=path.suffix or path.name, kind=_NOUNS[claim])


def unsupported(path: Path) -> Message:
    """The reason for a file whose name promises nothing the program can read."""
    if not path.suffix:
        return Message.of("reason.no_suffix")
    return Message.of("reason.type", suffix=path.suffix)


def _signed(head: bytes) -> FileType | Message | None:
    if head[4:8] == b"ftyp":
        return _branded(head[8:12])
    for offset, signature, file_type in _SIGNATURES:
        if head.startswith(signature, offset):
            return file_type
    if head[:1] == b"G" == head[188:189] == head[376:377] or _is_m2ts(head):
        return FileType.VIDEO  # MPEG transport stream: packets of 188 bytes
    for offset, signature, what in _OTHERS:
        if head.startswith(signature, offset):
            return Message.of("reason.other", what=what)
    return None


def _zipped(head: bytes, claim: FileType | None) -> FileType | Message | None:
    """Office documents are ZIP archives, and encrypted ones are what old ones were."""
    if head.startswith(_OLD_OFFICE) and claim is FileType.OFFICE:
        return Message.of("reason.office")
    if not head.startswith(b"PK\x03\x04"):
        return None
    inside = head[30:].startswith((b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.open"))
    return FileType.OFFICE if inside or claim is FileType.OFFICE else None


def _branded(brand: bytes) -> FileType | Message:
    if brand in _PICTURE_BRANDS:
        return FileType.PICTURE
    if brand in _SOUND_BRANDS:
        return Message.of("reason.other", what="sound without pictures")
    return FileType.VIDEO


def _pdf(head: bytes, claim: FileType | None) -> FileType | None:
    """A printer's commands or a mail's head may stand before the header."""
    place = head.find(b"%PDF-")
    named = claim is FileType.PDF
    return FileType.PDF if place >= 0 and (named or not _looks_like_text(head[:place])) else None


def _bitmap(head: bytes) -> FileType | None:
    size = int.from_bytes(head[14:18], "little")
    begins = head.startswith(b"BM") and head[6:10] == bytes(4)
    return FileType.PICTURE if begins and size in _BITMAP_HEADERS else None


def _is_m2ts(head: bytes) -> bool:
    return head[4:5] == b"G" == head[196:197] == head[388:389]


def _looks_like_text(lead: bytes) -> bool:
    """A source file that mentions ``%PDF-`` is text: something readable stands before it."""
    return any(chr(byte).isalnum() for byte in lead)
