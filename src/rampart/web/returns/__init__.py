"""National returns on screen: entered, checked, submitted, approved by another person of the nation, posted."""
