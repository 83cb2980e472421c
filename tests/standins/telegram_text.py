"""What Telegram makes of a text: its length in UTF-16 units, and what is left after parsing."""

from __future__ import annotations

import html
import re

MAX_TEXT = 4096
_TAGS = frozenset({
    "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "span", "tg-spoiler", "a", "code", "pre", "blockquote",
    "tg-emoji",
})  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z-]+)([^<>]*)>")
# In MarkdownV2 these must be escaped wherever they are no markup.
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


class CannotParseEntities(Exception):
    """The text is not what ``parse_mode`` says; the message is Telegram's description of it."""


def utf16_units(text: str) -> int:
    """Return how many UTF-16 units a text takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parsed(text: str, parse_mode: str | None) -> str:
    """Return the text that people see.

    Raises:
        CannotParseEntities: there is stray or unfinished markup in it.
    """
    modes = {"": str, "html": _from_html, "markdownv2": _from_markdown_v2, "markdown": _from_markdown}
    mode = (parse_mode or "").lower()
    if mode not in modes:
        raise CannotParseEntities("unsupported parse_mode")
    return modes[mode](text)


def _from_html(text: str) -> str:
    opened: list[str] = []
    shown, place = [], 0
    for sign in re.finditer("<", text):
        if sign.start() < place:
            continue
        tag = _TAG.match(text, sign.start())
        name = tag and tag[2].lower()
        if tag is None or name not in _TAGS:
            raise CannotParseEntities(f"can't parse entities: Unsupported start tag at byte offset {_bytes(text, sign)}")
        shown.append(text[place : sign.start()])
        place = tag.end()
        if not tag[1]:
            opened.append(str(name))
        elif not opened or opened.pop() != name:
            raise CannotParseEntities(f"can't parse entities: Unmatched end tag at byte offset {_bytes(text, sign)}")
    if opened:
        raise CannotParseEntities(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1]}\"")
    return html.unescape("".join(shown) + text[place:])


def _bytes(text: str, match: re.Match[str]) -> int:
    return len(text[: match.start()].encode())


def _from_markdown_v2(text: str) -> str:
    # Links and code are taken out first: other rules hold inside them.
    text = re.sub(r"(?<!\\)`(?:\\.|[^`\\])*`|(?<!\\)\[((?:\\.|[^\]\\])*)\]\((?:\\.|[^)\\])+\)", _inner, text)
    shown: list[str] = []
    opened: list[str] = []
    signs = iter(re.findall(r"\\.|\|\||__|.", text, re.DOTALL))
    for sign in signs:
        if sign in ("*", "_", "__", "~", "||"):
            if opened and opened[-1] == sign:
                opened.pop()
            else:
                opened.append(sign)
        elif sign[0] == "\\" and len(sign) == 2:
            shown.append(sign[1])
        elif sign in _RESERVED:
            reason = f"Character '{sign}' is reserved and must be escaped with the preceding '\\'"
            raise CannotParseEntities(f"can't parse entities: {reason}")
        else:
            shown.append(sign)
    if opened:
        raise CannotParseEntities("can't parse entities: Can't find end of the entity")
    return "".join(shown)


def _inner(match: re.Match[str]) -> str:
    # What stays goes through the rules again, so its signs are escaped here.
    text = re.sub(r"\\(.)", r"\1", match[1] if match[1] is not None else match[0].strip("`"))
    return re.sub(r"([_*\[\]()~`>#+\-=|{}.!\\])", r"\\\1", text)


def _from_markdown(text: str) -> str:
    bare = re.sub(r"\\([_*`\[])", "", text)
    if any(bare.count(sign) % 2 for sign in "*_`") or bare.count("[") != len(re.findall(r"\[[^\]]*\]\([^)]+\)", bare)):
        raise CannotParseEntities("can't parse entities: Can't find end of the entity")
    text = re.sub(r"\[([^\]]*)\]\([^)]+\)", r"\1", text)
    return re.sub(r"\\([_*`\[])|[*_`]", lambda match: match[1] or "", text)
