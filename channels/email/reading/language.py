"""Which language a letter is in, by its script and its smallest words. A guess for routing and templates, no more."""

import re
from collections import Counter
from functools import cache
from importlib.resources import files

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3041-\u309f\u30a1-\u30fa\u30fc\uff66-\uff9d]")),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff\u3130-\u318f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
_LATIN = re.compile(r"[^\W\d_]+")
_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
# The smallest words of each, those left out that several share.
_SMALL = {
    "en": "the and you for is are this have my with not please your was we it that of to be would will can from hello thanks order what when how why but has been i'm do does",
    "de": "der die das und ich nicht ist sie mit für auf ein eine wir haben bitte ihre meine dem den zu von wie danke hallo noch auch sehr kann habe wird bei nach aber oder einen",
    "fr": "le la les et je vous est pas pour une des dans que nous avec votre mon ma sur merci bonjour ai ce cette du mais avez être plus au aux qui",
    "es": "el los las y que no por para una con mi su es del gracias hola pero está tengo muy como más se lo he usted pedido quiero cuando buenos",
    "it": "il gli che non per una con mio sono del della grazie ciao buongiorno ho ordine è di ma anche vostro questo nel alla ordini vorrei più quando",
    "pt": "o os as que não por para uma com meu sua é do da obrigado olá mas está tenho muito como mais se você pedido quero quando bom ao em",
    "nl": "de het een en ik niet is voor met van op wij hebben uw mijn bedankt hallo maar ook kan heb naar zijn dat deze graag bestelling wanneer geen",
    "sv": "och jag inte är det att för med har på en ett vi ni min tack hej men från till av som kan när",
    "da": "og jeg ikke er det at for med har på en et vi min tak hej men fra til af som kan når hvad",
    "pl": "nie jest się na do że z w i to proszę dziękuję moje jak ale czy mam od dzień dobry zamówienie",
    "tr": "ve bir bu için ile değil ben siz var yok teşekkürler merhaba ama çok sipariş nasıl ne",
    "cs": "a je se na že to v s do ne jsem prosím děkuji dobrý den ale jak objednávka mám",
    "id": "yang dan saya tidak ini untuk dengan anda terima kasih ada di ke dari pesanan sudah belum",
}  # fmt: skip
_TRADITIONAL_WORDS = ("請問", "您好，請", "郵件", "訂單", "軟體", "資訊", "網路")
_LONGEST = 6_000


def language_of(text: str) -> str:
    """A code such as "zh-TW", "zh-CN", "ja", "en"; "" where nothing tells."""
    sample = re.sub(r"https?://\S+|\S+@\S+", " ", text[:_LONGEST])
    han = len(_HAN.findall(sample))
    counts = {code: len(pattern.findall(sample)) for code, pattern in _SCRIPTS}
    wide = han + counts["ja"] + counts["ko"]
    latin = _LATIN.findall(sample.lower())
    if wide and wide * 2 >= len([word for word in latin if word.isascii()]):
        return _eastern(sample, han, counts)
    best = max(counts, key=lambda code: counts[code])
    letters = sum(len(word) for word in latin if word.isascii() or "\u00c0" <= word[0] < "\u0250")
    if best not in {"ja", "ko"} and counts[best] > max(3, letters // 2):
        return "uk" if best == "ru" and len(_UKRAINIAN.findall(sample)) * 30 > counts["ru"] else best
    return _western(sample, latin)


def _eastern(sample: str, han: int, counts: dict[str, int]) -> str:
    if counts["ko"] > max(han, counts["ja"]):
        return "ko"
    # an address or a name in kana does not make a Chinese letter Japanese
    if counts["ja"] * 8 > han + counts["ja"]:
        return "ja"
    traditional, simplified = _tables()
    more = sum(letter in traditional for letter in sample) - sum(letter in simplified for letter in sample)
    return (
        "zh-CN"
        if more < 0 or (more == 0 and not any(word in sample for word in _TRADITIONAL_WORDS))
        else "zh-TW"
    )


@cache
def _tables() -> tuple[frozenset[str], frozenset[str]]:
    """The characters of one way of writing alone, from the table by which search takes both for one."""
    lines = (files("crm_core.search") / "hanzi.txt").read_text(encoding="utf-8").splitlines()
    before, after = (line for line in lines if not line.startswith("#"))
    return frozenset(before) - frozenset(after), frozenset(after) - frozenset(before)


def _western(sample: str, words: list[str]) -> str:
    if len(_VIETNAMESE.findall(sample)) * 12 > len(words) > 0 and re.search(
        r"[ăđơưạấầậếềệộớờợ]", sample, re.IGNORECASE
    ):
        return "vi"
    known = _small()
    scores = Counter(code for word in words for code in known.get(word, ()))
    best, hits = next(iter(scores.most_common(1)), ("", 0))
    return best if hits * 12 >= len(words) > 0 else ""


@cache
def _small() -> dict[str, list[str]]:
    """The languages of each small word."""
    found: dict[str, list[str]] = {}
    for code, words in _SMALL.items():
        for word in words.split():
            found.setdefault(word, []).append(code)
    return found
