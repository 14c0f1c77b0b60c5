"""Slides of a result: the decision paper's words, with charts and tables that PowerPoint and Impress can edit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rampart.report.charts import drawing
from rampart.report.papers.content import rows_left

if TYPE_CHECKING:
    from rampart.findings import Language
    from rampart.report.chapters.listing import Listing
    from rampart.report.papers.content import Bars, Paper
    from rampart.results.result import Result

FONT = "Arial"
WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.6  # inches, 16:9
MOST_ROWS, MOST_POINTS = 9, 6
"""Rows of a table and sentences that can be read from the back of a room."""
TOP_OF_TABLE, LOWEST = 1.75, HEIGHT - 0.72  # inches: where tables begin, and the line under them
UNDER_TITLE = 1.32
"""Inches from the top to what is said under a title."""
MOST_NOTE = 170
"""Letters of a note that stands in a line under a table."""
MOST_SAID = 380
"""Letters of the longest sentence that a slide repeats: longer ones, lists of what is missing above all, are for the paper."""
SIZES = (15, 14, 13, 12)
"""Sizes of letters, in points, of the sentences of the first slide."""
TABLE_SIZES = (14.0, 13.0, 12.0, 11.0, 10.0)
"""Those of tables."""
TITLES = (25, 23, 21, 19, 17)
"""Those of the title of the first slide, which is the decision."""
QUIET, INK, NAVY = drawing.QUIET[1:], drawing.INK[1:], drawing.STOCK[1:]
LANGUAGES = {"en": "en-GB", "fr": "fr-FR"}
SIGNS = {"en": "[$-809]", "fr": "[$-40C]"}
"""What stands before a format of numbers so that LibreOffice writes them with the signs of the slides' language; PowerPoint
writes them with those of the reader's machine.
"""


def write_slides(
    result: Result, folder: str | Path, *, language: Language = "en", banner: str = "", force: bool = False
) -> Path:
    """Write the slides of a result into a folder, made where it is missing: one .pptx with native charts and tables.

    banner  classification or handling text for every slide
    force   also over a file that is there

    The file appears whole or not at all. Raises ``TakenError`` (a FileExistsError) where it is there, ``PlaceError`` (an
    OSError) where it cannot be written.
    """
    from rampart.catalogues.showing import must_be
    from rampart.engine.whole_file import whole_files
    from rampart.report.papers.content import paper_of
    from rampart.results.result import Result

    must_be(result, Result, "rampart.plan")
    target = Path(folder) / f"slides.{language}.pptx"
    paper = paper_of(result, language)
    with whole_files([target], force=force, listed=True) as (part,):
        Deck(paper, banner).save(part)
    return target


class Deck:
    """Slides of one paper.

    paper   what is said
    banner  text at the head of every slide
    """

    def __init__(self, paper: Paper, banner: str) -> None:
        from pptx import Presentation
        from pptx.util import Inches

        self.paper, self.banner, self.words = paper, banner, paper.words
        self.deck = Presentation()
        self.deck.slide_width, self.deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
        self.deck.core_properties.title = paper.title
        self.deck.core_properties.author = "Rampart"
        self.deck.core_properties.language = LANGUAGES[self.words.language]
        self._decision()
        if paper.dates:
            self._slide(paper.dates.caption)
            self._table(paper.dates)
        for chapter in paper.chapters:
            if chapter.key == "now" and paper.dates:  # by their dates they stand on the slide before
                continue
            if chapter.key in paper.bars:
                under = " ".join(chapter.says)
                self._slide(chapter.title, under)
                self._bars(paper.bars[chapter.key], MARGIN, wide=WIDTH - 2 * MARGIN, top=max(1.7, foot_of(under)))
                continue
            for table in chapter.listings[:1]:
                self._slide(chapter.title, " ".join(chapter.says) if chapter.key == "brings" else table.caption)
                self._table(table)
            if chapter.points and not chapter.listings:
                self._slide(chapter.title, " ".join(chapter.says))
                self._text(chapter.points[:MOST_POINTS], MARGIN, 1.8, WIDTH - 2 * MARGIN, 5, size=15, bullets=True)

    def save(self, path: Path) -> None:
        """Write the file."""
        self.deck.save(str(path))

    def _decision(self) -> None:
        """The slide of the decision: the largest thing missing, four numbers, and the chart."""
        paper = self.paper
        _, size = fitting([paper.headline], WIDTH - 2 * MARGIN, 1.0, sizes=TITLES)
        self._slide(paper.headline, f"{self.words('paper.kind')} · {paper.title}", size=size)
        wide = (WIDTH - 2 * MARGIN) / max(1, len(paper.keys))
        for n, key in enumerate(paper.keys):
            self._text([key.figure], MARGIN + n * wide, 1.75, wide - 0.15, 0.5, size=24, bold=True, colour=NAVY)
            self._text([key.label], MARGIN + n * wide, 2.25, wide - 0.15, 0.6, size=12, colour=INK)
        half = (WIDTH - 2 * MARGIN) / 2
        short = [said for said in paper.says if len(said) <= MOST_SAID]
        says, size = fitting(short or paper.says, half - 0.3, 3.75)
        self._text(says, MARGIN, 3.1, half - 0.3, 3.75, size=size, bullets=True)
        if any("*" in said for said in says):  # the mark of a loss is told where it stands
            self._text(
                [self.words("delay.split_note")], MARGIN, LOWEST + 0.08, WIDTH - 2 * MARGIN, 0.3, size=10, colour=QUIET
            )
        if "first" in paper.bars:
            self._bars(paper.bars["first"], MARGIN + half)

    def _slide(self, title: str, under: str = "", *, size: float = 28) -> None:
        """A new slide with its title, what stands under it, the banner and the foot."""
        layout = self.deck.slide_layouts[5]  # title only
        self.slide = self.deck.slides.add_slide(layout)
        from pptx.enum.text import MSO_ANCHOR
        from pptx.util import Inches

        shape = self.slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = (
            Inches(v) for v in (MARGIN, 0.45, WIDTH - 2 * MARGIN, 0.85)
        )  # fmt: skip
        frame = shape.text_frame
        frame.word_wrap, frame.vertical_anchor, frame.margin_left = True, MSO_ANCHOR.TOP, 0
        self._write(frame, [title], size=size, bold=True, colour=INK)
        if under:
            self._text([under], MARGIN, UNDER_TITLE, WIDTH - 2 * MARGIN, 0.35, size=12, colour=QUIET)
        if self.banner:
            self._text([self.banner], MARGIN, 0.08, WIDTH - 2 * MARGIN, 0.3, size=11, bold=True, centred=True)
        foot = f"{self.paper.made_by} · {len(self.deck.slides)}"
        self._text([foot], MARGIN, HEIGHT - 0.42, WIDTH - 2 * MARGIN, 0.3, size=10, colour=QUIET)

    def _text(
        self, texts: Sequence[str], left: float, top: float, width: float, height: float, *, size: float,
        bold: bool = False, colour: str = INK, bullets: bool = False, centred: bool = False,
    ) -> None:  # fmt: skip
        from pptx.util import Inches

        box = self.slide.shapes.add_textbox(*(Inches(v) for v in (left, top, width, height)))
        box.text_frame.word_wrap = True
        box.text_frame.margin_left = box.text_frame.margin_right = 0
        said = [f"• {text}" for text in texts] if bullets else texts
        self._write(box.text_frame, said, size=size, bold=bold, colour=colour, centred=centred)

    def _write(
        self, frame: Any, texts: Sequence[str], *, size: float, bold: bool = False, colour: str = INK,
        centred: bool = False, right: bool = False,
    ) -> None:  # fmt: skip
        from pptx.dml.color import RGBColor
        from pptx.enum.text import PP_ALIGN
        from pptx.util import Pt

        for n, text in enumerate(texts):
            line = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
            line.alignment = PP_ALIGN.CENTER if centred else PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
            line.space_after = Pt(size * 0.4)
            run = line.add_run()
            run.text = text
            run.font.name, run.font.size, run.font.bold = FONT, Pt(size), bold
            run.font.color.rgb = RGBColor.from_string(colour.upper())
            run.font._element.set("lang", LANGUAGES[self.words.language])  # so that the reader's spelling is checked

    def _table(self, table: Listing) -> None:
        """The first rows of a table that the slide holds, as a table of PowerPoint; a long note goes to the speaker."""
        from pptx.util import Emu, Inches, Pt

        whole = WIDTH - 2 * MARGIN
        letters = table.widths()
        shares = [share * whole / sum(letters) for share in letters]
        note = shortened(table.note)
        if note != table.note:
            self.slide.notes_slide.notes_text_frame.text = table.note
        most, size = rows_that_fit(table, shares, LOWEST - TOP_OF_TABLE - (0.2 if note else 0.0))
        rows = [tuple(head.label for head in table.heads), *table.rows[:most]]
        shape = self.slide.shapes.add_table(
            len(rows), len(table.heads), Inches(MARGIN), Inches(TOP_OF_TABLE), Inches(whole), Inches(0.3 * len(rows))
        )
        shape.name = table.caption
        made = shape.table
        for column, share in zip(made.columns, shares, strict=True):
            column.width = Emu(int(Inches(share)))
        for n, row in enumerate(rows):
            for cell, text, head in zip(made.rows[n].cells, row, table.heads, strict=True):
                cell.margin_top = cell.margin_bottom = Pt(2)
                cell.margin_left = cell.margin_right = Pt(5)
                cell.fill.solid()
                cell.fill.fore_color.rgb = _rgb(NAVY if n == 0 else "ffffff" if n % 2 else "f1f4f8")
                self._write(
                    cell.text_frame,
                    [text],
                    size=size,
                    bold=n == 0,
                    colour="ffffff" if n == 0 else INK,
                    right=head.numeric,
                )
        left = len(table.rows) - most + table.left
        told = rows_left(self.words, left, table.where) if left > 0 else table.more
        more = [said for said in (told, note) if said]
        if more:
            self._text(more, MARGIN, LOWEST - 0.15 * (len(more) - 1), whole, 0.3, size=10, colour=QUIET)

    def _bars(
        self, bars: Bars, left: float, *, wide: float = (WIDTH - 2 * MARGIN) / 2, top: float = 2.95,
    ) -> None:  # fmt: skip
        """A native chart of bars with the colours of the report."""
        from pptx.chart.data import CategoryChartData
        from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
        from pptx.util import Inches, Pt

        number = SIGNS[self.words.language] + bars.number
        data = CategoryChartData(number_format=number)
        data.categories = list(bars.names)
        for name, values in bars.series.items():
            data.add_series(name, values)
        kind = (
            XL_CHART_TYPE.BAR_CLUSTERED if bars.across
            else XL_CHART_TYPE.COLUMN_STACKED if bars.stacked else XL_CHART_TYPE.COLUMN_CLUSTERED
        )  # fmt: skip
        place = (Inches(v) for v in (left, top, wide, HEIGHT - top - 0.5))
        frame = self.slide.shapes.add_chart(kind, *place, data)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", bars.alt)
        chart = frame.chart
        chart.font.name, chart.font.size = FONT, Pt(11)
        chart.has_title = True
        self._write(chart.chart_title.text_frame, [bars.title], size=12, bold=True)
        chart.has_legend = len(bars.series) > 1
        if chart.has_legend:
            chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        chart.category_axis.reverse_order = bars.across  # the first name on top
        plot = chart.plots[0]
        plot.gap_width, plot.overlap = 40, 100 if bars.stacked else 0
        plot.has_data_labels = not bars.stacked  # those of narrow bars upon another would cover each other
        if plot.has_data_labels:
            plot.data_labels.number_format, plot.data_labels.number_format_is_linked = number, False
            plot.data_labels.font.name, plot.data_labels.font.size = FONT, Pt(10)
        for one, colour in zip(plot.series, bars.colours, strict=True):
            one.format.fill.solid()
            one.format.fill.fore_color.rgb = _rgb(colour[1:])
            one.format.line.color.rgb = _rgb(NAVY)
        chart.value_axis.has_major_gridlines = True
        chart.value_axis.major_gridlines.format.line.color.rgb = _rgb("e6e6e6")
        chart.value_axis.format.line.fill.background()
        chart.value_axis.tick_labels.number_format = number
        chart.value_axis.tick_labels.number_format_is_linked = False


def foot_of(under: str) -> float:
    """Inches from the top to where what is said under a title ends, so that a chart begins below it."""
    letters = (WIDTH - 2 * MARGIN) * 72 / (12 * 0.5)  # half as wide as high, in the mean
    return UNDER_TITLE + 0.1 + math.ceil(len(under) / letters) * 1.2 * 12 / 72


def shortened(note: str) -> str:
    """The first sentences of a note that stand in a line."""
    kept = ""
    for sentence in note.replace(". ", ".\n").split("\n"):
        if len(kept) + len(sentence) > MOST_NOTE:
            break
        kept = f"{kept} {sentence}".strip()
    return kept


def rows_that_fit(table: Listing, wide: Sequence[float], height: float) -> tuple[int, float]:
    """Rows of a table that a height holds with its head, and the size of their letters: smaller letters before fewer rows.

    wide  width of each column, inches
    """
    heads, rows = [head.label for head in table.heads], table.rows[:MOST_ROWS]
    for most in range(len(rows), 0, -1):
        for size in TABLE_SIZES:
            lines = [
                max(math.ceil((len(cell) + 1) * size * 0.52 / (72 * w - 10)) for cell, w in zip(row, wide, strict=True))
                for row in (heads, *rows[:most])
            ]
            if sum(n * 1.2 * size + 0.4 * size + 4 for n in lines) / 72 <= height:
                return most, size
    return min(1, len(rows)), 10.0


def fitting(
    texts: Sequence[str], width: float, height: float, sizes: Sequence[float] = SIZES
) -> tuple[list[str], float]:
    """The first sentences that a box of inches holds, and the size of their letters: smaller letters before fewer sentences."""
    for most in range(len(texts), 0, -1):
        for size in sizes:
            letters = width * 72 / (size * 0.5)  # half as wide as high, in the mean
            lines = sum(math.ceil((len(text) + 2) / letters) for text in texts[:most])
            if (lines * 1.2 + 0.4 * most) * size / 72 <= height:
                return list(texts[:most]), size
    return list(texts[:1]), sizes[-1]


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.upper())
