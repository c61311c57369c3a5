"""Which natural language a text is in, or none where that cannot be told (code, tables, a few words).

Scripts that one language uses decide by themselves; Latin and Cyrillic text is told by its function words, which make
up a third of any prose and hardly any of code. A text with fewer than three of them in the best language, or no clear
lead over the second, stays unknown. Only the first 2,000 characters are looked at. About 60 µs a text.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import filterfalse

_HEAD_CHARS = 2000
_MIN_HITS = 3
_MIN_SHARE = 0.12
"""Function words among the words: prose has 0.3 to 0.5, source code under 0.1."""
_MIN_LEAD = 1.25
"""Best language's hits over the second's."""

_WORD = re.compile(r"[^\W\d_]{2,}|(?<!\S)[^\W\d_](?!\S)")
"""A single letter is a word only between spaces: ``V4.0`` and ``i-Release`` hold none."""

_VALUE = re.compile(r"\w[.@/\\:_=(\[{]+(?:dot|at)?[.)\]}]*\w")
"""In a host, an address or a path: ``com`` is Portuguese for "with", and no word in ``evil[.]com``."""

_FUNCTION_WORDS = {
    "en": "the of and to a in is that for it as was with be by on not he his at are this have from or had an they "
    "which you were "
    "their been has would there what will if can all her when who more no out so said about up into than them "
    "its only some could these may then do any such via when does did after before allows could should using used",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er "
    "hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis "
    "mehr durch man sein wurde wenn können diese dieser kann ich wir",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont la avec ou "
    "son cette être ont été aux mais comme nous leur sa ses fait peut même elle si tout deux aussi ces lui je vous",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin "
    "sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque puede",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu "
    "sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos são",
    "it": "di e il la che in un a per è una sono con non si da come le dei nel alla più ha al del della gli anche lo "
    "questo ma o i delle se dal dalla nella loro ci essere tra stato sua suo cui quando degli può hanno",
    "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als dan maar bij of uit nog worden door "
    "naar heeft hebben over ze zich wordt was kan meer deze al zo geen tot had je hij wel dit onder wat",
    "pl": "w i na z do się nie że to jest o jak przez od po za co ale dla ma są tak może tego jego był oraz tym już "
    "jako które który czy tylko przy która będzie było ich pod został można",
    "sv": "och i att det som en på är av för med den till inte har de om ett men var från jag kan så vid nu när eller "
    "också under han efter ska hade där alla denna sig",
    "da": "og i at det er en til af på de med for der den ikke som har et men om fra var han kan jeg så også når eller "
    "efter ved skal blev over mod sig deres være bliver",
    "no": "og i det er på som en til av for at med har de ikke den om et men fra var han kan jeg så også når eller "
    "etter ved skal ble over mot seg deres være blir",
    "fi": "ja on ei se että oli hän ovat mutta kun kuin myös joka niin tai sen mukaan jos vain sekä voi olla ollut "
    "tämä mitä jo ne kanssa ole hänen sitä",
    "cs": "a se v na je že s z do o to i k ve pro za by ale jsou jako po od při tak jeho si byl které který která "
    "jsem než podle bylo nebo být už také může",
    "ro": "de și în a la cu o pe nu un care să din ce mai este pentru au fi că sunt al se prin după sau fost dar ca "
    "lui această sa ale între poate",
    "hu": "a az és hogy nem is egy ez meg de volt van csak ha mint már ki el még azt vagy ezt amely után által lehet "
    "minden több majd pedig kell között",
    "tr": "ve bir bu da de için ile olarak çok daha olan gibi kadar en ne var sonra değil ama o her ya mi diye göre "
    "olduğu tarafından ise ancak veya",
    "id": "yang dan di dengan untuk dari ini pada dalam itu tidak adalah akan ke oleh dapat juga atau sebagai telah "
    "mereka lebih ada karena bisa kami tersebut",
    "vi": "và của là có cho không được trong một các với những này để người đã khi từ đến như ra cũng trên về tại "
    "phải thể",
    "ru": "и в не на что с по как он это из к у за от о его но для же все так было бы мы вы то если или она они при "
    "быть который которые которая были был была их чтобы когда нет этот эта эти его её под без уже может только также",
    "uk": "і в не на що з та до у за як від це про його для але або є був вони який при бути може також якщо що "
    "вже під час",
    "bg": "и на да в се от за не с че са по е като до това при или но са ще след те беше както което който може",
}

_INDEX: dict[str, tuple[str, ...]] = {}
for _code, _words in _FUNCTION_WORDS.items():
    for _word in set(_words.split()):
        _INDEX[_word] = (*_INDEX.get(_word, ()), _code)

_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
_PERSIAN = re.compile("[\u067e\u0686\u0698\u06af\u06cc]")


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language, or None where it cannot be told."""
    head = text[:_HEAD_CHARS]
    if not head.isascii():
        letters = sum(map(str.isalpha, head))
        for code, script in _SCRIPTS:
            n = len(script.findall(head))
            # Japanese is written with Chinese characters between its own
            if n >= 4 and n > (0.1 if code == "ja" else 0.5) * letters:
                return "fa" if code == "ar" and len(_PERSIAN.findall(head)) * 40 > n else code
    low = head.casefold()
    words = _WORD.findall(low)
    said = words if _VALUE.search(low) is None else _WORD.findall(" ".join(filterfalse(_VALUE.search, low.split())))
    hits: dict[str, int] = {}
    for word, n in Counter(filter(_INDEX.__contains__, said)).items():
        for code in _INDEX[word]:
            hits[code] = hits.get(code, 0) + n
    if not hits:
        return None
    ranked = sorted(hits.items(), key=lambda item: (-item[1], item[0]))
    best, n_best = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0
    if n_best < _MIN_HITS or n_best < _MIN_SHARE * len(words) or n_best < _MIN_LEAD * second:
        return None
    return best
