"""The tills in the admin site: connecting, linking and trying again, by an administrator."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.models import AuditRecord
from inventory.queries import history
from pos_bridge.domain import connections, links
from pos_bridge.models import Connection, ItemLink, LocationLink, RawEventState
from tests.factories import make_item, make_location
from tests.pos_bridge.rows import make_event, ring_up, sold
from tests.web import browser

SECRET = "never-to-be-shown-anywhere"  # noqa: S105,RUF100 -- opens nothing


@pytest.fixture
def site(owner):
    return browser(owner)


@pytest.fixture
def square(tenant, owner):
    return connections.create(provider="square", name="Main tills", actor=owner)


def filled_in(**fields):
    return {
        "provider": "square",
        "name": "Main tills",
        "environment": "sandbox",
        "base_url": "",
        "state": "ACTIVE",
        "restock_policy": "as_stated",
        "oldest_days": 35,
        "merchants": "M1\nM2",
        "credentials": f"access_token = {SECRET}",
        "webhook_secrets": SECRET,
        **fields,
    }


def page_of(connection):
    return reverse("admin:pos_bridge_connection_change", args=[connection.pk])


ADD = "admin:pos_bridge_connection_add"


@pytest.mark.proves("S15")
def test_a_connection_is_made_and_its_secrets_are_never_seen_again(tenant, site):
    answer = site.post(reverse(ADD), filled_in())

    made = Connection.objects.get()
    assert answer.status_code == 302
    assert connections.opened(made) == {"access_token": SECRET}
    assert sorted(made.merchants.values_list("external_id", flat=True)) == ["M1", "M2"]
    shown = site.get(page_of(made)).content.decode()
    assert "1 verify now" in shown
    assert SECRET not in shown
    assert SECRET not in str(list(AuditRecord.objects.values_list("data", flat=True)))


@pytest.mark.proves("S15")
def test_a_form_with_a_mistake_comes_back_without_the_secrets(tenant, site):
    answer = site.post(reverse(ADD), filled_in(oldest_days="many"))

    assert answer.status_code == 200
    assert SECRET not in answer.content.decode()
    assert not Connection.objects.exists()


@pytest.mark.proves("S18")
def test_an_address_inside_is_refused(tenant, site):
    answer = site.post(reverse(ADD), filled_in(base_url="http://10.0.0.1/"))

    assert "must begin with https://" in answer.content.decode()
    assert not Connection.objects.exists()


def test_a_change_without_secrets_keeps_those_there_are(tenant, site):
    site.post(reverse(ADD), filled_in())
    made = Connection.objects.get()

    answer = site.post(
        page_of(made), filled_in(name="Bar", credentials="", webhook_secrets="", merchants="M1")
    )

    made.refresh_from_db()
    assert (answer.status_code, made.name, made.version) == (302, "Bar", 2)
    assert connections.opened(made) == {"access_token": SECRET}
    assert list(made.merchants.values_list("external_id", flat=True)) == ["M1"]
    assert AuditRecord.objects.filter(action="connection.changed").count() == 1


def test_removing_one_with_history_archives_it(square, site):
    make_event(square)

    answer = site.post(
        reverse("admin:pos_bridge_connection_delete", args=[square.pk]), {"post": "yes"}
    )

    square.refresh_from_db()
    assert (answer.status_code, square.state) == (302, "ARCHIVED")


def test_a_dead_event_is_tried_again_and_others_are_left_alone(square, owner, site):
    dead = make_event(square, state="DEAD", reason="Not readable")
    posted = make_event(square, state="POSTED")
    RawEventState.objects.filter(pk=dead.pk).update(attempts=10)

    answer = site.post(
        reverse("admin:pos_bridge_rawevent_changelist"),
        {"action": "try_again", "_selected_action": [dead.pk, posted.pk]},
    )

    dead.refresh_from_db()
    posted.refresh_from_db()
    assert answer.status_code == 302
    assert (dead.state, dead.attempts, dead.reason) == ("PENDING", 0, "")
    assert posted.state == "POSTED"
    record = AuditRecord.objects.get(action="event.tried_again")
    assert (record.actor, record.target) == (owner, f"event:{dead.pk}")
    assert record.data == {"was": "DEAD", "reason": "Not readable"}


def test_the_body_of_an_event_is_readable_and_harmless(square, site):
    event = make_event(square, body=b'{"name":"<script>alert(1)</script>"}')

    shown = site.get(reverse("admin:pos_bridge_rawevent_change", args=[event.pk])).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert(1)" not in shown


def test_a_line_that_waits_is_linked_to_an_item_and_posts(square, owner, site):
    shop, pie = make_location(), make_item(sku="PIE-1")
    links.link_location(connection=square, external_id="L1", location=shop, actor=owner)
    line = ring_up(square, sold("PIE", 2)).lines.get()
    page = reverse("admin:pos_bridge_transactionline_changelist")
    chosen = {"action": "link", "_selected_action": [line.pk]}

    asked = site.post(page, chosen)
    unknown = site.post(page, {**chosen, "sku": "NO-SUCH", "factor": "1"})
    answer = site.post(page, {**chosen, "sku": "PIE-1", "factor": "6"})

    assert "Which item is PIE?" in asked.content.decode()
    assert "No item has this SKU." in unknown.content.decode()
    assert answer.status_code == 302
    [moved], _ = history.lines_of(location=shop.pk, item=pie.pk)
    assert moved.quantity == -12
    link = ItemLink.objects.get()
    assert (link.external_id, link.item, link.factor) == ("PIE", pie, 6)


def test_lines_of_different_items_are_not_linked_at_once(square, site):
    lines = ring_up(square, sold("PIE", 1), sold("TEA", 1)).lines.values_list("pk", flat=True)

    site.post(
        reverse("admin:pos_bridge_transactionline_changelist"),
        {"action": "link", "_selected_action": list(lines), "sku": "", "factor": "1"},
    )

    assert not ItemLink.objects.exists()


def test_links_made_on_their_own_pages_post_what_waited(square, site):
    shop, pie = make_location(), make_item()
    ring_up(square, sold("PIE", 2))

    for kind, ours in (("locationlink", {"location": shop.pk}), ("itemlink", {"item": pie.pk})):
        body = {"connection": square.pk, "name": "", "factor": "1", **ours}
        body["external_id"] = "L1" if kind == "locationlink" else "PIE"
        assert site.post(reverse(f"admin:pos_bridge_{kind}_add"), body).status_code == 302

    assert LocationLink.objects.get().location == shop
    [moved], _ = history.lines_of(location=shop.pk, item=pie.pk)
    assert moved.quantity == -2
