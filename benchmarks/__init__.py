"""What this machine can do and how much of it the product reaches, measured side by side.

Every figure stands beside a limit of the same run, so that only ratios are compared between
machines. docs/performance.md says how each is made.
"""
