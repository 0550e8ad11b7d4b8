"""The pixels of one image file: decoded, upright, opaque, 8 bits, gray or RGB."""

import io
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from modelzoo.base.text import cut
from modelzoo.errors import ZooError, with_kind

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = npt.NDArray[np.uint8]
Mode = Literal["pad", "resize", "crop"]

# Pillow's readers of other formats stay closed: the one of PostScript starts Ghostscript.
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF", "PPM")
_ORIENTATION = 0x0112  # a tag of EXIF

# The kind of a file's pixels by Pillow's mode; another mode is refused.
_KINDS = {"1": "1 bit", "L": "gray", "LA": "gray", "P": "palette", "PA": "palette", "RGB": "RGB", "RGBA": "RGB"}
_KINDS |= {"RGBX": "RGB", "CMYK": "CMYK", "YCbCr": "YCbCr"}
_SIXTEEN_BITS = "16 bit gray"
TRANSPARENT, TURNED, SEVERAL = "transparent", "turned upright", "several images"


class NoImageError(ZooError):
    """A content that is no image."""


@cache
def pillow() -> Any:
    """Import Pillow's Image; its warnings, of odd metadata, are ignored, and `decode_image` refuses large images."""
    import warnings

    try:
        from PIL import Image
    except ImportError:
        raise ZooError("reading images needs Pillow; install it with `pip install pillow`") from None
    warnings.filterwarnings("ignore", module=r"PIL\.")
    return Image


def decode_image(data: bytes) -> "tuple[Image, tuple[str, ...]]":
    """Decode the first image of a file.

    Returns
    -------
    An image of mode L or RGB, and the file's kinds: of its pixels, then of each change

    Raises
    ------
    NoImageError
        If the content is no image.
    ZooError
        If the image is damaged, or its pixels cannot become 8 bits. The message continues the name of the file.
    """
    module = pillow()
    from PIL import UnidentifiedImageError

    try:
        with module.open(io.BytesIO(data), formats=_FORMATS) as image:
            _require_pixels_in_bounds(image)
            # The second image of a camera's JPEG (MPO) is its preview.
            several = image.format != "MPO" and getattr(image, "is_animated", False)
            upright, turned = _upright(image)
            opaque, kind, transparent = _converted(upright, str(image.format))
    except ZooError:
        raise
    except module.DecompressionBombError:
        raise ZooError(_bomb()) from None
    except UnidentifiedImageError:
        raise NoImageError("cannot be read as an image (its content is no image)") from None
    except MemoryError:
        raise
    except Exception as error:  # Pillow raises errors of many types for damaged files
        raise ZooError(f"cannot be read as an image ({cut(with_kind(error))})") from None
    changes = {TRANSPARENT: transparent, TURNED: turned, SEVERAL: several}
    return opaque, (kind, *(change for change, made in changes.items() if made))


def fit_image(image: "Image", *, size: int | tuple[int, int], mode: Mode, channels: Literal[1, 3]) -> Pixels:
    """Scale an image of mode L or RGB, bilinearly and without aliasing.

    Parameters
    ----------
    size : side in pixels, or width and height
    mode : "crop" scales the largest centered part of this aspect ratio, "resize" stretches, "pad" puts zeros around
        the image
    channels : 1 gives luma (ITU-R BT.601), of shape (height, width); 3 gives (height, width, 3)
    """
    width, height = image.size
    columns, rows = (size, size) if isinstance(size, int) else size
    image = image.convert("L" if channels == 1 else "RGB")
    if mode == "pad":
        if width > columns or height > rows:
            raise ZooError(f"is {width}×{height} and cannot be padded to {columns}×{rows}, which is smaller; use crop")
        padded = pillow().new(image.mode, (columns, rows))
        padded.paste(image, ((columns - width) // 2, (rows - height) // 2))
        return np.asarray(padded)
    if (width, height) == (columns, rows):
        return np.asarray(image)
    left = (width - min(width, height * columns / rows)) / 2
    top = (height - min(height, width * rows / columns)) / 2
    box = (left, top, width - left, height - top) if mode == "crop" else None
    return np.asarray(image.resize((columns, rows), pillow().Resampling.BILINEAR, box=box))


def _require_pixels_in_bounds(image: "Image") -> None:
    """Refuse an image that is larger than Pillow's bound, where Pillow itself only warns."""
    most = pillow().MAX_IMAGE_PIXELS
    if most is not None and image.width * image.height > most:
        raise ZooError(_bomb())


def _bomb() -> str:
    return f"is refused as a decompression bomb: it has more than {pillow().MAX_IMAGE_PIXELS:,} pixels"


def _upright(image: "Image") -> "tuple[Image, bool]":
    """Make an image upright by its EXIF data; return whether it was turned."""
    from PIL import ImageOps

    if image.getexif().get(_ORIENTATION, 1) == 1:
        return image, False
    return ImageOps.exif_transpose(image), True


def _converted(image: "Image", form: str) -> "tuple[Image, str, bool]":
    """Convert an image to L or RGB, and flatten it onto white; return its kind, and whether it was transparent."""
    mode = image.mode
    if mode.startswith("I;16") or (mode == "I" and form in ("PNG", "PPM")):
        values = np.asarray(image).astype(np.int64)
        return pillow().fromarray(((values + 128) // 257).clip(0, 255).astype(np.uint8)), _SIXTEEN_BITS, False
    if mode not in _KINDS:
        raise ZooError(f"has pixels of kind {mode}, whose range is not known; expected 8 or 16 bits a channel")
    transparent = False
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        transparent = int(np.asarray(rgba.getchannel("A")).min()) < 255
        if transparent:
            white = pillow().new("RGBA", rgba.size, "white")
            flat = pillow().alpha_composite(white, rgba).convert("RGB")
            image = flat.convert("L") if mode in ("1", "L", "LA") else flat
    image = image.convert("L" if mode in ("1", "L", "LA") else "RGB")
    if mode in ("P", "PA"):
        red, green, blue = map(np.asarray, image.split())
        if np.array_equal(red, green) and np.array_equal(red, blue):  # a palette of grays
            image = image.getchannel(0)
    return image, _KINDS[mode], transparent
