"""The rules of the ledger, one file each: ``check(documents, book)`` gives findings; no database in them."""
