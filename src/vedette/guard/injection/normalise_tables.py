"""Characters that look like Latin letters, characters that cannot be seen, and words that disguises are undone for."""

from __future__ import annotations


def _pairs(looks: str, means: str) -> dict[str, str]:
    return dict(zip(looks, means, strict=True))


ALWAYS: dict[str, str] = {
    **_pairs("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢꞯ", "abcdefghijklmnopqrstuvwyzq"),
    **_pairs("đðħıłøŧƀɨʉɇɍʝɏɉƶɖɗƒɠɦƙɬɱɲƞƥɽʂƭʋⱳʐɑɡɩɾ", "ddhilotbiuerjyjzddfghklmnnprstvwzagir"),
    **_pairs("ØŁĐÐĦŦİƁƇƊƑƓƘƝƤƬƲ", "olddhtibcdfgknptv"),
    **{"ß": "ss", "ẞ": "ss", "æ": "ae", "œ": "oe", "þ": "th", "Æ": "ae", "Œ": "oe", "Þ": "th"},
    **_pairs("‘’‚‛′´ʼ", "'''''''"),
    **_pairs("“”„‟″«»", '"""""""'),
    **_pairs("‐‑‒–—―−⁃", "--------"),
    **_pairs("∣ǀ⁄∕∗⋆•·∙⸱", "||//**...."),
    **_pairs("\u2800\u2028\u2029\u0085", " \n\n\n"),
}
"""What stands for a Latin letter or an ASCII mark whatever is beside it; NFKC maps the rest of that kind."""

LOOKALIKES: dict[str, str] = {
    **_pairs("аеорсухіјѕԁԛԝһӏкмтвнгпиьёїүө", "aeopcyxijsdqwhlkmtbhrnubeiyo"),
    **_pairs("АЕОРСУХІЈЅԀԚԜҺӀКМТВНЗ", "aeopcyxijsdqwhlkmtbhz"),
    **_pairs("αβγδεζηικλμνοπρστυχωάέήίόύϲϳ", "abydezniklmvonpotuxwaeniouc" + "j"),
    **_pairs("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx"),
    **_pairs("օսհոցզքյԱԼՏՍՕ", "ouhngqpjulsuo"),
    **_pairs("ᎪᎠᎡᎢᎥᎫᎳᎷᎬᎻᎽᏀᏃᏚᏞᏟᏢᏦᏴᏙ", "adrtijwmehygzslcpkbv"),
    **_pairs("ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "bpdtgkjczfmnlsrvhwxyaeiou"),
}
"""Cyrillic, Greek, Armenian, Cherokee and Lisu letters, mapped only in words that pretend to be Latin."""

LOOKALIKES |= {
    letter.upper(): latin
    for letter, latin in LOOKALIKES.items()
    if len(letter.upper()) == 1 and letter.upper() not in LOOKALIKES
}

LOOSE = frozenset("пигьёїПИГЬЁЇ")
"""Those that look like nothing Latin at a second glance: read so beside Latin letters alone."""

OTHER_SCRIPTS = "\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f\u0531-\u0587\u13a0-\u13f5\ua4d0-\ua4f7"
"""Ranges of the scripts of :data:`LOOKALIKES`, for a character class."""

INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters without a picture, for a character class."""

MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Marks that are laid over any letter; the vowel signs of Indic and the points of Semitic scripts are none of them."""

LEET: dict[str, str] = {
    **_pairs("01345789@$!|+€£¡26(", "oieastbgasiltelizgc"),
}
"""Digits and marks that stand for letters."""

WORDS: frozenset[str] = frozenset(
    """
    ignore ignoring ignored disregard disregarding forget forgetting override overriding bypass bypassing previous
    prior preceding earlier above before former initial original foregoing all any every the your you my our their
    this that these those it its instruction instructions directive directives rule rules guideline guidelines prompt
    prompts command commands order orders policy policies restriction restrictions limitation limitations safety
    filter filters guardrail guardrails context system message messages developer mode admin administrator root sudo
    debug maintenance jailbreak jailbroken unrestricted uncensored unfiltered unlimited evil reveal show print output
    display repeat write tell give say said reply respond response answer answers send forward email delete remove
    transfer execute run call invoke open visit click download upload password passwords secret secrets key keys
    token tokens credential credentials account accounts access grant user users assistant model language artificial
    intelligence act pretend roleplay play role character persona imagine hypothetical story novel fiction
    now today instead only just never always must should will shall can could would may not no dont do does did done
    anything everything nothing something without with within about against from into onto over under after then than
    and or but if else when where while who what which why how please important urgent attention warning note new
    following below here there other another first second last next begin begins start starts end stop continue make
    build create explain describe provide list steps step detailed details guide tutorial method methods bomb weapon
    weapons drug drugs explosive explosives poison malware virus ransomware exploit hack hacking hacked steal kill
    harmful illegal dangerous unethical content information data file files text word words sentence question
    questions translate decode encode hello world free yes okay sure for are is was were be been have has had
    get got let lets use using used want need help know like as in on at of to by me we us he she they them him her
    his out up so too very more most full complete confidential hidden internal
    """.split()
)
"""Words for whose sake disguises are undone: what orders to a model are made of."""

SINGLE = frozenset("ai")
"""Words of one letter that a joined line may be cut into."""
