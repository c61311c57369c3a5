"""What a range of names holds too much: function words of other tongues, words written small, products.

The tagger learnt English. In German, French or Polish it takes a verb beside a name for a part of it; a sentence in
another script, for one name. A range is cut at such words, and what remains is one name or several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

FOREIGN = frozenset(
    # German
    "ich du er sie wir ihr mich dich sich uns euch mir dir ihm ihnen mein meine meinen meiner dein deine deinen sein "
    "seine ihre ihren unser unsere und oder aber nicht ist sind bin bist habe haben hat wird wurde werden kann können "
    "bitte mit nach bei für auf aus über unter zum zur vom beim der das des dem ein eine einen einem einer auch noch "
    "nur wenn dass wie wo warum wende wenden heiße heisse gehört hallo danke heute gestern morgen "
    # French
    "je tu il elle nous vous ils elles moi toi mon ma mes ton tes ses notre votre leur et ou mais est sont suis "
    "été avec pour dans sur sous chez par les une des du au aux ce cette ces qui que quoi ne pas plus très bonjour "
    "merci parlé matin soir hier aujourd'hui avez ont sommes êtes "
    # Spanish, Portuguese, Italian
    "yo él ella nosotros usted ustedes mi mis tu tus su sus nuestro y o pero es son soy está están con para por en "
    "sobre el los las un una que no hola gracias eu ele ela meu minha seu sua com em não são estou obrigado "
    "olá io lui lei mio mia suo sua sono è con per nel nella ciao grazie "
    # Polish, Czech
    "ja ty on ona my wy jest są jestem mój moja moje się nie tak ale lub albo oraz przez przy dla od pod nad proszę "
    "dzień dobry zapytać hasło jsem jsi jsou můj moje není nebo ale pro při prosím děkuji "
    # Dutch, Swedish
    "ik jij hij wij mijn jouw zijn haar ons onze niet maar voor met naar het een och eller inte är jag mitt min "
    # Russian, Ukrainian, Greek, Hebrew, Arabic
    "я ты он она мы вы они меня мне мой моя и или но не в на с по для от до из за что зовут пожалуйста здравствуйте "
    "привет hej ahoj cześć čau salut jmenuji nazywam jmenuju heter heet "
    "мене звати мій і та εγώ με λένε μου και δεν να το η ο στο για από είναι שמי אני ואני הוא היא לא את של על עם "
    "اسمي أنا هو هي لا في من على مع إلى".split()
) - frozenset("o my no on tu mi min ton met son don er en y an has".split())
"""Words that are no part of a name and no English word."""
LABELS = frozenset(
    "adresse nummer telefon telefonnummer benutzer benutzerin nutzer nutzerin mitarbeiter mitarbeiterin kollege "
    "kollegin passwort kennwort karte konto utilisateur utilisatrice adresse téléphone usuario usuaria dirección "
    "direccion teléfono contraseña correo użytkownik użytkowniczka użytkownika pracownik adres hasło "
    "uživatel uživatelka heslo endereço utente indirizzo gebruiker medewerker sehr geehrte geehrter herr frau "
    "monsieur madame".split()
)
"""What a name is written beside."""
_SPEAKS = frozenset(
    "ich meine mein ist bin est mon ma je suis mój moja jest jestem meu minha sono jsem mijn ik".split()
)
PARTICLES = frozenset(
    "von van vom zu zur de del della di da das do dos du des la le el al bin ibn abu ben ten ter den der af av und "
    "e y i st d l o mc mac".split()
)
_BEGIN = frozenset("el los las les des du das der são mia ty nach dem het et min una sous ella".split())
"""Function words that begin a name where they are written large."""
_GIVEN = frozenset("mia ty ella".split())
"""Function words that are given names as well."""
PRODUCTS = frozenset(
    "grafana loki hadoop cassandra kafka jenkins docker kubernetes elastic elasticsearch kibana logstash prometheus "
    "ansible puppet terraform vagrant consul jira confluence tomcat splunk zabbix nagios django redis mongodb mariadb "
    "postgres postgresql oracle bamboo gerrit gitea gitlab github traefik envoy istio thanos wazuh zeek suricata snort "
    "metasploit mimikatz hive spark flink hbase zookeeper airflow nginx podman rancher opensearch graylog "
    "influxdb telegraf jaeger fluentd fluentbit keycloak okta hudson maven tempo mimir rubeus bloodhound sliver".split()
)
"""Products that are written as names are; some are given names or surnames as well."""
_TECHNICAL = re.compile(
    r"(?i)\b(?:clusters?|nodes?|databases?|servers?|logs?|dashboards?|quer(?:y|ies)|instances?|pods?|containers?|metrics|"
    r"pipelines?|plugins?|agents?|alerts?|indices|index|jobs?|builds?|replicas?|keyspaces?|deploy\w*|install\w*|"
    r"config\w*|version|upgrade\w*|cve-\d+\S*)\b"
)
_NO_STREET = re.compile(
    r"(?i)(?:gültig|gueltig|valid|valable|válid[oa]|ważna|expir\w*|exp|cvc2?|cvv2?|cpf|cnpj|nir|iban|bic|pin|tan|dni|nif|"
    r"nie|rut|curp|rfc|pesel|nip|regon|ičo|dič|ust-?id\w*|steuer\w*|tel\w*|fax|mobil\w*|ssn|vat|siret|siren|bsn|"
    r"karte|card|carte|tarjeta|konto\w*|account|compte)\b[^A-Za-z]*"
)
_MONTH = re.compile(r"\w*\W{0,3}(?:0[1-9]|1[0-2])\s?/\s?(?:20)?\d\d")
_MOST_UNCASED = 4
"""Words of a name in a script without capitals."""
_LONGEST_UNSPACED = 8
"""Characters of a name in Chinese or Japanese characters; what is longer is a sentence."""
_HIRAGANA = re.compile("[\u3041-\u309f]")
_MOST_HIRAGANA = 3
"""Of a name; more of them are a verb's ending."""
_NEAR = 120
"""Characters to each side that tell which tongue is written."""


