"""What a person types to sign in."""

from __future__ import annotations

from django import forms


class SignIn(forms.Form):
    """E-mail and password; pasting and password managers are welcome."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label="Password",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
