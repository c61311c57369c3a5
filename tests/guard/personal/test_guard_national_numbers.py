"""Numbers of states: right, one digit wrong, and without the word that announces them."""

from __future__ import annotations

import pytest

from vedette.guard.personal import PersonalScanner
from vedette.guard.personal.national import KINDS
from vedette.schema.guarding import Around, GuardFinding, Passage

SCANNER = PersonalScanner()

NUMBERS = [
    # rule, words before it, a number whose check sum is right, one with a digit changed (None: there is no check sum)
    ("us-ssn", "SSN", "536-22-3982", "936-22-3982"),
    ("us-itin", "ITIN", "912-70-9069", "912-00-9069"),
    ("us-ein", "EIN", "12-3440119", "19-3440119"),
    ("us-mbi", "Medicare number", "1EG4-TE5-MK73", "1EG4-TE5-MB7B"),
    ("gb-nhs", "NHS number", "943 476 0755", "943 436 0755"),
    ("gb-nino", "National Insurance", "AB123456C", "BG123456C"),
    ("gb-utr", "UTR", "2123441171", "2123441371"),
    ("fr-nir", "numéro de sécurité sociale", "1 84 12 76 451 089 46", "1 84 12 76 459 089 46"),
    ("fr-nif", "numéro fiscal", "30 23 217 600 053", "32 23 217 600 053"),
    ("de-idnr", "Steuer-ID", "36574209999", "36573209999"),
    ("de-svnr", "Sozialversicherungsnummer", "15070649C170", "15070649C270"),
    ("de-ausweis", "Personalausweis", "T220001215", "T226001215"),
    ("es-nif", "DNI", "54362315K", "54362815K"),
    ("it-cf", "codice fiscale", "RSSMRA85T10A562S", "RSSMRA85T15A562S"),
    ("pl-pesel", "PESEL", "44051483621", "49051483621"),
    ("pl-nip", "NIP", "852-135-70-22", "352-135-70-22"),
    ("se-pnr", "samordningsnummer", "880320-7516", "880920-7516"),
    ("no-fnr", "fødselsnummer", "15108616293", "55108616293"),
    ("dk-cpr", "CPR-nummer", "211062-4262", "311362-4262"),
    ("fi-hetu", "henkilötunnus", "131052-302L", "131062-302L"),
    ("is-kt", "kennitala", "450401-4479", "450481-4479"),
    ("nl-bsn", "BSN", "111222333", "111222331"),
    ("be-nn", "rijksregisternummer", "85.07.30-033.28", "85.07.31-033.28"),
    ("pt-nif", "contribuinte", "501 964 827", "501 964 821"),
    ("pt-cc", "cartão de cidadão", "00000000 5 ZZ3", "00000004 5 ZZ3"),
    ("ch-ahv", "AHV-Nummer", "756.9217.0769.92", "756.9217.2769.92"),
    ("at-svnr", "SVNR", "1237 010180", "1237 010184"),
    ("br-cpf", "CPF", "390.533.447-05", "390.563.447-05"),
    ("br-cnpj", "CNPJ", "16.727.230/0001-97", "16.767.230/0001-97"),
    ("ar-dni", "CUIT", "20-05536168-2", "90-05536168-2"),
    ("cl-rut", "RUT", "12.531.909-2", "12.531.209-2"),
    ("co-nit", "cédula", "213.123.432-1", None),
    ("pe-dni", "RUC", "20512333797", "20512333793"),
    ("uy-ci", "cédula", "1.234.567-2", None),
    ("ve-ci", "RIF", "V-11470283-4", "V-11470282-4"),
    ("ec-ci", "cédula", "1714307129", None),
    ("mx-curp", "CURP", "BOXW310820HNERXN25", "BOXW310820HNERXN95"),
    ("mx-rfc", "RFC", "GODE561231GR8", "GODE561131GR8"),
    ("in-aadhaar", "Aadhaar", "2341 2341 2187", "2351 2341 2187"),
    ("in-pan", "PAN", "ACUPA7085R", "ACUPA70855"),
    ("cn-ric", "RIC", "36042619910101091X", "36042619910101071X"),
    ("tw-id", "Taiwan ID", "A123456789", "A123456786"),
    ("hk-id", "HKID", "A123456(3)", "A123456(7)"),
    ("kr-rrn", "RRN", "971013-1019902", "971313-1019902"),
    ("jp-mynumber", "My Number", "6214 9832 0249", "6214 7832 0249"),
    ("sg-nric", "NRIC", "S1234567D", "S1235567D"),
    ("my-nric", "MyKad", "770305-02-1234", "770305-00-1234"),
    ("pk-cnic", "CNIC", "34201-0891231-4", "94201-0891231-4"),
    ("th-pin", "Thai ID", "1-2345-45678-78-1", "1-2345-45678-28-1"),
    ("id-nik", "NIK", "3171010101902452", "0171010101902452"),
    ("au-tfn", "TFN", "123 456 766", "323 456 766"),
    ("au-medicare", "Medicare card", "2123 45670 1", "2123 45671 1"),
    ("nz-ird", "IRD", "49091850", "41091850"),
    ("ca-sin", "social insurance number", "123-456-782", None),
    ("za-id", "South African ID", "710304 5026 080", "710404 5026 080"),
    ("tr-tckn", "TCKN", "17374626040", "17374326040"),
    ("il-id", "teudat zehut", "039337423", "039337424"),
    ("eg-id", "Egyptian ID", "29001011234567", "29001016234567"),
    ("ro-cnp", "CNP", "1630822123486", "1630802123486"),
    ("bg-egn", "EGN", "7523169263", "7523169663"),
    ("cz-rc", "rodné číslo", "710319/2745", "710319/2445"),
    ("hr-oib", "OIB", "33392005961", "33392015961"),
    ("si-emso", "EMSO", "0101006500006", "0103006500006"),
    ("rs-jmbg", "JMBG:", "0101006710000", "0109006710000"),
    ("gr-amka", "AMKA", "01013135031", "03013135031"),
    ("gr-afm", "AFM", "094259216", "094259213"),
    ("ee-ik", "isikukood", "36805205235", "36802205235"),
    ("lt-ak", "asmens kodas", "33309240026", "33309240726"),
    ("lv-pk", "personas kods", "161175-19997", "161175-19927"),
    ("ie-pps", "PPSN", "6433435F", "6432435F"),
    ("hu-taj", "TAJ", "123 456 788", "123 556 788"),
    ("ua-rnokpp", "RNOKPP", "1759013215", "1759013285"),
    ("ru-inn", "INN", "123456789047", "123452789047"),
]


