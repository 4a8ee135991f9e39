"""A small chain to look at: three stores on three till systems, and a warehouse."""
