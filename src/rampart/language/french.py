"""French names in a sentence: the article and the preposition that go with the name of a works or a line.

A name that begins with a common noun takes its article and a small letter ("extension des usines européennes de poudre",
"commande à l'atelier de Bourges"); a proper name is that of a site
("extension du site de Troy", "commande au site d'Eurenco Bergerac").
"""

from __future__ import annotations

import re
from typing import NamedTuple

FEMININE, MASCULINE = "f", "m"
NOUNS = {
    "aciérie": FEMININE, "cartoucherie": FEMININE, "chaîne": FEMININE, "fabrique": FEMININE, "fonderie": FEMININE,
    "forge": FEMININE, "ligne": FEMININE, "manufacture": FEMININE, "poudrerie": FEMININE, "raffinerie": FEMININE,
    "unité": FEMININE, "usine": FEMININE, "arsenal": MASCULINE, "arsenaux": MASCULINE, "atelier": MASCULINE,
    "centre": MASCULINE, "chantier": MASCULINE, "dépôt": MASCULINE, "établissement": MASCULINE, "site": MASCULINE,
}  # fmt: skip
"""Common nouns with which names of places of production begin."""
BEFORE = {
    "ancien",
    "ancienne",
    "autre",
    "grand",
    "grande",
    "nouveau",
    "nouvelle",
    "petit",
    "petite",
    "premier",
    "première",
}
"""Adjectives that may stand before them."""
_VOWEL = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]", re.IGNORECASE)


class Forms(NamedTuple):
    """A name in a sentence: alone, after "de", after "à"."""

    alone: str
    of: str
    to: str


def forms(name: str) -> Forms:
    """The forms of a name."""
    words = [re.sub(r"\W+$", "", word).lower() for word in name.split()]
    lead = 1 if words and _one(words[0]) in BEFORE else 0
    noun = words[lead] if len(words) > lead else ""
    gender = NOUNS.get(noun) or NOUNS.get(_one(noun))
    if gender is None:
        several = f"{name.partition(' (')[0]} ".split(" et ")
        if (
            len(several) > 1 and "," not in several[0] and all(place[:1].isupper() for place in several)
        ):  # that work as one
            rest = name[len(" et ".join(several)) - 1 :]
            sites = "sites " + " et ".join(_of(place.strip()) for place in several) + rest
            return Forms(name, f"des {sites}", f"aux {sites}")
        return Forms(name, f"du site {_of(name)}", f"au site {_of(name)}")
    small = name[:1].lower() + name[1:]
    if (noun[-1] in "sx" and noun not in NOUNS) or noun.endswith("aux"):
        return Forms(f"les {small}", f"des {small}", f"aux {small}")
    if _VOWEL.match(small):
        return Forms(f"l’{small}", f"de l’{small}", f"à l’{small}")
    if gender == FEMININE:
        return Forms(f"la {small}", f"de la {small}", f"à la {small}")
    return Forms(f"le {small}", f"du {small}", f"au {small}")


def _of(name: str) -> str:
    """A proper name after "de"."""
    return f"d’{name}" if _VOWEL.match(name) else f"de {name}"


def _one(word: str) -> str:
    """Singular of a noun or an adjective that takes s or x."""
    return word[:-1] if word[-1:] in "sx" else word
