"""What Telegram's updates say about files that people send."""

from __future__ import annotations

from typing import Any

from tests.standins.telegram_chats import Files

OGG = b"OggS\x00\x02" + bytes(64)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)

# The folder and ending of Telegram's path, and what the kind says besides ids and size.
_KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "voice": ("voice", "oga", {"duration": 3, "mime_type": "audio/ogg"}),
    "audio": ("music", "mp3", {"duration": 30, "mime_type": "audio/mpeg", "title": "Song"}),
    "video": ("videos", "mp4", {"duration": 5, "width": 640, "height": 360, "mime_type": "video/mp4"}),
    "video_note": ("video_notes", "mp4", {"duration": 5, "length": 240}),
    "animation": ("animations", "mp4", {"duration": 2, "width": 320, "height": 180, "mime_type": "video/mp4"}),
    "document": ("documents", "pdf", {"file_name": "paper.pdf", "mime_type": "application/pdf"}),
    "sticker": (
        "stickers", "webp",
        {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "🙏"},
    ),
    "photo": ("photos", "jpg", {"width": 1280, "height": 960}),
}  # fmt: skip


def media_content(files: Files, kind: str, data: bytes, *, size: int | None) -> dict[str, Any]:
    """Keep a file and return what a message says about it.

    Args:
        files: where it is kept.
        kind: as the Bot API names it.
        data: the bytes.
        size: what Telegram claims, when it is not the real size.
    """
    folder, ending, more = _KINDS[kind]
    stored = files.add(folder, data, ending=ending, size=size)
    described = {"file_id": stored.id, "file_unique_id": stored.unique_id, "file_size": stored.size, **more}
    if kind == "photo":
        # Photos come in sizes, the largest last.
        small = files.add(folder, data[:16], ending=ending)
        thumbnail = {"file_id": small.id, "file_unique_id": small.unique_id, "file_size": small.size, "width": 90, "height": 68}
        return {"photo": [thumbnail, described]}
    return {kind: described, **({"document": described} if kind == "animation" else {})}
