"""What stands where, what moved it, and what changed since. Read only."""
