"""Tables as people expect them: sort, filter, search, choose columns, page by page, download what is shown."""
