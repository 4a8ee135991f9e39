"""Toast: whole orders at every change, a secret for each event category, two logins an hour."""
