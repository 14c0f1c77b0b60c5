"""What is downloaded, and pictures of charts: of the same data as the pages, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from rampart.language.words import Words
from rampart.report.charts.war import figures as war_figures
from rampart.report.pages.plan import CHARTS
from rampart.web.asked_by import asked_by, cases
from rampart.web.asking import Asked, NotAllowedError, NotThereError
from rampart.web.html_pages import table_asked
from rampart.web.pages.charts import OF, picture
from rampart.web.pages.decisions import decisions_sheet
from rampart.web.pages.fleet import fleet_figures
from rampart.web.pages.ledger import day_asked, stock_sheet, today
from rampart.web.pages.sources import assumptions_sheet
from rampart.web.pages.table import plan_table
from rampart.web.pages.together import months_for, together_sheet
from rampart.web.pages.told import picture_of
from rampart.web.plans.writing import FILES, written_file
from rampart.web.plans.writing import TYPES as PAPER_TYPES
from rampart.web.refusing import refusing
from rampart.web.tables.download import as_csv, as_workbook, file_name
from rampart.web.tables.sheet import Sheet

Ending = Literal[".csv", ".xlsx"]
TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _asked(request: HttpRequest) -> Asked:
    """The question. In the masked mode nothing is downloaded."""
    if settings.OF_THE_STORE.masked:
        raise NotAllowedError("masked")
    return asked_by(request)


def _file(request: HttpRequest, plan: str, sheet: Sheet, words: Words, ending: Ending) -> HttpResponse:
    asked = table_asked(request.GET, request)
    if ending == ".csv":
        content = as_csv(sheet, asked, words)
    else:
        content = as_workbook(sheet, asked, words, banner=settings.OF_THE_STORE.banner)
    name = file_name(sheet, (plan,), ending)
    return HttpResponse(
        content, content_type=TYPES[ending], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _table(ending: Ending) -> Callable[..., HttpResponse]:
    @refusing
    def table(request: HttpRequest, plan: str, name: str) -> HttpResponse:
        asked = _asked(request)
        answer, sheet = plan_table(asked, plan, name)
        return _file(request, plan, sheet, answer.words, ending)

    return require_safe(table)


def _decisions(ending: Ending) -> Callable[..., HttpResponse]:
    @refusing
    def decisions(request: HttpRequest, plan: str) -> HttpResponse:
        asked = _asked(request)
        answer = asked.plan(plan)
        return _file(request, plan, decisions_sheet(answer, plan, whole=asked.reader.sees_all), answer.words, ending)

    return require_safe(decisions)


def _assumptions(ending: Ending) -> Callable[..., HttpResponse]:
    @refusing
    def assumptions(request: HttpRequest, plan: str) -> HttpResponse:
        answer = _asked(request).plan(plan)
        return _file(request, plan, assumptions_sheet(answer), answer.words, ending)

    return require_safe(assumptions)


def _stock(ending: Ending) -> Callable[..., HttpResponse]:
    @refusing
    def stock(request: HttpRequest) -> HttpResponse:
        asked = _asked(request)
        if not asked.reader.may("read"):
            raise NotAllowedError("read")
        on, known = (day_asked(asked, request.GET.get(name, "")) for name in ("on", "known"))
        sheet = stock_sheet(asked, on=on or today(), known=known)
        return _file(request, on or today(), sheet, asked.words, ending)

    return require_safe(stock)


def _together(ending: Ending) -> Callable[..., HttpResponse]:
    @refusing
    def together(request: HttpRequest) -> HttpResponse:
        asked = _asked(request)
        return _file(request, "", together_sheet(asked, months_for(asked)), asked.words, ending)

    return require_safe(together)


@require_safe
@refusing
def paper(request: HttpRequest, result: str, what: str, language: str, ending: str) -> HttpResponse:
    """Report, paper or slides of a result, for who sees the whole alliance."""
    asked = _asked(request)
    whole = asked.of_kind(asked.kind(result), result).result
    if not asked.reader.sees_all or (what, f".{ending}") not in FILES or language not in ("en", "fr"):
        raise NotThereError(result)
    banner = settings.OF_THE_STORE.banner
    stamp = sha256(f"{asked.shelf.stamp(result)} {banner}".encode()).hexdigest()[:16]
    file = written_file(
        whole, what, "fr" if language == "fr" else "en", f".{ending}",
        under=settings.STORE / "papers" / result, stamp=stamp, banner=banner,
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="{result}-{what}.{language}.{ending}"'}
    return HttpResponse(file.read_bytes(), content_type=PAPER_TYPES[f".{ending}"], headers=headers)


@require_safe
@refusing
def case_workbook(request: HttpRequest, case: str) -> HttpResponse:
    """A case as it stands as a workbook, for who makes plans."""
    asked = _asked(request)
    if not asked.reader.may("plan"):
        raise NotAllowedError("plan")
    read, _ = cases().read(case)
    if read is None:
        raise NotThereError(case)
    with TemporaryDirectory(prefix="rampart-case-") as scratch:
        content = read.save(Path(scratch) / "case.xlsx").read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{case.removesuffix(".xlsx")}.xlsx"'}
    return HttpResponse(content, content_type=TYPES[".xlsx"], headers=headers)


@require_safe
@refusing
def chart(request: HttpRequest, plan: str, key: str) -> HttpResponse:
    """A chart as a picture."""
    asked = _asked(request)
    answer = asked.plan(plan)
    of = {name: request.GET[name] for name in OF if request.GET.get(name)}
    drawn = picture(answer, key, **of) if key in CHARTS else None
    return _picture(drawn, key)


@require_safe
@refusing
def war_chart(request: HttpRequest, war: str, key: str) -> HttpResponse:
    """A chart of a plan for a war as a picture, for who sees the whole alliance."""
    asked = _asked(request)
    answer = asked.of_kind("war", war)
    if not asked.reader.sees_all:
        raise NotThereError(key)
    return _picture(picture_of(war_figures(answer), key, asked.language), key)


@require_safe
@refusing
def fleet_chart(request: HttpRequest, fleet: str, key: str) -> HttpResponse:
    """A chart of an answer for fleets as a picture."""
    asked = _asked(request)
    return _picture(picture_of(fleet_figures(asked, asked.of_kind("fleet", fleet).result), key, asked.language), key)


def _picture(drawn: str | None, key: str) -> HttpResponse:
    if drawn is None:
        raise NotThereError(key)
    return HttpResponse(drawn, content_type="image/svg+xml")


def file_urls() -> list[URLPattern]:
    """Addresses of downloads and pictures."""
    endings: tuple[Ending, ...] = (".csv", ".xlsx")
    found = [
        path("plans/<str:plan>/charts/<str:key>.svg", chart, name="chart"),
        path("results/<str:result>/papers/<str:what>.<str:language>.<str:ending>", paper, name="paper"),
        path("planning/cases/<str:case>/case.xlsx", case_workbook, name="case-workbook"),
        path("wars/<str:war>/charts/<str:key>.svg", war_chart, name="war-chart"),
        path("fleets/<str:fleet>/charts/<str:key>.svg", fleet_chart, name="fleet-chart"),
    ]
    for ending in endings:
        found += [
            path(f"plans/<str:plan>/tables/<str:name>{ending}", _table(ending), name=f"table{ending}"),
            path(f"plans/<str:plan>/decisions{ending}", _decisions(ending), name=f"decisions{ending}"),
            path(f"ledger{ending}", _stock(ending), name=f"ledger{ending}"),
            path(f"together{ending}", _together(ending), name=f"together{ending}"),
            path(f"plans/<str:plan>/sources{ending}", _assumptions(ending), name=f"sources{ending}"),
        ]
    return found
