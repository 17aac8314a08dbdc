"""A program that fills a gap and stands still in the middle, so that a test can kill it there.

Arguments: a JSON object with first, last, out, weights, new_frames, and decodes (how many calls of the decoder are
let through). It writes one line when it stands still.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(told: dict[str, str], decodes: int, new_frames: int) -> None:
    import torch
    from svd_fills import fill_files

    from mpd_studio.engines.svd import gap_clips

    torch.set_num_threads(1)
    decode, calls = gap_clips.decode, [0]

    def decode_or_stand_still(*arguments: object) -> object:
        calls[0] += 1
        if calls[0] > decodes:
            print("standing still", flush=True)
            sys.stdin.read()  # for ever: the test holds the other end open, and kills
        return decode(*arguments)  # type: ignore[arg-type] - passed on as they came

    gap_clips.decode = decode_or_stand_still  # type: ignore[assignment] - the same but for the halt
    fill_files(Path(told["first"]), Path(told["last"]), Path(told["out"]), told["weights"], new_frames)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    main(given, int(given.pop("decodes")), int(given.pop("new_frames")))
