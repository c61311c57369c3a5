"""Text in any encoding, marked or not, mixed or damaged; and what was guessed is said."""

from __future__ import annotations

import pytest
from documents_support import documents
from hypothesis import given
from hypothesis import strategies as st

from vedette.documents.base import RefusedError
from vedette.documents.encodings import decode

GERMAN = "Der Täter hat sich mit einem gestohlenen Kennwort an dem Server angemeldet und die Daten gelöscht."
RUSSIAN = "Злоумышленник вошел на сервер и прочитал все сообщения, которые были на нем, но не удалил их."
POLISH = "Sprawca wszedł na serwer i usunął wszystkie pliki, które były tam od lat, a potem nie było już nic."
JAPANESE = "攻撃者は盗んだパスワードを使ってサーバーに入りました。"
CHINESE = "攻击者使用被盗的密码登录服务器并读取了所有邮件。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_without_a_guess(encoding):
    data = (GERMAN * 3).encode(encoding)
    assert decode(data) == (GERMAN * 3, "")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"), (POLISH, "cp1250"),
    ],
)  # fmt: skip
def test_older_encodings_are_told_by_the_language_that_comes_out(text, encoding):
    assert decode(text.encode(encoding))[0] == text
    assert "guess" in decode(text.encode(encoding))[1]


def test_what_is_declared_is_believed_where_it_can_be_so():
    assert decode(RUSSIAN.encode("iso8859_5"), "iso-8859-5") == (RUSSIAN, "")
    assert decode("naïve".encode("cp1252"), "iso-8859-1") == ("naïve", "")
    for lie in ("utf-8", "unicode_escape", "base64", "no-such", "../x", "hex"):
        assert decode("naïve".encode("cp1252"), lie)[0] == "naïve"


def test_lines_in_different_encodings_are_each_read_and_it_is_said():
    data = b"\n".join([GERMAN.encode(), GERMAN.encode("cp1252"), b"plain"])
    text, guess = decode(data)
    assert text == f"{GERMAN}\n{GERMAN}\nplain"
    assert guess.startswith("mixed encodings: 1 lines")
    (document,) = documents(data, "x.txt")
    assert document.unread[0].reason == guess
    assert document.language == "de"


def test_binary_is_refused():
    for data in (b"\x7fELF\x02", bytes(range(32)) * 20, b"\x89PNG\r\n"):
        with pytest.raises(RefusedError, match="binary"):
            decode(data)


@given(st.binary(max_size=400))
def test_any_bytes_become_text_or_are_refused(data):
    try:
        text, _ = decode(data)
    except RefusedError:
        return
    assert isinstance(text, str)


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=100))
def test_utf8_comes_back_as_it_was(text):
    assert decode(text.encode())[0].lstrip("\ufeff") == text.lstrip("\ufeff")
