"""The text encoder and the tokenizer of the tiny model: CLIP's classes, and a vocabulary of single bytes."""

from __future__ import annotations

import json
from pathlib import Path

TEXT_WIDTH = 32
_LENGTH = 77
_BEGIN, _END = "<|startoftext|>", "<|endoftext|>"


def write_text_encoder(folder: Path) -> None:
    """config.json and pytorch_model.bin; the same numbers every time. Raises: OSError."""
    import torch
    from transformers import CLIPTextConfig, CLIPTextModel

    size = len(_vocabulary())
    config = CLIPTextConfig(
        vocab_size=size,
        hidden_size=TEXT_WIDTH,
        intermediate_size=2 * TEXT_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=_LENGTH,
        bos_token_id=size - 2,
        eos_token_id=size - 1,
        pad_token_id=size - 1,
        hidden_act="quick_gelu",
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        encoder = CLIPTextModel(config)
    folder.mkdir(parents=True, exist_ok=True)
    config.architectures = ["CLIPTextModel"]
    config.save_pretrained(folder)
    tensors = {f"text_model.{name.removeprefix('text_model.')}": t for name, t in encoder.state_dict().items()}
    # As files of 2022 have it; transformers of today makes it anew.
    tensors["text_model.embeddings.position_ids"] = torch.arange(_LENGTH)[None]
    torch.save(tensors, folder / "pytorch_model.bin")


def write_tokenizer(folder: Path) -> None:
    """vocab.json, merges.txt and tokenizer_config.json. Raises: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(_vocabulary()), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    document = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": _LENGTH,
        "bos_token": _BEGIN,
        "eos_token": _END,
        "pad_token": _END,
        "unk_token": _END,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(document), encoding="utf-8")


def _vocabulary() -> dict[str, int]:
    """Each byte inside a word and at its end, as byte-level vocabularies write them, then the two marks."""
    letters = _byte_letters()
    words = [*letters, *(f"{letter}</w>" for letter in letters), _BEGIN, _END]
    return {word: place for place, word in enumerate(words)}


def _byte_letters() -> list[str]:
    """Bytes that are no printable characters stand for such from 256 on, in their order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + place) for place in range(len(others))]
