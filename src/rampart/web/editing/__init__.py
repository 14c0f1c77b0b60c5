"""Cases that are edited on the pages: kept in versions, with who made each and why."""
