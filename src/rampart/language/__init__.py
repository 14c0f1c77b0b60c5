"""Words, names and sentences in English and French, apart from any page."""
