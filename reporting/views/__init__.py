"""The pages: what a person sees. Each loads what this person may see, and shows it."""
