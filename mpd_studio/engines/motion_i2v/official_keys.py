"""Two names of every tensor: in the official files, and in a network that is built on diffusers' blocks.

They differ inside motion modules alone. The official files also repeat a position table per attention; it is a fixed
formula, made anew here.
"""

from __future__ import annotations

import re

POSITION_TABLE = ".pos_encoder.pe"
_IN_MOTION_MODULE = re.compile(r"(.*\bmotion_modules\.\d+\.)(.*)")
_IN_BLOCK = re.compile(r"(transformer_blocks\.\d+\.)(.*)")
# Inside transformer_blocks.N. of a motion module.
_PARTS = (
    ("attention_blocks.0.", "attn1."),
    ("attention_blocks.1.", "attn2."),
    ("norms.0.", "norm1."),
    ("norms.1.", "norm2."),
    ("ff_norm.", "norm3."),
)


def network_key(official: str) -> str:
    """The network's name of an official tensor that is no position table."""
    found = _IN_MOTION_MODULE.fullmatch(official)
    if not found:
        return official
    place, inside = found.groups()
    return place + _renamed(inside.removeprefix("temporal_transformer."), _PARTS)


def official_key(network: str) -> str:
    """The official name of a network's tensor: the inverse of `network_key`."""
    found = _IN_MOTION_MODULE.fullmatch(network)
    if not found:
        return network
    place, inside = found.groups()
    return f"{place}temporal_transformer.{_renamed(inside, [(ours, theirs) for theirs, ours in _PARTS])}"


def is_position_table(official: str) -> bool:
    return official.endswith(POSITION_TABLE)


def attention_of(position_table: str) -> str:
    """The official name of the query weights that a position table belongs to."""
    return f"{position_table.removesuffix(POSITION_TABLE)}.to_q.weight"


def _renamed(inside: str, parts: tuple[tuple[str, str], ...] | list[tuple[str, str]]) -> str:
    found = _IN_BLOCK.fullmatch(inside)
    if not found:
        return inside
    block, rest = found.groups()
    for old, new in parts:
        if rest.startswith(old):
            return block + new + rest.removeprefix(old)
    return inside
