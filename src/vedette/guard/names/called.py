"""Names that stand where only a name stands, whatever the register: what the tagger holds back in security prose.

Two capitalised words of which the lists of names know the first, beside an account, a bracket, an address, a role or a
verb of speech; a word after a title (``Mr.``, ``Mitarbeiterin``, ``panią``); a known surname in Chinese characters
before an honorific. Every pattern is bounded, so that the time grows with the text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from vedette.guard.names.features import Features
from vedette.guard.names.gazetteer import BIT, folded
from vedette.guard.names.trimmed import FOREIGN, LABELS, PRODUCTS, is_foreign


class Called(NamedTuple):
    """A name, half-open in its text."""

    start: int
    end: int
    score: float
    rule: str


_CAPITAL = r"[^\W\d_a-z][^\W\d_]{1,24}(?:['\u2019-][^\W\d_]{1,24}){0,2}"
_PAIR = re.compile(
    rf"(?<![\w@\\/.:-])({_CAPITAL})[ \t](?:[^\W\d_a-z]\.[ \t]|(?:de|da|van|von|del|di|la|der|bin)[ \t]){{0,2}}"
    rf"({_CAPITAL})(?![\w@\\/])"
)
_ONE = re.compile(rf"(?<![\w@\\/.:'\u2019-])({_CAPITAL})(?![\w@\\/-])")
_ROLE_BEFORE = re.compile(
    r"(?i)(?:^|[^\w-])(?:users?|employees?|colleagues?|staff member|analyst|engineer|manager|director|administrator|"
    r"admin|ciso|cio|ceo|cto|cfo|contractor|intern|researcher|officer|owner|assignee|requester|approver|reporter|"
    r"contact|customer|client|patient|caller|(?:ticket|e-?mail|mail|message|call) from|"
    r"(?:reported|found|discovered|opened|raised|approved|assigned|signed|written|handled|investigated|noticed|"
    r"escalated|"
    r"submitted|credited) (?:by|to)|(?:credentials|account|laptop|mailbox|workstation|computer|password|session) of|"
    r"belongs to|on behalf of|called|told|asked?|phoned|spoke (?:to|with)|talked to|interviewed|mitarbeiter(?:in)?|"
    r"kolleg(?:e|in|en)|benutzer(?:in)?|nutzer(?:in)?|herrn?|frau|użytkownik\w?|pracowni[kc]\w{0,3}|pani|panią|pana?|"
    r"utilisat(?:eur|rice)|employée?|collègue|poste de|usuari[oa]|emplead[oa]|utente|dipendente|collega|medewerker|"
    r"gebruiker|uživatel\w{0,2}|zaměstnan\w{1,3}|koleg\w{1,3})[:,]?[ \t]{1,2}$"
)
_ACCOUNT_BEFORE = re.compile(r"[\w.\\@-]{2,40}[ \t]?[(\[]$")
_ADDRESS_BEFORE = re.compile(
    r"(?<![\w.])(?:(?:\d{1,3}\[?\.\]?){3}\d{1,3}|[\w.+-]{1,40}@[\w.-]{3,40}\w)[ \t]{0,2}[-,;|:\t ][ \t]{0,2}$"
)
_CLOSES = re.compile(r"[)\]]")
_BESIDE_AFTER = re.compile(
    r"[ \t]{0,4}[-,;|:\t ][ \t]{0,2}[\[(<]?(?:\d{1,3}(?:\[?\.\]?)){3}\d{1,3}\b"
    r"|[ \t]?[(\[<][\w.@+\\-]{2,60}[)\]>]"
    r"|['\u2019]s (?:account|laptop|mailbox|workstation|computer|password|machine|session|credentials|manager|pc)\b"
)
_SPEAKS_AFTER = re.compile(
    r"[ \t](?:called|said|says|reported|clicked|asked|wrote|told|phoned|noticed|replied|confirmed|complained|forwarded|"
    r"answered|admitted|logged (?:in|on)|meldet|meldete|sagt|klickte|zgłosił|zgłosiła)\b"
)
_BY_SMALL = re.compile(
    r"(?i)(?:^|[^\w-])(?:(?:reported|raised|opened|requested|approved|escalated|submitted|assigned|created|"
    r"closed) (?:by|to)|gemeldet von|"
    r"signal[ée]e? par|zg[łl]oszone? przez)[:]?[ \t]{1,2}([^\W\d_]{3,25})(?![\w@\\/-]|[.'\u2019][\w])"
)
"""A surname in small letters, where a ticket says who."""
_WHOSE_IS = re.compile(
    r"(?i)(?:['\u2019]s|\b(?:my|his|her|their|our)) (?:line |direct |former |new )?(?:manager|boss|supervisor|"
    r"team ?lead|lead|superior|"
    r"deputy|assistant|colleague|wife|husband|spouse|partner|brother|sister|mother|father|son|daughter|friend|"
    r"neighbou?r|doctor) "
    r"(?:is|was) (?:called |named )?$"
)
_ASKED = frozenset("ask asked tell told thank thanks phoned dear hi hello".split())
_TITLE_BEFORE = re.compile(
    r"(?:^|[^\w.-])(?:(?:Mr|Mrs|Ms|Mx|Mme|Mlle|Herrn?|Frau|Monsieur|Madame|Mademoiselle|Señora?|Signora?|Sra|"
    r"Panią|panią|"
    r"Pani|pani|Pana|pana|Panu|panu|Paní|paní)|(Dr|Prof|Miss|Sr|Don|Pan|pan|Mitarbeiter(?:in)?|Kolleg(?:e|in|en)|"
    r"Benutzer(?:in)?|Nutzer(?:in)?|Użytkownik|Użytkowniczka|Pracownik|Pracownica|Uživatel|Utilisateur|Utilisatrice|"
    r"(?:de|à|par|avec|pour|et|chez|que|Bonjour) M))\.?[ \t]$"
)
_TITLES = frozenset(
    "mr mrs ms mx mme mlle herr herrn frau monsieur madame mademoiselle señor señora signor signora sra panią pani "
    "pana panu paní dr prof miss sr don pan mitarbeiter mitarbeiterin kollege kollegin kollegen benutzer benutzerin "
    "nutzer nutzerin użytkownik użytkowniczka pracownik pracownica uživatel utilisateur utilisatrice m".split()
)
"""What the pattern above ends with; looked at first, as it costs less."""
_NO_SURNAME = frozenset("robot web evil who no data service servers services group team admin user users".split())
_NO_PERSON = frozenset(
    ("hong kong", "tel aviv", "costa rica", "saint petersburg", "sierra leone", "santa clara", "san jose", "san diego",
     "victoria falls", "tierra del fuego", "santa monica", "santa barbara", "palo alto", "madison avenue")
)  # fmt: skip
"""Places whose words are names as well."""
_NO_GIVEN = frozenset(
    "may will grant hope chase crystal mark victor frank grace joy faith iris ruby jasmine sage summer autumn april "
    "june august dell case page rich bill drew rose star angel norton trend data tor java".split()
)
"""Given names that are words, months and makers as well: alone they say nothing."""

_SURNAMES_JA = (
    "佐藤 鈴木 高橋 田中 伊藤 渡辺 渡邊 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 清水 林 "
    "斎藤 斉藤 山崎 森 池田 橋本 阿部 石川 山下 中島 石井 小川 前田 岡田 長谷川 藤田 後藤 近藤 村上 遠藤 "
    "青木 坂本 福田 太田 西村 藤井 岡本 金子 藤原 中野 三浦 原田 中川 松田 竹内 小野 田村 中山 和田 石田 "
    "森田 上田 原 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 谷口 今井 工藤 高田 増田 丸山 杉山 村田 "
    "大塚 新井 小山 平野 藤本 河野 上野 野口 武田 松井 千葉 菅原 岩崎 久保 木下 佐野 野村 松尾 市川 菊地 "
    "杉本 古川 大西 島田 水野 桜井 渡部 高野 吉川 山内 西田 飯田 菊池 西川 小松 北村 安田 五十嵐 川口 平田 "
    "関 中田 久保田 服部 東 岩田 土屋 川崎 本田 樋口 永井 辻 秋山 田口 中西 吉村 川上 石原 大橋 松岡 馬場 "
    "浅野 荒木 大久保 熊谷 野田 小沢"
)
_SURNAMES_ZH = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万張劉陳楊黃趙吳孫馬"
    "鄭謝許韓馮鄧蕭蔣葉蘇呂盧鐘譚陸賈韋鄒閻"
)
_SURNAMES_KO = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허남심노하곽성차주우구민유나진지엄채원천방공현"
    "함변염여추도소석선설마길연위표명기반왕금옥육인맹제모"
)
_GIVEN_JA = (
    "郎子美太介輔夫男雄彦也哉之治司樹香恵奈里江代斗翔平誠哲真由花菜織穂希菜々織一二三明健隆浩博茂実進勇剛豊修学亮"
    "涼蓮陽葵結衣咲莉沙紀佳津枝"
)
"""What given names in Japanese mostly end with."""
_GIVEN_ZH = (
    "小明伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛超霞平刚桂红建国华志文玉梅海燕春飞鹏宇浩欣怡佳嘉雨子轩涵晨思婷雪琳倩丹凤兰"
    "峰龙波斌辉鑫凯俊毅博睿晓慧莉萍颖洁莹瑶璐蕾薇梦琪瑞宁安乐天泽源诗美淑雅雯振永德光荣亮伟健康成祥瑜"
)
"""What given names in Chinese are mostly made of."""
_SAYS_ZH = (
    r"(?=(?:说|表示|告诉|报告|反映|点击|登录|收到|发送|发来|打开|下载|来电|打电话|提交|申请|离职|入职|负责"
    r"|的(?:电脑|账号|账户|邮箱|密码|手机|电话|笔记本|工位|权限|邮件)))"
)
_GIVEN_KO = "민수지영현준서연은경희정호진우성훈혜미선주하윤재동상태철용숙순자나예원유아인석환규빈찬혁승기도형건이라람솔"
"""What given names in Korean are mostly made of."""
_HONOURS_KO = "씨|님|팀장|과장|부장|차장|대리|사원|이사|대표|교수|선생|주임|박사"
_CJK = re.compile(
    rf"(?P<ja>(?:{'|'.join(sorted(_SURNAMES_JA.split(), key=len, reverse=True))})[\u4e00-\u9fff]{{0,3}}"
    r"|[\u30a1-\u30fa\u30fc]{2,10})"
    r"(?=さん|様|氏|先輩|先生|殿|くん|君|部長|課長|です|と申します)"
    rf"|(?<![\u4e00-\u9fff])(?P<jg>(?:{'|'.join(one for one in _SURNAMES_JA.split() if len(one) > 1)})"
    rf"[\u4e00-\u9fff]{{0,2}}[{_GIVEN_JA}])(?=[はがのにをもと、。]|から|より|$)"
    rf"|(?P<zh>[{_SURNAMES_ZH}][\u4e00-\u9fff]{{1,2}}?)(?=先生|女士|小姐|经理|經理|老师|老師|主任|工程师|同事)"
    rf"|(?<=员工|用户|同事|姓名|我叫|我是|联系|同学)[:：]?(?P<ze>[{_SURNAMES_ZH}][\u4e00-\u9fff]{{2}})"
    rf"|(?:(?<![\u4e00-\u9fff])|(?<=[天请让给和与跟由被向对是叫找问]))(?P<zg>[{_SURNAMES_ZH}][{_GIVEN_ZH}]{{1,2}}){_SAYS_ZH}"
    rf"|(?P<ko>(?<![\uac00-\ud7a3])[{_SURNAMES_KO}][\uac00-\ud7a3]{{2}})(?=\s?(?:{_HONOURS_KO}))"
    rf"|(?<=[가-힣])(?<=사용자|담당자|작성자|신고자|요청자|관리자| 직원| 고객| 이름)[:은는이]?[ ]"
    rf"(?P<kg>[{_SURNAMES_KO}][{_GIVEN_KO}]{{2}})(?=[이가은는을를의과와도](?:[\s.,)]|$)|에게|(?<![이은])(?:[\s.,)]|$))"
)
_LISTED_ZH = re.compile(
    rf"(?<![\u3040-\u30ff\u4e00-\u9fff])(?P<zh>[{_SURNAMES_ZH}][{_GIVEN_ZH}]{{1,2}})(?![\u3040-\u30ff\u4e00-\u9fff])"
)
"""A name in Chinese characters that stands alone."""
_LIST_MARK = re.compile(r"[,;、，；&|\n]\s?$")
_LIST_MARK_AFTER = re.compile(r"\s?[,;、，；&|\n]")
_IN_LIST = re.compile(rf"(?:{_CAPITAL} ){{1,3}}{_CAPITAL}$|[{_SURNAMES_ZH}][\u4e00-\u9fff]?[{_GIVEN_ZH}]$")
_IN_LIST_AFTER = re.compile(
    rf"\s?(?:(?:{_CAPITAL} ){{1,3}}{_CAPITAL}|[{_SURNAMES_ZH}][\u4e00-\u9fff]?[{_GIVEN_ZH}](?![\u4e00-\u9fff]))"
)
_ROLE = 28
"""Characters before a name that a role may take."""
_LEFT = 48
"""Characters before a name that are looked at."""


def called(text: str, features: Features) -> Iterator[Called]:
    """Yield the names of a text that stand in such places, in order within each kind."""
    for match in _PAIR.finditer(text):
        first, last = match.group(1), match.group(2)
        if not (_proper(first) and _proper(last)) or not _is_full(first, last, features):
            continue
        start, end = match.span()
        before = text[max(0, start - _LEFT) : start]
        if text[start:end].lower() in _NO_PERSON:
            continue
        if _is_beside(text, before, end) or (_is_sure(first, last, features) and is_foreign(text, start, end)):
            yield Called(start, end, 0.9, "name-beside")
    for match in _ONE.finditer(text):
        word, start, end = match.group(1), *match.span()
        if not start or not _proper(word):
            if _SPEAKS_AFTER.match(text, end) and _proper(word) and _is_given(word, features):
                yield Called(start, end, 0.75, "given-name-speaks")
            continue
        before = text[max(0, start - _LEFT) : start]
        ahead = before[:-1].rpartition(" ")[2].strip(".,:()\t\n\"'").lower() if before[-1] in " \t" else ""
        title = _TITLE_BEFORE.search(before) if ahead in _TITLES else None
        if title is not None:
            if _is_surname(word, features, strictly=title.group(1) is not None):
                yield Called(start, end, 0.85, "name-after-title")
        elif ahead in ("is", "was", "called", "named") and _WHOSE_IS.search(before):
            if _is_surname(word, features, strictly=True) or _is_given(word, features):
                yield Called(start, end, 0.8, "name-of-kin")
        elif (ahead in _ASKED or _SPEAKS_AFTER.match(text, end)) and _is_given(word, features):
            yield Called(start, end, 0.75, "given-name-speaks")
    for match in _BY_SMALL.finditer(text):
        if match[1].islower() and _is_small_surname(match[1], features):
            yield Called(*match.span(1), 0.75, "name-reported")
    if not text.isascii():
        for match in _LISTED_ZH.finditer(text):
            if _is_listed(text, *match.span()):
                yield Called(*match.span(), 0.8, "name-listed")
        for match in _CJK.finditer(text):
            if match.lastgroup is not None:
                yield Called(*match.span(match.lastgroup), 0.85, "name-honoured")


def _is_listed(text: str, start: int, end: int) -> bool:
    """Return whether a name stands in a row with another."""
    mark = _LIST_MARK.search(text, max(0, start - 2), start)
    if mark is not None and _IN_LIST.search(text[max(0, mark.start() - 80) : mark.start()]):
        return True
    after = _LIST_MARK_AFTER.match(text, end)
    return after is not None and _IN_LIST_AFTER.match(text, after.end()) is not None


def _is_small_surname(word: str, features: Features) -> bool:
    """Return whether a word in small letters is a surname, and no word of the language, firm or place."""
    bits = _bits(word, features)
    if not bits & BIT["last"] or bits & (BIT["firm"] | BIT["city-big"] | BIT["country"]) or _is_word(word, features):
        return False
    return not bits & BIT["english"] or (not word.isascii() and bool(bits & BIT["last-common"]))


def _is_beside(text: str, before: str, end: int) -> bool:
    return bool(
        _BESIDE_AFTER.match(text, end)
        or (before[-1:] in ("(", "[") and _CLOSES.match(text, end) and _ACCOUNT_BEFORE.search(before))
        or (before[-1:] in (" ", "\t") and (_ROLE_BEFORE.search(before[-_ROLE:]) or _ADDRESS_BEFORE.search(before)))
        or _SPEAKS_AFTER.match(text, end)
    )


def _proper(word: str) -> bool:
    """Return whether a word is written as a name is: one capital, then small letters, by parts."""
    return word[0].isupper() and not word.isupper() and word.lower() not in LABELS


@lru_cache(maxsize=20_000)
def _bits(word: str, features: Features) -> int:
    bits = features.gazetteer.look_up(folded(word))
    if not bits and "-" in word:
        bits = features.gazetteer.look_up(folded(word.partition("-")[0]))
    return bits


def _is_word(plain: str, features: Features) -> bool:
    """Return whether a word is known to be none but a word, or a product."""
    return features.common.get(plain, 0) > 1 or plain in PRODUCTS or plain in FOREIGN or plain in _NO_SURNAME


def _is_full(first: str, last: str, features: Features) -> bool:
    given, family = first.lower(), last.lower()
    if _is_word(given, features) or _is_word(family, features):
        return False
    ahead, behind = _bits(first, features), _bits(last, features)
    if not ahead & (BIT["first-common"] if ahead & BIT["english"] or given in features.places else BIT["first"]):
        return False
    if behind & BIT["english"]:
        return bool(behind & BIT["last-common"])
    return bool(behind & (BIT["last"] | BIT["first"])) or not (
        behind & (BIT["city-big"] | BIT["country"]) or family in features.places
    )


def _is_sure(first: str, last: str, features: Features) -> bool:
    """Return whether the lists know both words for what they stand for."""
    return bool(_bits(first, features) & BIT["first-common"] and _bits(last, features) & BIT["last"])


def _is_surname(word: str, features: Features, *, strictly: bool) -> bool:
    plain, bits = word.lower(), _bits(word, features)
    if plain in _NO_SURNAME or plain in FOREIGN or (strictly and plain in PRODUCTS):
        return False
    if not strictly:
        return True
    if _is_word(plain, features) or bits & BIT["english"]:
        return False
    return bool(bits & (BIT["last"] | BIT["first"]))


def _is_given(word: str, features: Features) -> bool:
    plain = word.lower()
    if len(word) < 3 or plain in _NO_GIVEN or _is_word(plain, features):
        return False
    return bool(_bits(word, features) & BIT["first-common"])
