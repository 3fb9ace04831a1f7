"""A guess at the language of a text from its most common words."""

from __future__ import annotations

from undersigned.appeals.markup.words import words

COMMON = {
    "es": (
        "el la los las de del que y en un una por para con no se su sus lo como más pero al este "
        "esta le ha es usted"
    ),
    "fr": (
        "le la les de du des que et en un une pour par avec ne pas se sa ses ce comme plus mais au "
        "cette est vous il"
    ),
    "en": (
        "the of and to in a that is was for with not it his be as but this have you he are from "
        "which we my your"
    ),
    "de": (
        "der die das und in den von zu mit nicht ein eine ist im auf für sich dem des auch als er "
        "wir sie ich daß dass"
    ),
    "it": (
        "il la i gli le di del che e in un una per con non si suo della come più ma al questo "
        "questa è lei sono nel"
    ),
    "pt": (
        "o a os as de do da que e em um uma por para com não se seu sua como mais mas ao este esta "
        "é você no na dos"
    ),
    "ca": (
        "el la els les de del que i en un una per amb no es seu seva com més però al aquest aquesta "
        "és vostè ha dels"
    ),
}
COMMON_WORDS = {lang: set(line.split()) for lang, line in COMMON.items()}
NAMES = {
    "es": "castellano español espagnol spanish spanischen spagnolo espanhol castellà espanyol",
    "fr": "francés français french französischen francese francês francès",
    "en": "inglés anglais english englischen inglese inglês anglès",
    "de": "alemán allemand german deutschen tedesco alemão alemany",
    "it": "italiano italien italian italienischen italià",
    "pt": "portugués portugais portuguese portugiesischen portoghese português portuguès",
    "ca": "catalán catalan katalanischen catalano catalão català",
    "ru": "ruso russe russian russischen russo rus",
    "ar": "árabe arabe arabic arabischen arabo àrab",
    "pl": "polaco polonais polish polnischen polacco polonês",
}
CODES = {name: code for code, line in NAMES.items() for name in line.split()}


def guess(text: str, *, evidence: float = 2) -> str:
    """The language code, or nothing where the words do not tell."""
    arabic = sum(1 for character in text if "\u0600" <= character <= "\u06ff")
    if arabic * 2 > sum(1 for character in text if character.isalpha()):
        return "ar"
    # One evidence a word form, weighted by rarity: "de" is common to five languages, "amb" to one.
    found = [word.lower() for word in words(text[:20_000])]
    shared = {word: sum(word in common for common in COMMON_WORDS.values()) for word in set(found)}
    scores = {
        lang: sum(1 / shared[word] for word in found if word in common)
        for lang, common in COMMON_WORDS.items()
    }
    best, second = sorted(scores, key=lambda lang: scores[lang], reverse=True)[:2]
    return best if scores[best] >= evidence and scores[best] > scores[second] * 1.15 else ""
