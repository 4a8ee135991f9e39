"""Items, levels, entries and why, for programs. Foreign ids answer as missing ones."""
