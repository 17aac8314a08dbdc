"""XML that remembers where in the file each element stands, so that an edit leaves every other byte as it came.

Read with expat. Entities cannot be declared (they make small files huge, or fetch others); external
ones are never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from mpd_studio.core.errors import TimelineError
from mpd_studio.interchange.source_text import Splice, indent_before, newline_of, read_bytes, spliced

_DEEPEST = 200
_MOST_ELEMENTS = 4_000_000
_TAG = re.compile(rb"<[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.-]*)["']""")
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(slots=True)
class XmlElement:
    """start, stop: bytes of the whole element in the document; inner: where its content begins."""

    tag: str
    attributes: dict[str, str]
    start: int
    inner: int
    stop: int = 0
    text: str = ""
    children: list[XmlElement] = field(default_factory=list)

    def find(self, path: str) -> XmlElement | None:
        """The first element below along "a/b/c"."""
        here: XmlElement | None = self
        for tag in path.split("/"):
            here = next((child for child in here.children if child.tag == tag), None) if here else None
        return here

    def all(self, tag: str) -> Iterator[XmlElement]:
        """Children of this name."""
        return (child for child in self.children if child.tag == tag)

    def value(self, path: str, default: str = "") -> str:
        """The stripped text of the first element along a path."""
        found = self.find(path)
        return found.text.strip() if found is not None else default

    def walk(self) -> Iterator[XmlElement]:
        """This element and all below, in the order of the document."""
        waiting: list[XmlElement] = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """data: the document as UTF-8, which all places refer to. encoding: of the file."""

    root: XmlElement
    data: bytes
    encoding: str

    def is_empty_tag(self, element: XmlElement) -> bool:
        """Whether it is written <a/>."""
        return self.data[element.inner - 2 : element.inner] == b"/>"

    def close_tag(self, element: XmlElement) -> int:
        """Where the content of an element that is not written <a/> ends."""
        return self.data.rindex(b"</", element.inner, element.stop)

    def indent(self, element: XmlElement) -> str:
        return indent_before(self.data, element.start)

    def inserted_after(self, element: XmlElement, new: ElementTree.Element) -> Splice:
        """The edit that puts a new element behind another, on a line of its own where that one has one."""
        text = self._line(element) + pretty(new, self.indent(element), newline_of(self.data))
        return Splice(element.stop, element.stop, text)

    def inserted_before(self, element: XmlElement, new: ElementTree.Element) -> Splice:
        text = pretty(new, self.indent(element), newline_of(self.data)) + self._line(element)
        return Splice(element.start, element.start, text)

    def inserted_first(self, parent: XmlElement, new: ElementTree.Element) -> Splice:
        """The edit that makes a new element the first child of another."""
        newline, indent = newline_of(self.data), self.indent(parent)
        text = f"{newline}{indent}\t" + pretty(new, indent + "\t", newline)
        if not self.is_empty_tag(parent):
            return Splice(parent.inner, parent.inner, text)
        return Splice(parent.inner - 2, parent.inner, f">{text}{newline}{indent}</{parent.tag}>")

    def replaced(self, element: XmlElement, new: ElementTree.Element) -> Splice:
        return Splice(element.start, element.stop, pretty(new, self.indent(element), newline_of(self.data)))

    def attribute_set(self, element: XmlElement, name: str, value: str) -> Splice:
        """The edit that gives an attribute another value, or adds it."""
        tag = self.data[element.start : element.inner].decode("utf-8")
        escaped = ElementTree.tostring(ElementTree.Element("a", {name: value}), "unicode")[3:-3]
        found = re.search(rf"""(?<=[\s"'])({re.escape(name)}\s*=\s*(?:"[^"]*"|'[^']*'))""", tag)
        if found:
            before = len(tag[: found.start()].encode("utf-8"))
            return Splice(element.start + before, element.start + before + len(found[0].encode("utf-8")), escaped)
        at = element.start + 1 + len(element.tag.encode("utf-8"))
        return Splice(at, at, f" {escaped}")

    def text_set(self, element: XmlElement, text: str) -> Splice:
        """The edit that gives an element without children another text."""
        dummy = ElementTree.Element("a")
        dummy.text = text
        return Splice(element.inner, self.close_tag(element), ElementTree.tostring(dummy, "unicode")[3:-4])

    def with_edits(self, splices: Iterable[Splice]) -> bytes:
        """The file with edits, in its own encoding."""
        data = spliced(self.data, splices)
        if self.encoding == "utf-8":
            return data
        return data.decode("utf-8").encode(self.encoding, "xmlcharrefreplace")

    def _line(self, element: XmlElement) -> str:
        line_start = self.data.rfind(b"\n", 0, element.start) + 1
        if self.data[line_start : element.start].strip(b" \t"):
            return ""
        return newline_of(self.data) + self.indent(element)


