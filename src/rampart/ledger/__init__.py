"""What happened: append-only documents, booked by double entry, a hash chain for each nation."""
