"""Reads a report page back: its cells, sentences and tags, and whether every tag is closed in order."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "col"}


class Page(HTMLParser):
    """Cells by class, list items, all text outside style and SVG, and every start tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.numeric: list[str] = []
        self.items: list[str] = []
        self.text: list[str] = []
        self._classes: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag in VOID:
            return
        self.open.append(tag)
        self._classes.append(found.get("class") or "")
        if tag == "dd" or (tag == "td" and "n" in self._classes[-1].split()):
            self.numeric.append("")
        if tag == "li":
            self.items.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()
        self._classes.pop()

    def handle_data(self, data: str) -> None:
        if "style" in self.open or "svg" in self.open:
            return
        self.text.append(data)
        if self.open and (self.open[-1] == "dd" or (self.open[-1] == "td" and "n" in self._classes[-1].split())):
            self.numeric[-1] += data
        if "li" in self.open:
            self.items[-1] += data


def numbers(text: str, language: str) -> list[float]:
    """Numbers of a text written in a language."""
    if language == "fr":
        text = re.sub(r"(?<=\d)\u202f(?=\d{3})", "", text)
        return [float(n.replace(",", ".")) for n in re.findall(r"\d+(?:,\d+)?", text)]
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)]
