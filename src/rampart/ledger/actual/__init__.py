"""What happened beside what was planned, and the plan made anew from where things stand."""
