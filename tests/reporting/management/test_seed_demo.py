"""The demonstration says all that its reader needs to sign in and to call the API."""

from __future__ import annotations

import re

from django.core.management import call_command
from django.utils import timezone

from core.domain import people


def test_it_tells_the_token_and_the_tenant_that_the_api_asks_for(
    db, capsys, settings, monkeypatch, tmp_path
):
    settings.ALLOW_DEMONSTRATION = True
    monkeypatch.setenv("STOREROOM_DATA", str(tmp_path))

    call_command("seed_demo")

    told = (tmp_path / "sign-ins.txt").read_text()
    assert told in capsys.readouterr().out
    found = re.search(r"API token: (srt_\S+)\n  API tenant: (\S+)\n", told)
    assert found
    token = people.token_for(found[1], at=timezone.now())
    assert str(token.tenant_id) == found[2]
