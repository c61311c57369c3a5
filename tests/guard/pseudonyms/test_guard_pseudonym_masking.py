"""What is replaced, what with, and what never."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from urllib.parse import quote

import pytest

from vedette.errors import InternalError, OutsideError
from vedette.guard.base import Pair
from vedette.guard.pseudonyms import Masker, MemoryPairs, Restorer, invented, token_shapes
from vedette.guard.pseudonyms.tokens import draw
from vedette.guard.pseudonyms.words import identity
from vedette.schema.guarding import Action, Form, GuardFinding

SECRET = bytes(range(32))


def finding(text: str, value: str, entity: str = "PERSON", action: Action = Action.PSEUDONYMISE, score: float = 0.9):
    at = text.index(value)
    return GuardFinding(entity=entity, start=at, end=at + len(value), score=score, scanner="test"), action


@pytest.fixture
def book() -> MemoryPairs:
    return MemoryPairs("one", SECRET)


def shape(text: str) -> str:
    """Return a text with the tags of its pseudonyms made alike."""
    return re.sub(r"_[2-9B-Z]{7}(?![0-9A-Za-z])", "_*", text)


OVERLAPS = [
    # text, findings, what it becomes
    ("a Alice Smith b", [("Alice", "PERSON"), ("Alice Smith", "PERSON")], "a PERSON_* b"),
    ("a Alice Smith b", [("Alice", "PERSON"), ("Smith", "USERNAME")], "a PERSON_* USERNAME_* b"),
    ("x=Alice Smith!", [("Alice S", "PERSON"), ("Smith", "USERNAME")], "x=PERSON_*!"),
    ("key k3y-of-alice!", [("alice", "USERNAME"), ("k3y-of", "API_KEY")], "key API_KEY_*-USERNAME_*!"),
    ("at alice@corp.org.", [("alice@corp.org", "EMAIL_ADDRESS"), ("corp.org", "DOMAIN_NAME")], "at EMAIL_ADDRESS_*."),
    ("at alice@corp.org.", [("alice@corp.org", "EMAIL_ADDRESS"), ("corp.org", "API_KEY")], "at API_KEY_*."),
    ("so alice_2 is", [("alice", "USERNAME")], "so USERNAME_* is"),
    ("so __alice__ is", [("alice", "USERNAME")], "so __USERNAME_*__ is"),
    ("私は田中です", [("田中", "PERSON")], "私はPERSON_*です"),
    ("AliceBob", [("Alice", "PERSON"), ("Bob", "PERSON")], "PERSON_*"),
    ("(Alice)(Bob)", [("(Alice)", "PERSON"), ("(Bob)", "PERSON")], "PERSON_*"),
    ("so Alice\\_2 is", [("Alice", "PERSON")], "so PERSON_*\\_2 is"),
    ("so Alice%5F2 and ALICE", [("Alice", "PERSON"), ("ALICE", "PERSON")], "so PERSON_* and PERSON_*_2"),
    ("so Alice\u200b_2 is", [("Alice", "PERSON")], "so PERSON_*\u200b_2 is"),
    ("host PERSON_2B3C4D5!", [("PERSON_2B3C4D5", "HOSTNAME")], "host HOSTNAME_*!"),
    ("nothing", [], "nothing"),
    ("", [], ""),
]


@pytest.mark.parametrize(("text", "values", "expected"), OVERLAPS)
def test_overlapping_findings_become_one(book, text, values, expected) -> None:
    masked = Masker(book).mask(text, [finding(text, value, entity) for value, entity in values])
    assert shape(masked.text) == expected
    assert Restorer(book).restore(masked.text) == text
    for span in masked.spans:
        assert span.put in masked.text


def test_what_is_masked_is_gone_for_good(book) -> None:
    text = "https://x.org/reset?token=s3cr3t and s3cr3t again"
    masked = Masker(book).mask(
        text,
        [
            finding(text, "https://x.org/reset?token=s3cr3t", "URL"),
            finding(text, "s3cr3t", "SECRET", Action.MASK),
        ],
    )
    assert shape(masked.text) == "URL_*[SECRET] and [SECRET] again"
    assert Restorer(book).restore(masked.text) == "https://x.org/reset?token=[SECRET] and [SECRET] again"
    assert not any("s3cr3t" in pair.value for pair in book.pairs())


def test_what_is_allowed_stays_and_what_ought_to_be_held_back_does_not(book) -> None:
    text = "Alice, Bob and Carla"
    found = [finding(text, "Alice", action=Action.ALLOW), finding(text, "Bob", action=Action.BLOCK)]
    assert Masker(book).mask(text, found).text == "Alice, [PERSON] and Carla"


SWEPT = [
    "ALICIA",
    "alicia",
    "Alicia's",
    "alicia-laptop",
    "mailto:alicia",
    "“Alicia”",
    "user=alicia;",
    "%41licia",
    "x%20alicia%3D",
    "&quot;Alicia&quot;",
    "&#65;licia",
    "\\u0041licia",
    "\\nAlicia\\n",
    "*Alicia*",
    "__alicia__",
    "\\\\Alicia",
    "私はAliciaです",
]
NOT_SWEPT = ["Alicias", "xAlicia", "alicia2", "alicia_laptop", "Álicia", "Aliciaé", "Alic", "Ali cia"]


@pytest.mark.parametrize("form", [Form.PLAIN, Form.AUTO])
@pytest.mark.parametrize("said", SWEPT)
def test_a_known_value_is_replaced_wherever_it_stands(book, said, form) -> None:
    masker = Masker(book)
    masker.mask("Alicia", [finding("Alicia", "Alicia")])
    text = f"then {said} came"
    masked = masker.mask(text, [], form=form)
    plain = html.unescape(masked.text).casefold()
    assert "licia" not in plain
    assert Restorer(book).restore(masked.text, form=form) == text


@pytest.mark.parametrize("said", NOT_SWEPT)
def test_a_part_of_a_longer_word_is_not(book, said) -> None:
    masker = Masker(book)
    masker.mask("Alicia", [finding("Alicia", "Alicia")])
    assert masker.mask(f"then {said} came", []).text == f"then {said} came"


@pytest.mark.parametrize(
    ("entity", "value", "later"),
    [
        ("PERSON", "Will", "I will write"),
        ("USERNAME", "admin", "the admin panel"),
        ("AGE", "42", "42 files"),
        ("TITLE", "manager", "the manager"),
        ("IP_ADDRESS", "10.0.0.1", "version 10.0.0.1.5 and 110.0.0.1 and 10.0.0.12 and 2.10.0.0.1"),
        ("NATIONAL_ID", "123", "123 files"),
    ],
)
def test_words_that_name_nobody_are_replaced_only_where_found(book, entity, value, later) -> None:
    masker = Masker(book)
    assert value not in masker.mask(value, [finding(value, value, entity)]).text
    assert masker.mask(later, []).text == later


def test_a_value_before_its_finding_and_after_it_is_replaced(book) -> None:
    text = "kim.lee logged in; Kim.Lee; user kim.lee@corp; xkim.lee; kim.leex"
    at = text.index("user kim.lee") + 5
    found = GuardFinding(entity="USERNAME", start=at, end=at + 7, score=1.0, scanner="test")
    masked = Masker(book).mask(text, [(found, Action.PSEUDONYMISE)])
    assert shape(masked.text) == ("USERNAME_* logged in; USERNAME_*_2; user USERNAME_*@corp; xkim.lee; kim.leex")
    assert Restorer(book).restore(masked.text) == text


def test_one_value_has_one_pseudonym_whatever_it_was_found_as(book) -> None:
    masker = Masker(book)
    first = masker.mask("alicia", [finding("alicia", "alicia", "USERNAME")]).text
    assert masker.mask("alicia", [finding("alicia", "alicia", "PERSON")]).text == first
    assert len(book.pairs()) == 1


def test_spellings_share_a_tag_and_come_back_each_as_it_was(book) -> None:
    masker, restorer = Masker(book), Restorer(book)
    texts = ["WS-01", "ws-01", "Ws-01", "ＷＳ-01"]
    given = [masker.mask(text, [finding(text, text, "HOSTNAME")]).text for text in texts]
    assert [shape(one) for one in given] == ["HOSTNAME_*", "HOSTNAME_*_2", "HOSTNAME_*_3", "HOSTNAME_*_4"]
    assert len({one[:16] for one in given}) == 1
    assert [restorer.restore(one) for one in given] == texts
    assert [restorer.restore(one.lower()) for one in given] == texts


def test_json_and_prose_share_a_pseudonym(book) -> None:
    masker, restorer = Masker(book), Restorer(book)
    value = 'DOM\\José "J"'
    given = masker.mask(value, [finding(value, value, "USERNAME")]).text
    for depth in (1, 2, 3):
        text = value
        for _ in range(depth):
            text = json.dumps({"user": text}, ensure_ascii=False)
        inner = value
        for _ in range(depth):
            inner = json.dumps(inner, ensure_ascii=False)[1:-1]
        masked = masker.mask(text, [finding(text, inner, "USERNAME")], form=Form.JSON)
        assert given in masked.text
        assert json.loads(masked.text)
        assert restorer.restore(masked.text, form=Form.JSON) == text
    escaped = json.dumps({"user": value})
    masked = masker.mask(escaped, [finding(escaped, json.dumps(value)[1:-1], "USERNAME")], form=Form.JSON)
    assert shape(masked.text) == '{"user": "USERNAME_*_J2"}' or shape(masked.text) == '{"user": "USERNAME_*_J3"}'
    assert restorer.restore(masked.text, form=Form.JSON) == escaped
    mark = json.loads(masked.text)["user"]
    assert restorer.restore(f"It is {mark}.") == f"It is {value}."
    assert restorer.restore(json.dumps({"a": json.dumps([mark])}), form=Form.JSON) == json.dumps(
        {"a": json.dumps([value], ensure_ascii=False)}, ensure_ascii=False
    )


def test_a_bare_number_in_json_gets_quotes_and_loses_them(book) -> None:
    masker, restorer = Masker(book), Restorer(book)
    text = '{"ssn": 123456789, "in": "{\\"ssn\\": 123456789}", "s": "123456789"}'
    masked = masker.mask(text, [finding(text, "123456789", "NATIONAL_ID")], form=Form.JSON)
    assert "123456789" not in masked.text
    told = json.loads(masked.text)
    assert json.loads(told["in"])["ssn"] == told["ssn"] != told["s"]
    assert restorer.restore(masked.text, form=Form.JSON) == text
    assert restorer.restore(f"The number is {told['ssn']}.") == "The number is 123456789."


def test_a_url_keeps_its_value_encoded(book) -> None:
    masker, restorer = Masker(book), Restorer(book)
    value = "DOM\\alicia b"
    given = masker.mask(value, [finding(value, value, "USERNAME")]).text
    assert restorer.restore(f"see https://x.org/?u={given}&v=1") == f"see https://x.org/?u={quote(value)}&v=1"
    text = f"see https://x.org/?u={quote(value)}&v=1, {value}"
    masked = masker.mask(text, [finding(text, quote(value), "USERNAME")])
    assert masked.text == f"see https://x.org/?u={given}&v=1, {given}"
    assert restorer.restore(masked.text) == text


def test_encoded_text_is_replaced_whole(book) -> None:
    coded = base64.b64encode(b"password of alicia").decode()
    text = f"run {coded} now"
    found = GuardFinding(entity="PASSWORD", start=6, end=14, score=1.0, scanner="test", within=("base64",))
    masked = Masker(book).mask(text, [(found, Action.PSEUDONYMISE)])
    assert shape(masked.text) == "run PASSWORD_* now"
    assert Restorer(book).restore(masked.text) == text


def test_pseudonyms_stay_as_they_are_and_are_never_put_into_others(book) -> None:
    masker, restorer = Masker(book), Restorer(book)
    given = masker.mask("alicia", [finding("alicia", "alicia", "USERNAME")]).text
    text = f"user {given} at https://x.org/{given}/y"
    again = masker.mask(text, [finding(text, given, "HOSTNAME"), finding(text, given[3:9], "SECRET")])
    assert again.text == text
    wide = masker.mask(text, [finding(text, f"https://x.org/{given}/y", "URL")])
    assert shape(wide.text) == "user USERNAME_* at URL_*"
    assert restorer.restore(wide.text) == "user alicia at https://x.org/alicia/y"


def test_a_pseudonym_that_stands_in_the_text_already_is_drawn_anew(book) -> None:
    taken = draw(SECRET, "PERSON", identity("Alicia"), 0)
    text = f"Alicia or {taken.lower()} or {taken}"
    masked = Masker(book).mask(text, [finding(text, "Alicia")])
    assert masked.pairs[0].pseudonym != taken
    assert Restorer(book).restore(masked.text) == text


def test_nothing_leaves_where_pairs_cannot_be_kept(book) -> None:
    class Broken(MemoryPairs):
        def add(self, pairs):
            raise OutsideError("the disk is full")

    with pytest.raises(OutsideError, match="disk"):
        Masker(Broken("one", SECRET)).mask("Alicia", [finding("Alicia", "Alicia")])


def test_a_book_takes_pairs_all_or_none(book) -> None:
    first = Pair(entity="PERSON", value="a", pseudonym="PERSON_2B3C4D5")
    assert book.add([first]) == (first,)
    assert book.add([Pair(entity="PERSON", value="a", pseudonym="PERSON_9999XXX")]) == (first,)
    with pytest.raises(OutsideError):
        book.add(
            [
                Pair(entity="PERSON", value="b", pseudonym="PERSON_7777XXX"),
                Pair(entity="PERSON", value="c", pseudonym=first.pseudonym),
            ]
        )
    assert book.pairs() == (first,)
    with pytest.raises(InternalError):
        MemoryPairs("one", b"short")
    assert MemoryPairs("one").secret != MemoryPairs("one").secret


def test_threads_of_one_session_agree(book) -> None:
    names = [f"Person{n}" for n in range(12)]
    text = " ".join(names + [name.upper() for name in names])
    out: list[str] = []

    def work(shift: int) -> None:
        order = names[shift:] + names[:shift]
        masker = Masker(book)
        for name in order:
            masker.mask(name, [finding(name, name)])
        out.append(masker.mask(text, [finding(text, name) for name in names]).text)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(out)) == 1
    assert Restorer(book).restore(out[0]) == text


def test_what_was_erased_is_forgotten() -> None:
    class Forgetful(MemoryPairs):
        erased: frozenset[str] = frozenset()

        def pairs(self):
            return tuple(one for one in super().pairs() if one.value not in self.erased)

        def value_of(self, pseudonym):
            pair = super().value_of(pseudonym)
            return None if pair is None or pair.value in self.erased else pair

    book = Forgetful("one", SECRET)
    masker = Masker(book, styles={"HOSTNAME": "structure"})
    given = masker.mask("Alicia", [finding("Alicia", "Alicia")]).text
    host = masker.mask("WS-FIN-01", [finding("WS-FIN-01", "WS-FIN-01", "HOSTNAME")]).text
    book.erased = frozenset({"Alicia", "WS-FIN-01"})
    assert Restorer(book).restore(f"{given} {host}") == f"{given} {host}"
    assert masker.mask("Alicia WS-FIN-01", []).text == "Alicia WS-FIN-01"


def test_shapes_of_tokens_are_told(book) -> None:
    given = Masker(book).mask("Alicia", [finding("Alicia", "Alicia")]).text
    text = f"{given}, person_2b3c4d5, PERSON-2B3C4D5, PERSON_2B3C4D, HOST_2B3C4D5, EMAIL_ADDRESS_2B3C4D5_7"
    assert [text[a:b] for a, b in token_shapes(text)] == [given, "person_2b3c4d5", "EMAIL_ADDRESS_2B3C4D5_7"]
    assert [one.name for one in invented(text, book)] == [
        "PERSON_2B3C4D5",
        "PERSON_2B3C4D5",
        "EMAIL_ADDRESS_2B3C4D5_7",
    ]


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00" * 50,
        "{" * 400,
        '"' * 401,
        "\\" * 999,
        '{"a": "' + "\\" * 999,
        "\ud800" * 30,
        "_" * 999,
        "PERSON_" * 200,
    ],
)
def test_strange_texts_pass_unchanged(book, text, form) -> None:
    masker = Masker(book)
    masker.mask("Alicia", [finding("Alicia", "Alicia")])
    assert masker.mask(text, [], form=form).text == text
    stream = Restorer(book).stream(form=form)
    assert "".join([*map(stream.feed, text), stream.close()]) == text


@pytest.mark.parametrize("form", [Form.PLAIN, Form.JSON])
@pytest.mark.parametrize("unit", ["\\", "x", '{\\"a\\": \\"', "PERSON_2B3C4D5 ", "P\u200b", "a.b@c.d "])
def test_long_hostile_texts_come_back(book, unit, form) -> None:
    text = '{"a": ' + unit * (20_000 // len(unit))
    found = [
        (GuardFinding(entity="SECRET", start=at, end=at + 3, score=1.0, scanner="test"), Action.PSEUDONYMISE)
        for at in range(0, len(text), 500)
    ]
    masked = Masker(book).mask(text, found, form=form)
    assert Restorer(book).restore(masked.text, form=form) == text


def test_the_few_digits_of_a_pin_are_replaced_only_where_they_are_one(book) -> None:
    text = "The PIN is 4711. Call ext. 4711 by 10."
    masker = Masker(book)
    masked = masker.mask(text, [finding(text, "4711", "PASSWORD")])
    assert shape(masked.text) == "The PIN is PASSWORD_*. Call ext. 4711 by 10."
    assert masker.mask("port 4711 is open", []).text == "port 4711 is open"
    assert Restorer(book).restore(masked.text) == text


@pytest.mark.parametrize(("value", "entity"), [("482190", "PASSWORD"), ("20391", "USERNAME"), ("hunter2", "PASSWORD")])
def test_other_values_are_replaced_wherever_they_stand(book, value: str, entity: str) -> None:
    text = f"first {value}, then {value} again"
    masked = Masker(book).mask(text, [finding(text, value, entity)])
    assert shape(masked.text) == f"first {entity}_*, then {entity}_* again"
