"""Nations by the names that public tables use: two or three letters, or the name of the country, however it is spelt."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rampart.case.headers import fold

RECIPIENT = "UKR"
NATIONS = {
    "US": "USA", "DE": "DEU", "FR": "FRA", "GB": "GBR", "UA": "UKR", "UA (indirect)": "UKR", "KR": "KOR", "PL": "POL",
    "CZ": "CZE", "CZ initiative": "CZE", "EU": "XEU", "IT": "ITA", "ES": "ESP", "NL": "NLD", "NO": "NOR", "SE": "SWE",
    "DK": "DNK", "FI": "FIN", "CA": "CAN", "AU": "AUS", "BE": "BEL", "EE": "EST", "LV": "LVA", "LT": "LTU",
    "SK": "SVK", "SI": "SVN", "PT": "PRT", "RO": "ROU", "BG": "BGR", "GR": "GRC", "HR": "HRV", "HU": "HUN",
    "LU": "LUX", "IE": "IRL", "AT": "AUT", "CH": "CHE", "TR": "TUR", "JP": "JPN", "NZ": "NZL", "IS": "ISL",
    "MK": "MKD", "AL": "ALB", "ME": "MNE", "CY": "CYP", "MT": "MLT", "CN": "CHN", "IN": "IND", "TW": "TWN",
}  # fmt: skip
_ALPHA2 = {alpha3: alpha2 for alpha2, alpha3 in NATIONS.items() if len(alpha2) == 2}
_SELLERS = frozenset({"KOR", "JPN"})
_ALSO = {
    "Turkey": "TUR", "Türkiye": "TUR", "Czech Republic": "CZE", "South Korea": "KOR", "Republic of Korea": "KOR",
    "United States of America": "USA", "UK": "GBR", "Great Britain": "GBR", "European Union": "XEU",
    "EU (Commission and Council)": "XEU", "EU Institutions": "XEU", "European Commission": "XEU",
}  # fmt: skip


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, str]:
    """Alpha-3 codes by codes and names, folded; names in English and in French."""
    from babel import Locale

    spelt = {a3: a3 for a3 in NATIONS.values()} | _ALSO | NATIONS
    for language in ("fr", "en"):
        names = Locale(language).territories
        spelt |= {str(names[a2]): a3 for a2, a3 in NATIONS.items() if len(a2) == 2 and a2 in names}
    return {fold(name): code for name, code in spelt.items()}


class Nations:
    """The nations that a case uses, with a row for each.

    codes  three-letter codes that a table itself gives, by the name it uses
    """

    def __init__(self, codes: Mapping[str, str] | None = None) -> None:
        self.codes = dict(codes or {})
        self.used: dict[str, dict[str, Any]] = {}

    def code(self, name: str) -> str | None:
        """The code of a nation by its name, None for a name that is not one nation's."""
        given = self.codes.get(name)
        return _by_name().get(fold(name)) or (given if given and len(given) == 3 and given.isalpha() else None)

    def use(self, name: str) -> str | None:
        """The same, and the case has a row for it."""
        code = self.code(name)
        if code is not None and code not in self.used:
            role = "recipient" if code == RECIPIENT else "supplier" if code in _SELLERS else "member"
            en, fr = self._names(code, name)
            self.used[code] = {"nation": code, "name_en": en, "name_fr": fr, "role": role}
        return code

    @staticmethod
    def _names(code: str, name: str) -> tuple[str, str]:
        from babel import Locale

        if code == "XEU":
            return "European Union", "Union européenne"
        alpha2 = _ALPHA2.get(code)
        if alpha2 is None:
            return name, name
        en, fr = (str(Locale(language).territories[alpha2]) for language in ("en", "fr"))
        return en, fr

    def rows(self) -> list[dict[str, Any]]:
        """A row of the table ``nations`` for each that was used."""
        return list(self.used.values())
