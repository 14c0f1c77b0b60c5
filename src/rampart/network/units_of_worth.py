"""What worth is counted in: as the result tables say it."""

IN_MONEY, IN_UNITS = "money unit of worth", "units"
