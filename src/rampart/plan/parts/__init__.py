"""Parts of the plan: one file, one physical idea."""
