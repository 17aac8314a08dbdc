"""The colours of the desk, by what they are for. Neutral greys without tint and one accent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours as "#rrggbb". surround: around the picture; raised: buttons, fields, clips; quiet: second-rank text;
    safe, check, no: confidence, always beside a plain, dotted or hatched texture."""

    name: str
    surround: str
    window: str
    panel: str
    raised: str
    hover: str
    line: str
    text: str
    quiet: str
    disabled: str
    accent: str
    on_accent: str
    gap: str
    safe: str = "#3b82c4"
    check: str = "#e0b030"
    no: str = "#d0532f"
    on_gap: str = "#1d1d1d"


DARK = Tokens(
    name="dark",
    surround="#1a1a1a",
    window="#232323",
    panel="#2b2b2b",
    raised="#363636",
    hover="#404040",
    line="#404040",
    text="#e6e6e6",
    quiet="#a8a8a8",
    disabled="#6e6e6e",
    accent="#4c9ffe",
    on_accent="#0b1a2b",
    gap="#d99a2b",
)

LIGHT = Tokens(
    name="light",
    surround="#8c8c8c",
    window="#ececec",
    panel="#f7f7f7",
    raised="#ffffff",
    hover="#e4e4e4",
    line="#d0d0d0",
    text="#1d1d1d",
    quiet="#5c5c5c",
    disabled="#9c9c9c",
    accent="#0a66c8",
    on_accent="#ffffff",
    gap="#b87400",
)