def kept(text: str, kind: str, words: Sequence[tuple[int, int]], known: Sequence[bool]) -> list[tuple[int, int]]:
    """Return which runs of a range's words are the name: half-open places in ``words``, in order.

    ``known`` says of each word whether a list of names holds it.
    """
    whole = [(0, len(words))]
    if kind == "STREET_ADDRESS":
        return [] if _is_no_street(text, words) else whole
    if kind not in ("PERSON", "LOCATION"):
        return whole
    marks = "".join(_mark(text, start, end) for start, end in words)
    if "N" not in marks and ("U" not in marks or "x" in marks):
        if "x" not in marks and "f" not in marks:
            return whole
        if not _has_capitals(text, words) and ("f" not in marks or "x" in marks):
            return whole
        foreign = "f" in marks or not text.isascii() or is_foreign(text, words[0][0], words[-1][1], least=1)
        return whole if any(known) and not foreign else []
    if kind == "PERSON" and (_is_product(text, words) or _is_body(text, words)):
        return []
    if "x" not in marks and "f" not in marks and marks.count("U") <= _MOST_UNCASED:
        return whole
    if kind == "LOCATION":
        low, high = 0, len(marks)
        while marks[low] in "fp":
            low += 1
        while marks[high - 1] in "fp":
            high -= 1
        return [(low, high)] if marks.count("U") <= _MOST_UNCASED else []
    found = []
    at = 0
    while at < len(marks):
        if marks[at] not in "NU":
            at += 1
            continue
        first = at
        while first and marks[first - 1] == "p" and text[words[first - 1][0]].isalpha():
            first -= 1
        last = at
        while at < len(marks) and marks[at] in "NUp":
            last = at if marks[at] in "NU" else last
            at += 1
        alone = text[words[first][0] : words[last][1]].lower()
        if marks.count("U", first, last + 1) <= _MOST_UNCASED and (alone not in FOREIGN or alone in _GIVEN):
            found.append((first, last + 1))
    return found


def _mark(text: str, start: int, end: int) -> str:
    """Return what a word is: a name's, one without case, a particle or mark, a function word, or one written small."""
    word = text[start:end]
    plain = word.lower()
    if not word[0].isalpha() or word == "'s" or (start and text[start - 1] == "-"):
        return "p"
    if plain in PARTICLES and word == plain:
        return "p"
    if word != plain and (plain in _BEGIN or (word.isupper() and len(word) == 2)):
        return "N"
    if plain in LABELS or plain in FOREIGN:
        return "f"
    if word[0].isupper() or word[0].istitle():
        return "N"
    if word[0].islower():
        return "N" if any(c.isupper() for c in word) else "x"
    unspaced = "\u3040" <= word[-1] <= "\u9fff"
    return "f" if unspaced and (len(word) > _LONGEST_UNSPACED or len(_HIRAGANA.findall(word)) > _MOST_HIRAGANA) else "U"


def _has_capitals(text: str, words: Sequence[tuple[int, int]]) -> bool:
    around = text[max(0, words[0][0] - _NEAR) : words[-1][1] + _NEAR]
    return any(c.isupper() for c in around)


def is_foreign(text: str, start: int, end: int, *, least: int = 2) -> bool:
    """Return whether so many function words of another tongue than English stand near a range."""
    around = text[max(0, start - _NEAR) : end + _NEAR].lower()
    return sum(word.strip(".,;:!?()\"'") in FOREIGN for word in around.split()) >= least


def _is_product(text: str, words: Sequence[tuple[int, int]]) -> bool:
    """Return whether all words name products, where two do or the words beside speak of machines."""
    named = [text[start:end].lower() for start, end in words if text[start].isalpha()]
    if not named or not all(word in PRODUCTS for word in named):
        return False
    if len(named) > 1:
        return True
    around = text[max(0, words[0][0] - 60) : words[0][0]] + " " + text[words[-1][1] : words[-1][1] + 60]
    return bool(_TECHNICAL.search(around)) or any(
        word.strip(".,;:!?()\"'").lower() in PRODUCTS for word in around.split()
    )


_MALWARE = re.compile(
    r"['\u2019]?s?[ ](?:ransomware|malware|trojan|backdoor|botnet|(?:info)?stealer|loader|dropper|downloader|rootkit|"
    r"worm|wiper|spyware|keylogger|implant|exploit[ ]kit|RAT|ransom[ ]note|payload|samples?|affiliates?|operators|"
    r"infections?)\b"
)
_BODY = re.compile(
    r"(?:Institute|University|Foundation|Ministry|Agency|Laboratory|Laboratories|Labs|Academy|Council|Committee|Commission|"
    r"Association|Consortium|Corporation|Ltd|Inc|GmbH|Technologies|Solutions|Security|Software|Systems)\.?"
)
"""What the name of no person ends with."""


def _is_body(text: str, words: Sequence[tuple[int, int]]) -> bool:
    """Return whether a range names malware, as the word behind it says, or an institution, as its last word says."""
    start, end = words[-1]
    return bool(_MALWARE.match(text, end)) or (len(words) > 1 and bool(_BODY.fullmatch(text, start, end)))


def _is_no_street(text: str, words: Sequence[tuple[int, int]]) -> bool:
    value = text[words[0][0] : words[-1][1]].strip(" \t\n,;:()")
    if _NO_STREET.fullmatch(value) or _MONTH.fullmatch(value):
        return True
    return any(text[start:end].lower() in _SPEAKS for start, end in words)
