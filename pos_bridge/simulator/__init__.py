"""Plays Square, Toast and Lightspeed K-Series over HTTP, so that no real till is needed.

Written from what the providers document, never from our adapters: where both agree, the
adapters are right for a reason other than themselves. Start with `simulator.Simulator`, or
run `python -m pos_bridge.simulator`; README.md here tells the rest.
"""
