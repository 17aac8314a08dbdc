"""What is free on this machine, asked without torch: loading it takes seconds, and a forecast must not take a card."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

_ASKED = ("index", "uuid", "name", "memory.free", "memory.total")
_COMMAND = ("nvidia-smi", f"--query-gpu={','.join(_ASKED)}", "--format=csv,noheader,nounits")
_TIMEOUT_S = 5.0
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Card:
    """A graphics card that torch will see; free and total in bytes."""

    name: str
    free: int
    total: int


def visible_cards(environ: Mapping[str, str] | None = None) -> tuple[Card, ...]:
    """NVIDIA's cards, in torch's numbering, as the driver's program tells; () without one, or an answer in 5 s."""
    try:
        answer = subprocess.run(_COMMAND, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    rows = [[field.strip() for field in line.split(",")] for line in answer.stdout.splitlines()]
    cards: dict[str, Card] = {}
    for row in rows:
        if len(row) == len(_ASKED) and row[3].isdecimal() and row[4].isdecimal():
            card = Card(row[2], int(row[3]) * _MIB, int(row[4]) * _MIB)
            cards |= {row[0]: card, row[1]: card}
    wanted = (os.environ if environ is None else environ).get("CUDA_VISIBLE_DEVICES")
    if wanted is None:
        return tuple(card for name, card in cards.items() if name.isdecimal())
    return tuple(cards[name] for name in (part.strip() for part in wanted.split(",")) if name in cards)


def torch_knows_cards() -> bool:
    """Whether the installed torch was built for NVIDIA's cards, by its small file of versions; it is not imported."""
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    versions = spec_from_file_location("_torch_versions", Path(spec.origin).with_name("version.py"))
    if versions is None or versions.loader is None:
        return False
    module = module_from_spec(versions)
    try:
        versions.loader.exec_module(module)
    except (OSError, SyntaxError, ImportError):
        return False
    return bool(getattr(module, "cuda", None))


def held_by_torch(card: int) -> int:
    """Bytes of a card that this process holds, for a model that is kept: the next run uses or frees them."""
    torch = sys.modules.get("torch")  # where nobody has loaded it, it holds nothing
    if torch is None or not torch.cuda.is_initialized():
        return 0
    return int(torch.cuda.memory_reserved(card))


def free_main_memory(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Bytes that programs can still have; None where the system does not tell (it does on Linux)."""
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    for line in lines:
        name, _, amount = line.partition(":")
        words = amount.split()
        if name == "MemAvailable" and len(words) == 2 and words[0].isdecimal() and words[1] == "kB":
            return int(words[0]) * 1024
    return None
