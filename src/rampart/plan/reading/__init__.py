"""Reading a solved plan: outcome, reasons, decisions, prices."""