def pretty(element: ElementTree.Element, indent: str = "", newline: str = "\n") -> str:
    """An element as indented text; the first line carries no indent."""
    ElementTree.indent(element, "\t")
    text = ElementTree.tostring(element, "unicode", short_empty_elements=True)
    return text.replace("\n", f"{newline}{indent}")


def add(parent: ElementTree.Element, tag: str, text: str | int | None = None, **attributes: str) -> ElementTree.Element:
    """A new last child. Characters that XML cannot hold are left out."""
    child = ElementTree.SubElement(parent, tag, {name: clean(value) for name, value in attributes.items()})
    if text is not None:
        child.text = clean(str(text))
    return child


def clean(text: str) -> str:
    """Without the control characters and lone surrogates that no XML file may contain."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", text)


def read_xml(path: Path) -> XmlDocument:
    """Raises: TimelineError: missing, truncated, no XML, too large, or with declared entities."""
    data = read_bytes(path)
    encoding = _encoding_of(data)
    try:
        text = data if encoding == "utf-8" else data.decode(encoding).encode("utf-8")
    except (LookupError, UnicodeError) as error:
        raise TimelineError(f"{path.name} is damaged: it is not {encoding} text. Export it again.") from error
    return XmlDocument(_Builder(path.name, text).build(), text, encoding)


def _encoding_of(data: bytes) -> str:
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    declared = _DECLARED.match(data[:1024].removeprefix(b"\xef\xbb\xbf"))
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    return "utf-8" if name in ("utf-8", "utf8", "us-ascii", "ascii", "utf-16") else name


class _Builder:
    def __init__(self, name: str, data: bytes) -> None:
        self._name, self._data = name, data
        self._root: XmlElement | None = None
        self._open: list[XmlElement] = []
        self._count = 0
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        self._parser.CharacterDataHandler = self._on_text
        self._parser.EntityDeclHandler = self._on_entity

    def build(self) -> XmlElement:
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise TimelineError(
                f"{self._name} is damaged or truncated: {expat.ErrorString(error.code)} in line {error.lineno}. "
                "Export it again from the editor."
            ) from error
        assert self._root is not None  # expat refuses a document without one
        return self._root

    def _on_start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= _DEEPEST or self._count > _MOST_ELEMENTS:
            raise TimelineError(f"{self._name} is nested too deeply or has too many parts to be a timeline.")
        start = self._parser.CurrentByteIndex
        found = _TAG.match(self._data, start)
        element = XmlElement(tag, attributes, start, found.end() if found else start)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)

    def _on_end(self, tag: str) -> None:
        del tag
        element = self._open.pop()
        is_empty = self._data[element.inner - 2 : element.inner] == b"/>"
        element.stop = element.inner if is_empty else self._data.index(b">", self._parser.CurrentByteIndex) + 1

    def _on_text(self, text: str) -> None:
        self._open[-1].text += text

    def _on_entity(self, *parts: object) -> None:
        raise TimelineError(
            f"{self._name} declares XML entities ({parts[0]}), which no editor writes. It is not opened, "
            "because such files can fill the memory."
        )
