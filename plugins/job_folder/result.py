"""Read what the studio made, and check it before anything is placed."""

import os
import re

from .errors import BridgeError, error_from_json
from .files import digest, inside

_PATTERN = re.compile(r"[^/\\%:\0]{0,200}%06d\.[A-Za-z0-9]{1,8}")
MOST_FILES = 200000


class Result:
    """What stands in result.json, with places instead of paths. Everything it names has been found.

    files: absolute paths, in order. movie: absolute path or "". document: the whole message.
    """

    def __init__(self, document: dict, folder: str, pattern: str, first_number: int, files: list, movie: str) -> None:
        self.document = document
        self.revision = document["revision"]
        self.folder = folder
        self.pattern = pattern
        self.first_number = first_number
        self.files = files
        self.movie = movie

    @property
    def count(self) -> int:
        return len(self.files)


def check_result(job: str, document: dict, with_hashes: bool = True) -> Result:
    """job: absolute folder. with_hashes: also compare every file with the hash that the studio wrote.

    Raises:
        BridgeError: the studio's own error, where it made nothing; BAD_MESSAGE, PATH_REFUSED, MEDIA_MISSING,
            MEDIA_DAMAGED.
    """
    if isinstance(document.get("error"), dict):
        raise error_from_json(document["error"])
    revision = document.get("revision")
    if isinstance(revision, bool) or not isinstance(revision, int) or not 1 <= revision <= 100000:
        raise BridgeError("BAD_MESSAGE", "The result has no revision.")
    files = document.get("files")
    if not isinstance(files, dict):
        raise BridgeError("BAD_MESSAGE", "The result names no files.")
    pattern, hashes = files.get("pattern"), files.get("sha256")
    first, count = _number(files, "first_number"), _number(files, "count")
    if not isinstance(pattern, str) or not _PATTERN.fullmatch(pattern) or pattern.startswith("."):
        raise BridgeError("BAD_MESSAGE", "The result's file names make no sense.")
    if not isinstance(hashes, list) or len(hashes) != count or not count:
        raise BridgeError("BAD_MESSAGE", "The result lists another number of hashes than of files.")
    folder = inside(job, files.get("folder"))
    places = [inside(job, files["folder"] + "/" + pattern % (first + index)) for index in range(count)]
    for place, sha in zip(places, hashes):
        _check_file(place, sha, with_hashes)
    movie = ""
    if isinstance(document.get("movie"), dict):
        movie = inside(job, document["movie"].get("path"))
        _check_file(movie, document["movie"].get("sha256"), with_hashes)
    return Result(document, folder, pattern, first, places, movie)


def _number(files: dict, key: str) -> int:
    number = files.get(key)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST_FILES:
        raise BridgeError("BAD_MESSAGE", "The result's %s makes no sense." % key)
    return number


def _check_file(place: str, sha: object, with_hashes: bool) -> None:
    if not os.path.isfile(place) or not os.path.getsize(place):
        raise BridgeError("MEDIA_MISSING", "%s is not there, or empty. Generate the frames again." % place)
    if with_hashes and digest(place) != sha:
        raise BridgeError("MEDIA_DAMAGED", "%s is not what the studio wrote. Generate the frames again." % place)
