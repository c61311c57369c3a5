"""Names where only a name stands, names in other tongues and scripts, and what looks like one."""

from __future__ import annotations

import unicodedata

import pytest

from vedette.guard.names import NamesScanner
from vedette.guard.names.composed import composed
from vedette.guard.names.parts import Part
from vedette.schema.guarding import Around, Passage

SCANNER = NamesScanner()


def told(text: str) -> set[tuple[str, str]]:
    found = SCANNER.scan(Passage(text=text), Around()).findings
    return {(one.entity, text[one.start : one.end]) for one in found}


def persons(text: str) -> set[str]:
    return {value for entity, value in told(text) if entity == "PERSON"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Petra Malinova 10.44.2.19", {"Petra Malinova"}),
        ("10.44.2.19 - Petra Malinova - phishing", {"Petra Malinova"}),
        ("Petra Malinova | 10.44.2.19", {"Petra Malinova"}),
        ("Petra Malinova\t10.44.2.19", {"Petra Malinova"}),
        ("user rfielding (Robert Fielding) called the desk after the alert", {"Robert Fielding"}),
        ("Ticket from Zuzana Říhová (helpdesk): files encrypted by ransomware", {"Zuzana Říhová"}),
        ("Ticket from Zuzana Rihova (helpdesk): files encrypted by ransomware", {"Zuzana Rihova"}),
        ("The flaw CVE-2020-0601 was reported by Robert Fielding.", {"Robert Fielding"}),
        ("They used the credentials of Robert Fielding (rfielding) to move by SMB.", {"Robert Fielding"}),
        ("Poste de M. Lefebvre infecté par Emotet", {"Lefebvre"}),
        ("Mitarbeiterin Malinova meldet Ransomware", {"Malinova"}),
        ("Mr. Hill opened the attachment and ran the macro", {"Hill"}),
        ("Our Jenkins agents crash, said Mr. Jenkins.", {"Jenkins"}),
        ("Alice clicked the link in the lure, then Peter called the SOC", {"Alice", "Peter"}),
    ],
)
def test_a_name_in_security_prose_is_one(text: str, names: set[str]) -> None:
    assert persons(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Lazarus Group (HIDDEN-COBRA) clicked through the portal.",
        "Charming Kitten reported its own persistence; Magic Hound (APT35) asked for tokens.",
        "Cobalt Strike 10.20.30.40 was the beacon.",
        "The user Domain Admin (da01) called LogonUser.",
        "Carbon Black (sensor) reported a process; Palo Alto 10.1.1.1 said no.",
        "The server at 203.0.113.9 belongs to Hong Kong hosters.",
        "Scattered Spider called helpdesks, Fancy Bear (G0007) clicked, Evil Corp told victims.",
        "It was reported by Palo Alto Networks, found by Trend Micro and Check Point (CP).",
        "Mr. Robot is a machine on the training site, and Dr. Web is a scanner.",
        "Why does Grafana Loki drop lines that Hadoop and Cassandra wrote?",
        "Benutzer Konto gesperrt, Mitarbeiter Passwort abgelaufen",
    ],
)
def test_what_looks_like_a_name_there_is_none(text: str) -> None:
    assert persons(text) == set()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Kontakt: Sabine Köhler oder Dieter Klein", {"Sabine Köhler", "Dieter Klein"}),
        ("J'ai parlé avec Camille Bernard ce matin.", {"Camille Bernard"}),
        ("Proszę zapytać panią Nowakowską o hasło", {"Nowakowską"}),
        ("Użytkownik Nowak zgłosił problem.", {"Nowak"}),
        ("Меня зовут Олег Сидоров и я не могу войти в почту.", {"Олег Сидоров"}),
        ("Ahoj, jmenuji se Radka Benešová.", {"Radka Benešová"}),
        ("Hej, jag heter Astrid Lindqvist.", {"Astrid Lindqvist"}),
        ("My name is Cassandra Miller.", {"Cassandra Miller"}),
    ],
)
def test_a_name_in_another_tongue_reaches_no_further(text: str, names: set[str]) -> None:
    assert persons(text) == names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("鈴木花子さんに連絡してください", "鈴木花子"),
        ("お世話になります。鈴木です。", "鈴木"),
        ("请转给李大伟先生处理", "李大伟"),
        ("员工李大伟报告了问题", "李大伟"),
        ("김철수 씨에게 연락하세요", "김철수"),
    ],
)
def test_a_name_before_an_honorific_is_one(text: str, name: str) -> None:
    assert persons(text) == {name}


