"""The one door to live news: told once by who relays the outbox, heard by every open page.

A hint may be lost, doubled or late. It says `after` and `seq` of its location, so whoever hears it
knows whether something is missing and asks the database, which alone knows the truth.
"""
