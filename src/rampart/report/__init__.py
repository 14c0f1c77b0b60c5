"""Reports: charts, chapters, pages, books (Excel) and console."""
