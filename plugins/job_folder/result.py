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

    def __init__(self, document, folder, pattern, first_number, files, movie):
        # type: (dict, str, str, int, list, str) -> None
        self.document = document
        self.revision = document["revision"]
        self.folder = folder
        self.pattern = pattern
        self.first_number = first_number
        self.files = files
        self.movie = movie

    @property
    def count(self):
        # type: () -> int
        return len(self.files)


def check_result(job, document, with_hashes=True):
    # type: (str, dict, bool) -> Result
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
    pattern, first, count, hashes = (files.get(key) for key in ("pattern", "first_number", "count", "sha256"))
    if not isinstance(pattern, str) or not _PATTERN.fullmatch(pattern) or pattern.startswith("."):
        raise BridgeError("BAD_MESSAGE", "The result's file names make no sense.")
    for number in (first, count):
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= MOST_FILES:
            raise BridgeError("BAD_MESSAGE", "The result's numbers make no sense.")
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


def _check_file(place, sha, with_hashes):
    # type: (str, object, bool) -> None
    if not os.path.isfile(place) or not os.path.getsize(place):
        raise BridgeError("MEDIA_MISSING", "%s is not there, or empty. Generate the frames again." % place)
    if with_hashes and digest(place) != sha:
        raise BridgeError("MEDIA_DAMAGED", "%s is not what the studio wrote. Generate the frames again." % place)
