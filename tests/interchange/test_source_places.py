"""Where things stand in JSON and XML texts, and edits that leave the rest alone; places of media as URLs."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.core.errors import TimelineError
from mpd_studio.interchange.exact_rates import as_ntsc, exact_rate
from mpd_studio.interchange.json_places import places
from mpd_studio.interchange.media_urls import is_relative_place, path_of_url, url_of_path
from mpd_studio.interchange.source_text import LARGEST_BYTES, Splice, read_bytes, spliced
from mpd_studio.interchange.xml_document import read_xml

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_every_value_of_a_json_text_is_found_at_its_place(
    value: object, indent: int | str | None, ascii_: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_)
    found = places(text)

    def check(part: object, way: tuple) -> int:
        start, stop = found[way]
        assert json.loads(text[start:stop]) == part
        inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        return 1 + sum(check(child, (*way, key)) for key, child in inner)

    assert check(value, ()) == len(found)


def xml(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "t.xml"
    path.write_bytes(data)
    return path


def test_elements_know_their_bytes(tmp_path: Path) -> None:
    data = (
        b'<?xml version="1.0"?>\r\n<!DOCTYPE a>\r\n<a x="1>2"><!-- <b/> --><b/>\xc3\xbc<c ><![CDATA[<b>]]></c ></a>\n'
    )
    document = read_xml(xml(tmp_path, data))
    b, c = document.root.children
    assert data[b.start : b.stop] == b"<b/>"
    assert document.is_empty_tag(b)
    assert data[c.start : c.stop] == b"<c ><![CDATA[<b>]]></c >"
    assert data[c.inner : document.close_tag(c)] == b"<![CDATA[<b>]]>"
    assert (c.text, document.root.text) == ("<b>", "ü")
    assert document.with_edits([]) == data


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_an_edit_keeps_the_encoding_and_every_other_byte(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f"<?xml version='1.0' encoding='{declared}'?>\n<a>\n\t<b n='ü'/>\n</a>\n"
    document = read_xml(xml(tmp_path, text.encode(encoding)))
    assert document.root.children[0].attributes == {"n": "ü"}
    new = Element("c")
    new.text = "ö"
    edited = document.with_edits([document.inserted_after(document.root.children[0], new)])
    assert edited == text.replace("/>\n", "/>\n\t<c>ö</c>\n").encode(encoding)
    again = read_xml(xml(tmp_path, edited))
    assert [child.tag for child in again.root.children] == ["b", "c"]


def test_what_an_encoding_lacks_is_written_as_a_reference(tmp_path: Path) -> None:
    document = read_xml(xml(tmp_path, b"<?xml version='1.0' encoding='iso-8859-1'?><a><b/></a>"))
    new = Element("c", {"n": "漢"})
    again = read_xml(xml(tmp_path, document.with_edits([document.inserted_before(document.root.children[0], new)])))
    assert again.root.children[0].attributes == {"n": "漢"}


def test_attributes_and_texts_are_set_in_place(tmp_path: Path) -> None:
    data = b"<a><b  in='3' begin = \"4\">old</b><c/></a>"
    document = read_xml(xml(tmp_path, data))
    b, c = document.root.children
    edits = [
        document.attribute_set(b, "in", '5"<'),
        document.text_set(b, "a&b"),
        document.attribute_set(c, "new", "1"),
        document.inserted_first(c, Element("d")),
    ]
    again = read_xml(xml(tmp_path, document.with_edits(edits))).root
    assert again.children[0].attributes == {"in": '5"<', "begin": "4"}
    assert again.children[0].text == "a&b"
    assert again.children[1].attributes == {"new": "1"}
    assert again.children[1].children[0].tag == "d"


BOMB = b"<!DOCTYPE a [<!ENTITY x 'xxxxxxxxxx'><!ENTITY y '&x;&x;&x;&x;&x;&x;'>]><a>&y;</a>"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"<a><b></a>", "damaged or truncated: mismatched tag in line 1"),
        (b"<a><b>", "damaged or truncated"),
        (b"not xml at all", "damaged or truncated"),
        (b"\x00\x01\x02\xff" * 9, "damaged or truncated"),
        (b"<a>&undefined;</a>", "damaged or truncated"),
        (BOMB, "declares XML entities"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "declares XML entities"),
        (b"<a>" * 300 + b"</a>" * 300, "nested too deeply"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "is not no-such text"),
        (b"\xff\xfe<\x00a\x00>\x00", "damaged or truncated"),
    ],
)
def test_xml_that_is_broken_or_hostile_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(TimelineError, match=message):
        read_xml(xml(tmp_path, data))


def test_what_is_no_file_or_too_large_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.xml"
    with large.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    for path, message in ((large, "MB can be opened"), (tmp_path, "is not a file"), (tmp_path / "no", "no file")):
        with pytest.raises(TimelineError, match=message):
            read_bytes(path)


def test_edits_must_not_overlap() -> None:
    assert spliced(b"abcdef", [Splice(4, 5, "E"), Splice(1, 3, "")]) == b"adEf"
    with pytest.raises(ValueError, match="overlap"):
        spliced(b"abcdef", [Splice(0, 3, ""), Splice(2, 4, "")])


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file://localhost/shots/a%20b.mov", "/shots/a b.mov"),
        ("file:///shots/%C3%BC.mov", "/shots/ü.mov"),
        ("file:/shots/a.mov", "/shots/a.mov"),
        ("/shots/100%25.mov", "/shots/100%25.mov"),
        ("a/../b.mov", "/project/b.mov"),
        ("file://localhost/C%3a/shots/a.mov", "C:/shots/a.mov"),
        ("file:///D:/shots/a.mov", "D:/shots/a.mov"),
        (r"E:\shots\a.mov", "E:/shots/a.mov"),
        ("file://server/share/a.mov", "//server/share/a.mov"),
        ("https://example.org/a.mov", None),
        ("", None),
        ("a\0b", None),
        ("file:///a%00b", None),
    ],
)
def test_places_of_media(url: str, path: str | None) -> None:
    assert path_of_url(url, Path("/project")) == (None if path is None else PurePosixPath(path))


@given(st.text(st.characters(blacklist_characters="\0/", blacklist_categories=["Cs"]), min_size=1).map(str.strip))
def test_a_path_comes_back_from_its_url(name: str) -> None:
    path = PurePosixPath("/shots") / (name if name not in ("", ".", "..") else "x")
    assert path_of_url(url_of_path(path, "localhost"), Path("/")) == path
    assert not is_relative_place(url_of_path(path))


@pytest.mark.parametrize(
    ("number", "rate"),
    [(23.976, "24000/1001"), (23.98, "24000/1001"), (29.97002997, "30000/1001"), (59.94, "60000/1001"), (24.0, "24")],
)
def test_rounded_rates_are_known_exactly(number: float, rate: str) -> None:
    found = exact_rate(number)
    assert str(found) == rate
    assert found is not None
    assert as_ntsc(found) == (round(number), "/" in rate)


@pytest.mark.parametrize("number", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_what_is_no_rate(number: float) -> None:
    assert exact_rate(number) is None
