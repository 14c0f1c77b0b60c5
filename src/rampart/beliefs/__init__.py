"""What is believed of the war and of supply: hazards, the monthly chain and draws from it, slips."""
