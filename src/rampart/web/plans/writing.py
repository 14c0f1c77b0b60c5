"""Report, paper and slides of a result as files: each made when it is first asked for, and kept until the result changes."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from rampart.findings import Language
from rampart.report.papers.paper import write_paper
from rampart.report.papers.slides import write_slides
from rampart.report.report import write_report
from rampart.results.result import Result

FILES = (("paper", ".pdf"), ("paper", ".html"), ("slides", ".pptx"), ("report", ".html"), ("report", ".xlsx"))
"""What is made, and the ending of its file."""
TYPES = {
    ".pdf": "application/pdf",
    ".html": "text/html; charset=utf-8",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_one_at_a_time = threading.Lock()


def written_file(
    result: Result, what: str, language: Language, ending: str, *, under: Path, stamp: str, banner: str
) -> Path:
    """The file, made where it is not there yet.

    under  folder of the files of this result
    stamp  of the result as it stands and of the banner: files of another one are taken away
    """
    folder = under / stamp
    file = folder / f"{what}.{language}{ending}"
    with _one_at_a_time:
        if file.is_file():
            return file
        if under.is_dir():
            for other in under.iterdir():
                if other.name != stamp:
                    shutil.rmtree(other, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        if what == "paper":
            write_paper(result, folder, language=language, banner=banner, force=True)
        elif what == "slides":
            write_slides(result, folder, language=language, banner=banner, force=True)
        else:
            write_report(result, folder, language=language, banner=banner, force=True)
    return file