@pytest.mark.parametrize("text", ["お客様のアカウント", "皆様へのお知らせ", "服务器先生成日志", "経理さん"])
def test_an_honorific_alone_names_nobody(text: str) -> None:
    assert persons(text) == set()


@pytest.mark.parametrize("text", ["Karte, gültig 09/28, CVC 737", "CPF 529.982.247-25", "PESEL 44051401359"])
def test_a_card_or_number_is_no_street(text: str) -> None:
    assert all(entity != "STREET_ADDRESS" for entity, _ in told(text))


def test_decomposed_letters_are_read_as_composed_ones() -> None:
    text = unicodedata.normalize("NFD", "José Núñez met Zdeněk Novák and Helena Dvořák yesterday.")
    assert {unicodedata.normalize("NFC", name) for name in persons(text)} == {
        "José Núñez",
        "Zdeněk Novák",
        "Helena Dvořák",
    }


def test_a_soft_hyphen_hides_no_name() -> None:
    assert persons("My name is Hel\u00adena Dvo\u200břáková.") == {"Hel\u00adena Dvo\u200břáková"}


def test_composing_keeps_every_place() -> None:
    part = composed(Part("Name: e\u0301\u00adx\u200b", 6, 10))
    assert part.text == "Name: éx"
    assert part.span(6, 7) == (10, 13)
    assert part.span(7, 8) == (13, 15)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"found": "I spoke with Sofia Lindqvist yesterday about the invoice."}', {"Sofia Lindqvist"}),
        ('{"line": "Dear Kenji Sharma, thank you for your call.", "n": [1, 2]}', {"Kenji Sharma"}),
        ('{"q": "Caf\\u00e9 at nine? Dear Irma Brandt, thank you for the call."}', {"Irma Brandt"}),
    ],
)
def test_prose_is_read_whatever_its_field_is_called(text: str, names: set[str]) -> None:
    assert persons(text) == names


def test_code_in_a_field_is_not_read() -> None:
    assert persons('{"block": "$Petra = Get-Item Malinova; foreach ($a in $b) { Remove-Item $a -Force }"}') == set()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("田中太郎が昨日メールを開きました。", "田中太郎"),
        ("昨日、佐藤花子から電話がありました。", "佐藤花子"),
        ("王小明说他点击了链接。", "王小明"),
        ("昨天李娜的电脑感染了病毒。", "李娜"),
        ("담당자 김민수가 메일을 열었습니다.", "김민수"),
        ("김민수 팀장에게 보고했습니다.", "김민수"),
    ],
)
def test_a_name_in_running_chinese_japanese_or_korean_is_one(text: str, name: str) -> None:
    assert name in persons(text)


@pytest.mark.parametrize(
    "text",
    [
        "中村工場が停止した。",
        "千葉県内は雨です。山口県内の端末、石川県警の発表。",
        "渡辺電機はログを消した。小林製薬の情報が漏れた。",
        "高管表示问题已解决，金融业表示关切，王国政府表示同意。",
        "马上登录系统，成功登录，安全的密码很重要，文件下载失败。",
        "사용자 정보가 유출, 관리자 권한이 필요, 사용자 인증을 위해, 담당자 연락처는 없음.",
        "사용자 이메일을, 사용자 전화를, 담당자 변경은, 관리자 서버에, 작성자 이름은.",
    ],
)
def test_firms_places_and_words_in_those_scripts_are_no_names(text: str) -> None:
    assert not {one for one in persons(text) if len(one) < 6}


def test_what_malware_and_institutions_are_called_is_no_person() -> None:
    text = (
        "Hello, here is what we know about DarkSide ransomware, says Karen Ponemon of the Ponemon Institute's research."
    )
    assert persons(text) == {"Karen Ponemon"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Reported by müller", "müller"),
        ("assigned to hofmann, still open", "hofmann"),
        ("Nguyễn Văn An, 王伟", "王伟"),
        ("Eva's manager is Tom", "Tom"),
        ("My boss was called Petra.", "Petra"),
    ],
)
def test_names_are_found_where_only_a_name_stands(text: str, name: str) -> None:
    assert name in persons(text)


@pytest.mark.parametrize(
    "text",
    [
        "reported by users of the VPN",
        "Reported by customers",
        "Reported by splunk",
        "closed by admin",
        "created by process",
        "approved by default",
        "防火墙, 高明, 方法",
        "王伟",
        "The manager is Online",
        "Its colleague is Windows",
    ],
)
def test_what_stands_where_a_name_might_is_none(text: str) -> None:
    assert persons(text) == set()
