"""Files become pictures without a past, or are refused in words, whatever they hold."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image as Pillow
from PIL import PngImagePlugin

from tadamun.core.errors import UsageError
from tadamun.core.imeta import MAX_BYTES, Image
from tadamun.pictures import harmless


def encoded(image: Pillow.Image, kind: str, **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def noise(side: int) -> Pillow.Image:
    return Pillow.effect_noise((side, side), 80).convert("RGB")


def opened(data: bytes) -> Pillow.Image:
    return Pillow.open(io.BytesIO(data))


def png_of(width: int, height: int) -> bytes:
    """A header that promises much, over next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_is_kept(kind: str) -> None:
    exif = Pillow.Exif()
    exif[0x010E], exif[0x0132], exif[0x8298] = "SECRET place", "2020:01:01 00:00:00", "SECRET name"
    more: dict[str, Any] = {"exif": exif, "icc_profile": b"SECRET profile" * 20}
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "SECRET words")
        more["pnginfo"] = info
    if kind == "JPEG":
        more["comment"] = b"SECRET words"
    data = encoded(noise(64), kind, **more) + b"SECRET trailer"
    assert data.count(b"SECRET") >= 2
    image, made = harmless.clean(data, "a cat")
    assert b"SECRET" not in made
    again = opened(made)
    assert not again.getexif()
    assert not {"icc_profile", "comment", "exif", "xmp"} & set(again.info)
    assert (image.hash, image.size, image.alt) == (hashlib.sha256(made).hexdigest(), len(made), "a cat")
    assert harmless.sound(made, image)


def test_it_stands_upright_and_the_mark_for_that_is_gone() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    image, made = harmless.clean(encoded(Pillow.new("RGB", (60, 20), "red"), "JPEG", exif=exif))
    assert (image.width, image.height) == opened(made).size == (20, 60)


def test_of_an_animation_the_first_frame() -> None:
    frames = [Pillow.new("RGB", (30, 30), colour) for colour in ("red", "blue", "green")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    _, made = harmless.clean(data)
    still = opened(made)
    assert getattr(still, "n_frames", 1) == 1
    red, green, blue = still.convert("RGB").getpixel((5, 5))  # type: ignore[misc]  # of an RGB image: three numbers
    assert red > 200 > 60 > max(green, blue)


def test_what_is_transparent_stays_so() -> None:
    image, made = harmless.clean(encoded(Pillow.new("RGBA", (40, 40), (255, 0, 0, 0)), "PNG"))
    assert image.type == "image/webp"
    assert opened(made).convert("RGBA").getpixel((3, 3))[3] == 0  # type: ignore[index]  # of an RGBA image: four numbers


def test_whatever_is_in_it_it_fits() -> None:
    image, made = harmless.clean(encoded(noise(3_000), "JPEG", quality=95))
    assert len(made) <= MAX_BYTES
    assert max(image.width, image.height) <= harmless.LONGEST
    assert opened(made).size == (image.width, image.height)
    assert harmless.clean(made)[1] == harmless.clean(made)[1]


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"GIF89a", png_of(50_000, 50_000), png_of(6_000, 6_000), png_of(0, 5), b"<svg xmlns='x'/>",
     encoded(noise(64), "JPEG")[:-900], encoded(noise(64), "PNG")[:300], encoded(noise(8), "BMP"),
     encoded(noise(8), "TIFF"), b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\0" * 5_000],
    ids=range(13),
)  # fmt: skip
def test_what_is_no_picture_or_too_much_of_one_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(UsageError):
        harmless.clean(data)


def test_a_file_that_is_too_large_is_not_even_opened() -> None:
    with pytest.raises(UsageError):
        harmless.clean(b"\xff" * (harmless.MAX_FILE + 1))


def test_what_comes_from_elsewhere_must_be_what_it_is_called() -> None:
    image, made = harmless.clean(encoded(noise(64), "JPEG"))

    def named(data: bytes, **more: Any) -> Image:
        base = {
            "hash": hashlib.sha256(data).hexdigest(),
            "type": "image/jpeg",
            "size": len(data),
            "width": 64,
            "height": 64,
        }
        return Image(**(base | more))

    assert harmless.sound(made, image)
    assert harmless.sound(made, named(made))
    moving = encoded(Pillow.new("RGB", (9, 9)), "PNG", save_all=True, append_images=[Pillow.new("RGB", (9, 9), "red")])
    for data, bad in (
        (made, named(made, hash="0" * 64)),
        (made, named(made, type="image/png")),
        (made, named(made, width=65)),
        (made + b"x", named(made)),
        (b"<script>", named(b"<script>")),
        (png_of(50_000, 50_000), named(png_of(50_000, 50_000), type="image/png", width=4_000, height=4_000)),
        (moving, named(moving, type="image/png", width=9, height=9)),
    ):
        assert not harmless.sound(data, bad)
