"""National returns: a month of a nation's book as a workbook or CSV; rows in, documents out."""
