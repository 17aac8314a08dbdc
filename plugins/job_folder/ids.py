"""Job ids: ULIDs, which sort by the time they were made."""

import os
import re
import time

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ID = re.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}")


def new_job_id() -> str:
    number = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    letters = []
    for _ in range(26):
        number, rest = divmod(number, 32)
        letters.append(_LETTERS[rest])
    return "".join(reversed(letters))


def is_job_id(name: object) -> bool:
    return isinstance(name, str) and _ID.fullmatch(name) is not None