def numbers_in(text: str) -> list[GuardFinding]:
    """Return the national numbers of a text."""
    return [f for f in SCANNER.scan(Passage(text=text), Around()).findings if f.entity == "NATIONAL_ID"]


@pytest.mark.parametrize(("rule", "word", "right", "wrong"), NUMBERS, ids=[n[0] for n in NUMBERS])
def test_a_number_behind_its_word_is_found_and_one_with_a_wrong_check_sum_is_not(
    rule: str, word: str, right: str, wrong: str | None
) -> None:
    text = f"Please file this: {word} {right}, thanks."
    found = numbers_in(text)
    assert [text[f.start : f.end] for f in found] == [right]
    assert found[0].rule == rule or word in ("cédula", "social insurance number", "TAJ", "JMBG:", "Medicare card")
    if wrong is not None:
        assert [f for f in numbers_in(f"Please file this: {word} {wrong}, thanks.") if f.rule == rule] == []


def test_every_kind_has_a_number_here_and_there_are_more_than_forty_countries() -> None:
    assert {kind.rule for kind in KINDS} == {number[0] for number in NUMBERS}
    assert len({kind.rule.partition("-")[0] for kind in KINDS}) >= 40


@pytest.mark.parametrize(
    "text",
    [
        "the id of run 44051483621 is new",  # a PESEL without its word is a number like others
        "session 536-22-39825 opened",
        "build 1.536-22-3982",
        "GUID 85073003-3280-4d1c-9f00-880320751612",
        "kernel: [44051483621.123456] usb 1-1: new device",
        "EventRecordID 15108616293 ThreadID 4880",
        "commit 54362315f0e1",
        "part no. S1234567D-880320",
    ],
)
def test_numbers_of_machines_are_nobodys(text: str) -> None:
    assert numbers_in(text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("CF: RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        ("Herr Muster, 756.9217.0769.92, Bern", "756.9217.0769.92"),
        ("José, 390.533.447-05", "390.533.447-05"),
        ("née le, 1 84 12 76 451 089 46", "1 84 12 76 451 089 46"),
        ("Matti 131052-302L Helsinki", "131052-302L"),
        ("row 7: 536-22-3982", "536-22-3982"),
    ],
)
def test_a_telling_form_needs_no_word(text: str, number: str) -> None:
    assert [text[f.start : f.end] for f in numbers_in(text)] == [number]


@pytest.mark.parametrize(
    "text",
    [
        '{"patient": {"ssn": "536223982", "name": "x"}}',
        '{"customer_ssn": 536223982, "n": 1}',
        "id,ssn,city\n1,536223982,Springfield\n",
        "<person><nationalId>536223982</nationalId></person>",
        "user=bob nationalId=536223982",
    ],
)
def test_a_field_s_name_is_word_enough(text: str) -> None:
    assert ["536223982"] == [text[f.start : f.end] for f in numbers_in(text)]


def test_a_number_of_some_state_behind_a_general_word_is_named_by_its_check_sum() -> None:
    (found,) = numbers_in("my national id number is 44051483621")
    assert found.rule == "pl-pesel"
    (found,) = numbers_in("identity card: QX-4471902")
    assert found.rule == "unknown"
    assert found.score < 0.9
