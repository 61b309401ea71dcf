from collections.abc import Callable

import pytest

from qbert_demo.data.encodings import decode
from qbert_demo.data.own_rows import read_own_file
from qbert_demo.data.tables import read_csv
from qbert_demo.errors import InputError

TEXTS = {
    "Russian": ("фильм был очень хороший, понравился", "скучно"),
    "Greek": ("πολύ καλή ταινία", "κακή"),
    "Chinese": ("这部电影非常好看", "很无聊的电影"),
    "English": ("a good film", "a dull one"),
    "Emoji": ("😀 нет", "да 😀"),
}


def table(language: str) -> str:
    good, bad = TEXTS[language]
    return "text\tlabel\n" + "".join(f"{good} {i}\t1\n{bad} {i}\t0\n" for i in range(6))


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_unicode_is_read_with_and_without_its_mark(
    encoding: str, language: str, newline: str
) -> None:
    content = table(language).replace("\n", newline).encode(encoding)
    assert decode(content) == (table(language).replace("\n", newline), [])
    found = read_own_file("x.tsv", content)
    assert (len(found), found.notes) == (12, ())
    assert found.texts[0].startswith(TEXTS[language][0])
    assert len(read_csv(content)[0]) == 12


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.replace("imé 4".encode(), b"im\xe9 4"),
        lambda content: content.replace("imé 4".encode(), b"im\xc3 4"),
        lambda content: content.replace(b"4,1", b"\xff4,1"),
    ],
)
def test_a_bad_byte_costs_no_other_accent(damage: Callable[[bytes], bytes]) -> None:
    rows = "".join(f"très animé {i},1\nraté {i},0\n" for i in range(6))
    text, notes = decode(damage(f"text,label\n{rows}".encode()))
    assert text.count("é") >= 11
    assert text.count("è") == 6
    assert len(notes) == 1
    assert notes[0].startswith("Line 10: ")
    assert "replaced by “\ufffd”" in notes[0]
    assert notes[0] in read_own_file("x.csv", damage(f"text,label\n{rows}".encode())).notes


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("Russian", "cp1251"), ("Russian", "koi8-r"), ("Greek", "cp1253"), ("Chinese", "gb18030")],
)
def test_other_alphabets_in_old_encodings_are_refused_with_the_line(
    language: str, encoding: str
) -> None:
    for read in (lambda data: read_own_file("x.tsv", data), read_csv):
        with pytest.raises(InputError, match=r"Line 2 is not UTF-8 text\. Save the file as UTF-8"):
            read(table(language).encode(encoding))


def test_zeros_in_plain_text_are_no_utf_16() -> None:
    plain = b"text,label\na\0b,1\nc\0d,0\n\n"
    assert len(plain) % 2 == 0
    assert decode(plain) == (plain.decode(), [])
    marked = "\ufefftext\na\0b\n"
    assert decode(marked.encode("utf-16-le"))[0] == marked.removeprefix("\ufeff")
