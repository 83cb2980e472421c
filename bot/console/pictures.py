"""Pictures that people sent, as staff may see them: drawn anew, without place, time and camera, and of a bounded size."""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.domain.errors import Rejected
from bot.domain.media import Fetched

LONGEST_SIDE = 2000
MAX_PIXELS = 60_000_000
"""A photo of a good phone has 50 million; a small file that claims more is made to fill the memory."""
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
"""Types that are pictures, and how each is read. Nothing else is tried on them."""


def cleaned(fetched: Fetched) -> Fetched:
    """Return a picture without anything but what can be seen in it; what is no picture stays as it is.

    Raises:
        Rejected: If it is no picture that can be opened, or one far too large.
    """
    if fetched.content_type not in FORMATS:
        return fetched
    try:
        with warnings.catch_warnings():
            # Pillow warns of what we refuse below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(fetched.data), formats=[FORMATS[fetched.content_type]]) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise Rejected("too_long")
                return _drawn_anew(picture)
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise Rejected("content_refused") from error


def _drawn_anew(picture: Image.Image) -> Fetched:
    # A JPEG is read at a fraction of its size where that is enough.
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    has_holes = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    seen = upright.convert("RGBA" if has_holes else "RGB")
    clean = Image.new(seen.mode, seen.size)
    clean.paste(seen)
    data = BytesIO()
    if has_holes:
        clean.save(data, "PNG")
        return Fetched("image/png", data.getvalue())
    clean.save(data, "JPEG", quality=85)
    return Fetched("image/jpeg", data.getvalue())
