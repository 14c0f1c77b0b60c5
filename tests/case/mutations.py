"""Damaged copies of a case, the way files are really damaged: a deterministic generator."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from rampart.catalogues.inputs import tables

Rows = list[list[str]]

GARBAGE = [
    "", " ", "-1", "0", "-0.0", "1e400", "1e308", "-1e308", "1e-400", "nan", "inf", "unlimited", "illimité",
    "1,234",
    "1.234", "1,234.5", "1.234,5", "1 234", "1\u00a0234", "1\u202f234,5", "12,5",
    "0x1F", "1_000", "１２", "½",
    "=1+1",
    "'", "'=x", "#REF!", "N/A", "yes", "oui", "TRUE", "2024-01", "2024-13", "2024-01-01", "01/02/2024", "AAA",
    "aaa",
    "shell", "Ünïcödé", "e\u0301", "\u200b", "\u202e", "\x00", "\x07", "\ufeff", "🛡",
    "a\nb", 'quo"te', "; , \t",
    "x" * 300,
    "9" * 400, "99999999999999999999", "0.1", "3", "hot", "member", "stated", "month", "year",
]  # fmt: skip


def _cell(random: Random, rows: Rows) -> tuple[int, int] | None:
    if len(rows) < 2 or not rows[0]:
        return None
    i = random.randrange(1, len(rows))
    return (i, random.randrange(len(rows[i]))) if rows[i] else None


def swap_cells(random: Random, table: str, rows: Rows) -> None:
    one, two = _cell(random, rows), _cell(random, rows)
    if one and two:
        rows[one[0]][one[1]], rows[two[0]][two[1]] = rows[two[0]][two[1]], rows[one[0]][one[1]]


def put_garbage(random: Random, table: str, rows: Rows) -> None:
    for _ in range(random.randint(1, 3)):
        if at := _cell(random, rows):
            rows[at[0]][at[1]] = random.choice(GARBAGE)


def respell_number(random: Random, table: str, rows: Rows) -> None:
    """Write one number in another style, as another program would."""
    at = _cell(random, rows)
    if at is None:
        return
    try:
        value = float(rows[at[0]][at[1]])
    except ValueError:
        return
    english = f"{value:,.1f}" if random.random() < 0.5 else f"{value:,.0f}"
    styles = [
        english,
        english.replace(",", " "),
        english.replace(",", "\u00a0").replace(".", ","),
        english.translate(str.maketrans(",.", ".,")),
        f"{value:.3e}",
        f"{value * 1000:g}",
        f"{-value:g}",
    ]
    rows[at[0]][at[1]] = random.choice(styles)


def delete_column(random: Random, table: str, rows: Rows) -> None:
    if rows and rows[0]:
        j = random.randrange(len(rows[0]))
        for row in rows:
            del row[j : j + 1]


def delete_row(random: Random, table: str, rows: Rows) -> None:
    if rows:
        del rows[random.randrange(len(rows))]


def duplicate_row(random: Random, table: str, rows: Rows) -> None:
    if rows:
        rows.insert(random.randrange(len(rows) + 1), list(random.choice(rows)))


def blank_row(random: Random, table: str, rows: Rows) -> None:
    if rows:
        rows.insert(random.randrange(len(rows) + 1), [""] * len(rows[0]))


def shuffle_rows(random: Random, table: str, rows: Rows) -> None:
    rows[1:] = random.sample(rows[1:], len(rows[1:]))


def shuffle_columns(random: Random, table: str, rows: Rows) -> None:
    if rows:
        order = random.sample(range(len(rows[0])), len(rows[0]))
        rows[:] = [[row[j] for j in order] if len(row) == len(order) else row for row in rows]


def rename_headers(random: Random, table: str, rows: Rows) -> None:
    """Labels instead of names: all in one language, or one header at random."""
    if not rows or table not in tables() or table == "settings":
        return
    columns = tables()[table].columns
    language = random.choice(["en", "fr"])
    every = random.random() < 0.6
    lucky = random.randrange(len(rows[0])) if rows[0] else 0
    for j, header in enumerate(rows[0]):
        if header in columns and (every or j == lucky):
            rows[0][j] = random.choice([str, str.upper, str.title])(columns[header].label[language])


def garble_header(random: Random, table: str, rows: Rows) -> None:
    if rows and rows[0]:
        j = random.randrange(len(rows[0]))
        rows[0][j] = random.choice([rows[0][j][:-1], rows[0][j] + "s", "", "#mine", "zzz", rows[0][0], "\x00"])


def add_column(random: Random, table: str, rows: Rows) -> None:
    name = random.choice(["#note to self", "remarks", "quantity", "prix", ""])
    for i, row in enumerate(rows):
        row.append(name if i == 0 else random.choice(["", "1", "text"]))


def drop_or_add_cell(random: Random, table: str, rows: Rows) -> None:
    if rows:
        row = random.choice(rows)
        if random.random() < 0.5 and row:
            row.pop()
        else:
            row.append(random.choice(["", "7"]))


ON_ROWS: list[Callable[[Random, str, Rows], None]] = [
    swap_cells, put_garbage, put_garbage, respell_number, respell_number, respell_number, delete_column,
    delete_row,
    duplicate_row, blank_row, shuffle_rows, shuffle_columns, rename_headers, rename_headers, garble_header,
    add_column, drop_or_add_cell,
]  # fmt: skip


def semicolons(random: Random, data: bytes) -> bytes:
    rows = list(csv.reader(io.StringIO(data.decode("utf-8", "replace"))))
    out = io.StringIO()
    csv.writer(out, delimiter=random.choice([";", ";", ";", "\t", "|"]), lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def semicolons_in_one_line(random: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    i = random.randrange(len(lines))
    lines[i] = lines[i].replace(b",", b";")
    return b"\n".join(lines)


def cut(random: Random, data: bytes) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def random_bytes(random: Random, data: bytes) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice([b"\x00", b"\xff", b'"', b"\n", b",", bytes([random.randrange(256)])]) + data[at:]


def reencode(random: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(random.choice(["utf-16", "cp1252", "utf-8-sig", "utf-8-sig"]), "replace")


def crlf(random: Random, data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def nothing_left(random: Random, data: bytes) -> bytes:
    return random.choice([b"", b"\n\n", b"\xef\xbb\xbf", b",,,\n"])


ON_BYTES: list[Callable[[Random, bytes], bytes]] = [
    semicolons, semicolons, semicolons, semicolons_in_one_line, cut, random_bytes, reencode, crlf,
    nothing_left,
]  # fmt: skip


def mutated_copies(source: Path, target: Path, *, count: int, seed: int = 0) -> Iterator[Path]:
    """``count`` damaged copies of a CSV case under ``target``: folders and workbooks, the same for a seed.

    Each copy has between one and three faults and is removed when the next one is asked for.
    """
    for number in range(count):
        random = Random(f"{seed}-{number}")
        path = target / f"{seed}-{number}"
        shutil.copytree(source, path)
        for _ in range(random.choice([1, 1, 1, 2, 3])):
            _damage(random, path)
        yield _as_workbook(random, path) if random.random() < 0.2 else path
        shutil.rmtree(path)
        path.with_suffix(".xlsx").unlink(missing_ok=True)


def _damage(random: Random, folder: Path) -> None:
    file = random.choice(sorted(folder.glob("*.csv")))
    if random.random() < 0.03:
        file.unlink()
    elif random.random() < 0.03:
        file.rename(folder / f"{random.choice([file.stem[:-1], 'stocks', 'zzz', '#' + file.stem])}.csv")
    elif random.random() < 0.3:
        file.write_bytes(random.choice(ON_BYTES)(random, file.read_bytes()))
    else:
        text = file.read_bytes().decode("utf-8", "replace")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        random.choice(ON_ROWS)(random, file.stem, rows)
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(rows)


def _as_workbook(random: Random, folder: Path) -> Path:
    """The damaged folder as a workbook, numbers as numbers; one in four is cut short."""
    import xlsxwriter

    path = folder.with_suffix(".xlsx")
    with xlsxwriter.Workbook(path) as book:
        for file in sorted(folder.glob("*.csv")):
            sheet = book.add_worksheet(file.stem)
            text = file.read_bytes().decode("utf-8", "replace")
            for i, row in enumerate(csv.reader(io.StringIO(text, newline=""))):
                for j, value in enumerate(row):
                    bare = value.isascii() and value.replace(".", "", 1).isdigit() and len(value) < 16
                    if bare:
                        sheet.write_number(i, j, float(value))
                    elif value:
                        sheet.write_string(i, j, value)
    if random.random() < 0.25:
        path.write_bytes(cut(random, path.read_bytes()))
    return path
