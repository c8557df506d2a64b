"""Colours as they are meant, for models, thumbnails and previews; the reference has its own."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from qwen3vl_app.media.phash import phash
from qwen3vl_app.media.pictures import load_picture, open_picture
from qwen3vl_app.media.profiles import _ADOBE, _SRGB, _matrix_profile, profile_of, to_srgb
from qwen3vl_app.media.reader import Reader

CASES = Path(__file__).parents[1] / "data" / "cases" / "icc_profiles"
MEANT = [(220, 40, 40), (40, 180, 60), (50, 80, 220), (230, 200, 40), (128,) * 3, (255,) * 3]
STRIPE = 32

DISPLAY_P3 = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
"""XYZ of its primaries for D50 (CSS Color 4)."""

SWAPPED = (_SRGB[1], _SRGB[2], _SRGB[0])
"""Red, green and blue of the values are green, blue and red."""

PROFILES = {
    "adobe rgb": (_ADOBE, 2.19921875),
    "display p3": (DISPLAY_P3, 2.2),
    "swapped": (SWAPPED, 2.2),
    "linear": (_SRGB, 1.0),
    "dark": (_SRGB, 3.0),
}


def stripes(colours) -> Image.Image:
    pixels = np.repeat(np.array(colours, np.uint8)[None], STRIPE, axis=1)
    return Image.fromarray(np.repeat(pixels, 48, axis=0))


def seen_as(columns, gamma: float) -> list[tuple[int, ...]]:
    """The values under this profile that mean the six colours: the formulas the other way."""
    signal = np.array(MEANT) / 255
    light = np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)
    xyz = light @ np.array(_SRGB)
    own = np.clip(np.linalg.solve(np.array(columns).T, xyz.T).T, 0, 1)
    return [tuple(map(int, row)) for row in np.rint(own ** (1 / gamma) * 255)]


def colours_of(picture: Image.Image) -> list[Any]:
    step = picture.width / len(MEANT)
    row = picture.height // 2
    return [picture.convert("RGB").getpixel((int(step * (n + 0.5)), row)) for n in range(6)]


def furthest(picture: Image.Image) -> int:
    return int(np.abs(np.array(colours_of(picture)) - np.array(MEANT)).max())


def saved(path: Path, name: str, form: str = "PNG", **more) -> Path:
    columns, gamma = PROFILES[name]
    picture = stripes(seen_as(columns, gamma))
    lossless: dict[str, dict[str, Any]] = {
        "WEBP": {"lossless": True},
        "JPEG": {"quality": 98, "subsampling": 0},
    }
    icc = _matrix_profile(columns, gamma)
    picture.save(path, form, icc_profile=icc, **lossless.get(form, {}), **more)
    return path


def everything_shown(reader: Reader, path: Path) -> dict[str, Image.Image]:
    (part, *_) = reader.outline(path).parts
    (content,) = reader.read(path, [part])
    given = content.model_input
    return {
        "models": given.pictures[0].image if given.pictures else given.clips[0].frames[0],
        "thumbnail": Image.open(io.BytesIO(content.thumbnail)),
        "preview": Image.open(io.BytesIO(reader.preview(path, part))),
        "picture.png": Image.open(io.BytesIO(reader.originals(path, part, [0])[0])),
    }


@pytest.mark.parametrize("name", ["adobe.jpg", "swap.png"])
def test_reader__the_six_colours_everywhere(reader, name):
    for what, shown in everything_shown(reader, CASES / name).items():
        assert furthest(shown) <= 10, what
    assert furthest(reader.picture(CASES / name)) <= 4  # as a query


@pytest.mark.parametrize("name", ["adobe.jpg", "swap.png"])
def test_reader__of_the_reference_keeps_its_pixels(options, limits, name):
    reference = Reader(options.budget, limits, workers=1, reference=True)
    try:
        with Image.open(CASES / name) as image:
            own = image.convert("RGB")
        assert reference.picture(CASES / name).tobytes() == own.tobytes()
        (part,) = reference.outline(CASES / name).parts
        (given,) = reference.model_inputs(CASES / name, [part])
        fitted = own.resize(given.pictures[0].size, Image.Resampling.BICUBIC)
        assert given.pictures[0].image.tobytes() == fitted.tobytes()
    finally:
        reference.close()


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP", "JPEG", "AVIF"])
@pytest.mark.parametrize("name", PROFILES)
def test_load_picture__colours_that_were_meant(tmp_path, limits, name, form):
    path = saved(tmp_path / f"a.{form.lower()}", name, form)
    # eight bits of linear light are coarse in the dark, and lossy formats near edges
    assert furthest(load_picture(path, limits)) <= (12 if form in ("JPEG", "AVIF") else 4)
    if name != "display p3":
        assert furthest(load_picture(path, limits, reference=True)) > 12


def test_load_picture__heif(tmp_path, limits):
    columns, gamma = PROFILES["adobe rgb"]
    picture = stripes(seen_as(columns, gamma))
    picture.save(tmp_path / "a.heic", icc_profile=_matrix_profile(columns, gamma), quality=95)
    assert furthest(load_picture(tmp_path / "a.heic", limits)) <= 12


@pytest.mark.parametrize(("primaries", "transfer"), [(12, 13), (1, 13)])
def test_load_picture__heif_with_numbers_as_videos_have(tmp_path, limits, primaries, transfer):
    """The reddest red of sRGB is (234, 51, 35) in Display P3 (CSS Color 4)."""
    red = (234, 51, 35) if primaries == 12 else (255, 0, 0)
    numbers = {"color_primaries": primaries, "transfer_characteristics": transfer}
    picture = Image.new("RGB", (64, 48), red)
    picture.save(tmp_path / "a.heic", quality=95, matrix_coefficients=6, **numbers)
    found = load_picture(tmp_path / "a.heic", limits).getpixel((9, 9))
    assert found == pytest.approx((255, 0, 0), abs=4)


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "L"])
def test_load_picture__transparency_and_palettes(tmp_path, limits, mode):
    """Transparent is white, whatever the profile says; the rest has the colours meant."""
    columns, gamma = PROFILES["dark"]
    picture = stripes(seen_as(columns, gamma)).convert("RGBA" if mode == "P" else mode)
    if mode in ("RGBA", "LA"):
        alpha = Image.new("L", picture.size, 255)
        alpha.paste(0, (0, 0, STRIPE, 48))
        picture.putalpha(alpha)
    if mode == "P":
        picture = picture.convert("RGB").quantize(8)
    grey = mode in ("L", "LA")
    icc = grey_profile(3.0) if grey else _matrix_profile(columns, gamma)
    picture.save(tmp_path / "a.png", icc_profile=icc)
    found = colours_of(load_picture(tmp_path / "a.png", limits))
    if mode in ("RGBA", "LA"):
        assert found[0] == (255, 255, 255)
    if not grey:
        assert np.abs(np.array(found[1:]) - np.array(MEANT[1:])).max() <= 4
    else:
        assert found[4] == pytest.approx((128, 128, 128), abs=3)


def grey_profile(gamma: float) -> bytes:
    """A profile of greys: the curve alone."""
    curve = b"curv" + bytes(4) + struct.pack(">IHH", 1, round(gamma * 256), 0)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    text = b"text" + bytes(4) + b"none"
    data, table = b"", struct.pack(">I", 3)
    for signature, body in ((b"kTRC", curve), (b"wtpt", white), (b"cprt", text)):
        table += signature + struct.pack(">II", 128 + 40 + len(data), len(body))
        data += body + bytes(-len(body) % 4)
    head = struct.pack(">I4xI4s4s4s", 168 + len(data), 0x02400000, b"mntr", b"GRAY", b"XYZ ")
    head += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    head += struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + data


def interoperability(index: bytes) -> bytes:
    """EXIF with nothing but the index of DCF: a directory in a directory in a directory."""

    def directory(tag: int, kind: int, count: int, value: bytes) -> bytes:
        entry = (
            tag.to_bytes(2, "little") + kind.to_bytes(2, "little") + count.to_bytes(4, "little")
        )
        return (1).to_bytes(2, "little") + entry + value.ljust(4, b"\0") + bytes(4)

    data = b"II*\0" + (8).to_bytes(4, "little")
    data += directory(0x8769, 4, 1, (26).to_bytes(4, "little"))
    data += directory(0xA005, 4, 1, (44).to_bytes(4, "little"))
    return b"Exif\0\0" + data + directory(1, 2, 4, index)


def test_load_picture__camera_that_says_adobe_rgb_in_exif_alone(tmp_path, limits):
    picture = stripes(seen_as(*PROFILES["adobe rgb"]))
    exif = interoperability(b"R03\0")
    picture.save(tmp_path / "a.jpg", quality=98, subsampling=0, exif=exif)
    assert furthest(load_picture(tmp_path / "a.jpg", limits)) <= 6
    exif = interoperability(b"R98\0")  # sRGB
    stripes(MEANT).save(tmp_path / "b.jpg", quality=98, subsampling=0, exif=exif)
    assert furthest(load_picture(tmp_path / "b.jpg", limits)) <= 4


def with_gamma(path: Path, gamma: float, *, srgb: bool = False) -> Path:
    """The PNG with a gAMA chunk, and with one that says that it is sRGB after all."""
    data = path.read_bytes()
    chunks = [(b"gAMA", struct.pack(">I", round(gamma * 100_000)))]
    chunks += [(b"sRGB", b"\0")] if srgb else []
    for name, body in chunks:
        chunk = struct.pack(">I", len(body)) + name + body
        data = data[:33] + chunk + struct.pack(">I", zlib.crc32(name + body)) + data[33:]
    path.write_bytes(data)
    return path


def test_load_picture__gamma_of_a_png(tmp_path, limits):
    stripes(seen_as(_SRGB, 1.0)).save(tmp_path / "a.png")
    assert furthest(load_picture(with_gamma(tmp_path / "a.png", 1.0), limits)) <= 4
    for gamma, srgb in ((0.45455, False), (1.0, True), (0.0, False), (40_000.0, False)):
        stripes(MEANT).save(tmp_path / "b.png")
        path = with_gamma(tmp_path / "b.png", gamma, srgb=srgb)
        assert furthest(load_picture(path, limits)) == 0, gamma


@pytest.mark.parametrize("said", [b"", b"no profile", b"x" * 4000, ImageCms.createProfile])
def test_load_picture__srgb_and_damaged_profiles_change_nothing(tmp_path, limits, said):
    if not isinstance(said, bytes):
        said = ImageCms.ImageCmsProfile(said("sRGB")).tobytes()
    stripes(MEANT).save(tmp_path / "a.png", icc_profile=said)
    assert colours_of(load_picture(tmp_path / "a.png", limits)) == MEANT


def test_load_picture__profile_cut_at_any_place(tmp_path, limits):
    whole = _matrix_profile(*PROFILES["adobe rgb"])
    for length in range(1, len(whole), 37):
        stripes(MEANT).save(tmp_path / "a.png", icc_profile=whole[:length])
        assert load_picture(tmp_path / "a.png", limits).size == (192, 48)


def test_load_picture__profile_of_other_colours_counts_as_none(tmp_path, limits):
    stripes(MEANT).save(tmp_path / "a.tif", icc_profile=grey_profile(3.0))
    assert colours_of(load_picture(tmp_path / "a.tif", limits)) == MEANT
    stripes(MEANT).convert("CMYK").save(
        tmp_path / "b.tif", icc_profile=_matrix_profile(*PROFILES["dark"])
    )
    assert furthest(load_picture(tmp_path / "b.tif", limits)) <= 2


def test_load_picture__sixteen_bits_of_grey_with_a_profile(tmp_path, limits):
    values = np.full((20, 30), round((128 / 255) ** (2.2 / 3.0) * 65535), np.uint16)
    Image.fromarray(values).save(tmp_path / "a.png", icc_profile=grey_profile(3.0))
    assert load_picture(tmp_path / "a.png", limits).getpixel((5, 5)) == pytest.approx(
        (128,) * 3, abs=4
    )


def test_reader__animation(reader, tmp_path):
    columns, gamma = PROFILES["swapped"]
    first, second = stripes(seen_as(columns, gamma)), Image.new("RGB", (192, 48))
    losslessly: dict[str, Any] = {"lossless": True}
    for form, more in (("webp", losslessly), ("png", {})):
        path = tmp_path / f"a.{form}"
        icc = _matrix_profile(columns, gamma)
        first.save(
            path, save_all=True, append_images=[second], duration=900, icc_profile=icc, **more
        )
        (whole, *_) = reader.outline(path).parts
        (content,) = reader.read(path, [whole])
        assert furthest(content.model_input.clips[0].frames[0]) <= 6, form


def test_look__the_same_scene_under_two_profiles(reader, tmp_path):
    paths = [saved(tmp_path / f"{name}.png", name) for name in ("adobe rgb", "swapped", "dark")]
    phashes = [reader.read(path, reader.outline(path).parts)[0].phash for path in paths]
    plain = phash(stripes(MEANT))
    assert max((one ^ plain).bit_count() for one in phashes) <= 2


def test_to_srgb__writes_nothing_into_a_mapped_file(tmp_path, limits):
    """An uncompressed TIFF is a view of its file, which must not be written to."""
    path = saved(tmp_path / "a.tif", "swapped", "TIFF")
    before = path.read_bytes()
    with open_picture(path, limits) as image:
        profile = profile_of(image)
        image.load()
        assert profile is not None
        assert furthest(to_srgb(image, profile)) <= 4
    assert path.read_bytes() == before
