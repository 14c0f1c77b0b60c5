"""Who does the work: this process, or a pool of processes; folders that appear whole; being stopped."""
