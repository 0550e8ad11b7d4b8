"""The pixels of one image file, of each kind."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from modelzoo.datasets.image_pixels import NoImageError, decode_image
from modelzoo.errors import ZooError

Image = pytest.importorskip("PIL.Image")

GRAY = np.arange(6 * 5, dtype=np.uint8).reshape(6, 5) * 8
COLOR = np.stack([GRAY, GRAY[::-1], GRAY // 2], axis=-1)


def stored(image: Any, form: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def decoded(data: bytes) -> tuple[np.ndarray, tuple[str, ...]]:
    image, kinds = decode_image(data)
    return np.asarray(image), kinds


@pytest.mark.parametrize("form", ["PNG", "BMP", "GIF", "TIFF", "PPM", "WEBP"])
def test_gray_pixels_are_as_stored_in_each_lossless_format(form: str) -> None:
    pixels, _ = decoded(stored(Image.fromarray(GRAY), form, **({"lossless": True} if form == "WEBP" else {})))
    np.testing.assert_array_equal(pixels if pixels.ndim == 2 else pixels[..., 0], GRAY)


def test_color_stays_as_it_is() -> None:
    pixels, kinds = decoded(stored(Image.fromarray(COLOR)))
    np.testing.assert_array_equal(pixels, COLOR)
    assert kinds == ("RGB",)


def test_one_bit_becomes_black_and_white() -> None:
    pixels, kinds = decoded(stored(Image.fromarray(GRAY > 100)))
    np.testing.assert_array_equal(pixels, (GRAY > 100) * np.uint8(255))
    assert kinds == ("1 bit",)


@pytest.mark.parametrize("form", ["PNG", "TIFF", "PPM"])
def test_sixteen_bits_are_divided_by_257_and_rounded(form: str) -> None:
    values = np.array([[0, 128, 129, 257, 385, 386, 32_768, 65_535]], np.uint16)
    pixels, kinds = decoded(stored(Image.fromarray(values), form))
    np.testing.assert_array_equal(pixels, np.rint(values / 257).astype(np.uint8))
    assert kinds == ("16 bit gray",)


def test_color_of_sixteen_bits_keeps_the_high_bytes() -> None:
    values = np.array([[[257, 40_000, 65_535], [255, 256, 511]]], ">u2")
    head = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" + values.tobytes())), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data)) for tag, data in parts
    )
    pixels, kinds = decoded(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    np.testing.assert_array_equal(pixels, values >> 8)
    assert kinds == ("RGB",)


def test_lab_is_refused_by_name() -> None:
    with pytest.raises(ZooError, match="pixels of kind LAB"):
        decode_image(stored(Image.new("LAB", (5, 6)), "TIFF"))


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_numbers_of_unknown_range_are_refused_by_name(kind: type) -> None:
    with pytest.raises(ZooError, match=r"pixels of kind [FI], .*expected 8 or 16 bits"):
        decode_image(stored(Image.fromarray(GRAY.astype(kind)), "TIFF"))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_show_white_behind_them(mode: str) -> None:
    image = Image.fromarray(GRAY).convert(mode)
    alpha = np.full(GRAY.shape, 255, np.uint8)
    alpha[0], alpha[1] = 0, 102
    image.putalpha(Image.fromarray(alpha))
    pixels, kinds = decoded(stored(image))
    assert kinds[1:] == ("transparent",)
    gray = pixels if mode == "LA" else pixels[..., 0]
    assert gray.ndim == 2
    assert (gray[0] == 255).all()
    assert np.abs(gray[1] - (0.4 * GRAY[1] + 0.6 * 255)).max() <= 1
    np.testing.assert_array_equal(gray[2:], GRAY[2:])


def test_an_opaque_alpha_channel_changes_nothing() -> None:
    pixels, kinds = decoded(stored(Image.fromarray(COLOR).convert("RGBA")))
    np.testing.assert_array_equal(pixels, COLOR)
    assert kinds == ("RGB",)


def test_a_palette_gives_its_colors_a_gray_one_gray_and_a_transparent_one_white() -> None:
    palette = Image.fromarray(GRAY // 100).convert("P")
    palette.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    pixels, kinds = decoded(stored(palette))
    assert (pixels[0, 0].tolist(), kinds) == ([10, 20, 30], ("palette",))
    palette.putpalette([10, 10, 10, 40, 40, 40, 70, 70, 70])
    assert decoded(stored(palette))[0].shape == GRAY.shape
    pixels, kinds = decoded(stored(palette, transparency=0))
    assert (pixels[0, 0].tolist(), kinds) == (255, ("palette", "transparent"))


def test_cmyk_becomes_rgb_and_is_named() -> None:
    pixels, kinds = decoded(stored(Image.new("CMYK", (5, 6), (0, 255, 255, 0)), "TIFF"))
    assert (pixels[0, 0].tolist(), kinds) == ([255, 0, 0], ("CMYK",))


def test_an_image_is_turned_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    pixels, kinds = decoded(stored(Image.fromarray(np.ascontiguousarray(np.rot90(GRAY))), exif=exif))
    np.testing.assert_array_equal(pixels, GRAY)
    assert kinds == ("gray", "turned upright")


@pytest.mark.parametrize("form", ["GIF", "TIFF", "PNG", "WEBP"])
def test_the_first_of_several_images_is_read(form: str) -> None:
    frames = [Image.fromarray(GRAY + number) for number in (5, 90)]
    lossless = {"lossless": True} if form == "WEBP" else {}
    pixels, kinds = decoded(stored(frames[0], form, save_all=True, append_images=frames[1:], **lossless))
    np.testing.assert_array_equal(pixels if pixels.ndim == 2 else pixels[..., 0], GRAY + 5)
    assert kinds[-1] == "several images"


@pytest.mark.parametrize("damage", [lambda data: data[:45], lambda data: data[: len(data) // 2]])
def test_a_damaged_image_is_an_error_with_its_reason(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ZooError, match=r"^cannot be read as an image \(") as error:
        decode_image(damage(stored(Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8)))))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("data", [b"", b"<html>", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 5 6\nshowpage\n"])
def test_a_content_that_is_no_image_is_another_error(data: bytes) -> None:
    with pytest.raises(NoImageError, match="its content is no image"):
        decode_image(data)


@pytest.mark.parametrize("most", [29, 10])  # Pillow warns above its limit, and raises above twice the limit
def test_a_decompression_bomb_is_refused(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", most)
    with pytest.raises(ZooError, match=rf"decompression bomb: it has more than {most} pixels"):
        decode_image(stored(Image.fromarray(GRAY)))
