"""The admin site: who gets in, one chain at a time, every page, and history that stays."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from core import tenancy
from core.domain import outbox
from core.models import AuditRecord, Job, LogEntry, Tenant
from inventory.domain.ledger import Kind
from inventory.models import Barcode, Category, Item
from locations.domain import memberships, people
from locations.models import Membership
from locations.roles import Role
from pos_bridge.domain import connections, links, syncs
from tests.factories import make_item, make_location, make_member, make_tenant, post
from tests.pos_bridge.rows import make_event, ring_up, sold
from tests.web import browser

SECRET = "never-to-be-shown-anywhere"  # noqa: S105,RUF100 -- opens nothing
MOST_QUERIES = 40
HISTORY = (
    "core_auditrecord",
    "core_job",
    "core_logentry",
    "core_outboxmessage",
    "core_user",
    "inventory_posting",
    "inventory_stream",
    "pos_bridge_rawevent",
    "pos_bridge_syncrun",
    "pos_bridge_transaction",
    "pos_bridge_transactionline",
)


def fill(owner):
    """A row of everything that the site shows."""
    shop = make_location(code="fitzroy")
    item = make_item(sku="PIE-1", name="Pie", category="Food")
    Barcode.objects.create(tenant_id=tenancy.current_tenant(), item=item, code="93001")
    post(Kind.OPENING, (item, 5, shop), actor=owner)
    connection = connections.create(
        provider="square",
        name="Main tills",
        actor=owner,
        merchants=[f"of-{tenancy.current_tenant()}"],
        secrets={"access_token": SECRET},
        webhook_secrets=[SECRET],
    )
    links.link_location(connection=connection, external_id="L1", location=shop, actor=owner)
    links.link_item(connection=connection, external_id="PIE", item=item, actor=owner)
    ring_up(connection, sold("PIE", 1), sold("TEA", 1))
    make_event(connection, state="DEAD", reason="Not readable", body=b'{"id": "deep inside"}')
    syncs.start(connection=connection, actor=owner)
    people.issue_token(
        name="Robot", role=Role.INTEGRATOR, scopes=["view_stock"], actor=owner, locations=[shop]
    )
    outbox.put("stock.changed", location=shop.pk)
    return connection


@pytest.fixture
def filled(tenant, owner):
    return fill(owner)


@pytest.fixture
def site(owner):
    return browser(owner)


def models():
    """Every model that the site shows, under the name of its addresses."""
    return {
        f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry
    }


def names():
    return sorted(models())


def a_row_of(name):
    return models()[name]._default_manager.order_by("-pk")[0]


def test_every_kind_of_row_is_shown_and_none_of_other_packages():
    assert names() == sorted(
        [
            *HISTORY,
            "core_apitoken",
            "core_tenant",
            "inventory_barcode",
            "inventory_category",
            "inventory_item",
            "inventory_product",
            "inventory_unit",
            "locations_location",
            "locations_membership",
            "pos_bridge_connection",
            "pos_bridge_itemlink",
            "pos_bridge_locationlink",
        ]
    )


def test_the_first_page_names_the_chain(tenant, filled, site):
    answer = site.get("/admin/")

    assert answer.status_code == 200
    assert tenant.name in answer.content.decode()


@pytest.mark.proves("S15")
@pytest.mark.parametrize("name", names())
def test_every_list_and_every_row_opens_within_bounds_and_shows_no_secret(
    filled, site, name, django_assert_max_num_queries
):
    row = a_row_of(name)
    pages = [
        reverse(f"admin:{name}_changelist"),
        reverse(f"admin:{name}_change", args=[row.pk]),
    ]
    for page in pages:
        with django_assert_max_num_queries(MOST_QUERIES):
            answer = site.get(page)
        assert answer.status_code == 200, page
        shown = answer.content.decode()
        assert SECRET not in shown
        assert "pbkdf2" not in shown
        assert "md5$" not in shown


@pytest.mark.parametrize("name", names())
def test_a_list_asks_as_often_for_many_rows_as_for_few(
    filled, owner, site, name, django_assert_max_num_queries
):
    page = reverse(f"admin:{name}_changelist")
    site.get(page)  # what a process learns once
    with django_assert_max_num_queries(1000) as few:
        site.get(page)
    asked = len(few.captured_queries)
    for number in range(2):
        make_more(owner, number)
    with django_assert_max_num_queries(asked):
        assert site.get(page).status_code == 200


def make_more(owner, number):
    shop = make_location()
    item = make_item(category=f"Category {number}")
    Barcode.objects.create(tenant_id=tenancy.current_tenant(), item=item, code=f"9400{number}")
    post(Kind.OPENING, (item, 5, shop), actor=owner)
    made = connections.create(provider="toast", name=f"Tills {number}", actor=owner)
    links.link_location(connection=made, external_id="L1", location=shop, actor=owner)
    links.link_item(connection=made, external_id="PIE", item=item, actor=owner)
    ring_up(made, sold("PIE", 1), sold("TEA", 1), order=f"O{number}")
    syncs.start(connection=made, actor=owner)
    people.issue_token(name="R", role=Role.AUDITOR, scopes=["view_stock"], actor=owner)
    outbox.put("stock.changed", location=shop.pk)


@pytest.mark.proves("S34")
@pytest.mark.parametrize("name", HISTORY)
def test_history_is_neither_added_to_nor_changed_nor_deleted(filled, site, name):
    row = a_row_of(name)

    assert site.get(reverse(f"admin:{name}_add")).status_code == 403
    assert site.post(reverse(f"admin:{name}_change", args=[row.pk]), {}).status_code == 403
    delete = reverse(f"admin:{name}_delete", args=[row.pk])
    assert site.post(delete, {"post": "yes"}).status_code == 403
    assert models()[name]._default_manager.filter(pk=row.pk).exists()


@pytest.mark.proves("S34")
@pytest.mark.parametrize("name", names())
def test_nothing_is_deleted_in_bulk(filled, site, name):
    row = a_row_of(name)
    page = reverse(f"admin:{name}_changelist")
    site.post(page, {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})

    assert models()[name]._default_manager.filter(pk=row.pk).exists()
    assert "delete_selected" not in site.get(page).content.decode()


@pytest.mark.proves("S2")
@pytest.mark.parametrize("name", names())
def test_another_chains_rows_are_not_there(filled, site, name):
    other = make_tenant()
    with tenancy.acting_for(other):
        fill(make_member("OWNER", name="Their owner"))
        theirs = a_row_of(name)

    answer = site.get(reverse(f"admin:{name}_change", args=[theirs.pk]))

    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:index")


@pytest.mark.parametrize("role", ["MANAGER", "WAREHOUSE", "AUDITOR", "INTEGRATOR"])
def test_those_whose_role_does_not_open_it_find_no_site(filled, role):
    member = browser(make_member(role))

    assert member.get("/admin/").status_code == 404
    assert member.get(reverse("admin:inventory_item_changelist")).status_code == 404


def test_one_who_administers_several_chains_chooses_among_them(tenant, owner, site):
    other = make_tenant(name="The other chain")
    with tenancy.acting_for(other):
        memberships.grant(user=owner, role=Role.ADMIN, actor=owner)
        Category.objects.create(tenant=other, name="Only there")
    elsewhere = make_tenant(name="Not theirs")
    listed = reverse("admin:inventory_category_changelist")

    assert "The other chain" in site.get(reverse("admin:chain")).content.decode()
    assert "Not theirs" not in site.get(reverse("admin:chain")).content.decode()
    assert site.post(reverse("admin:chain"), {"chain": str(elsewhere.pk)}).status_code == 200
    for chain, is_shown in ((other, True), (tenant, False)):
        assert site.post(reverse("admin:chain"), {"chain": str(chain.pk)}).status_code == 302
        assert ("Only there" in site.get(listed).content.decode()) is is_shown


def test_a_change_is_kept_as_evidence_and_field_by_field(filled, owner, site):
    item = Item.objects.get(sku="PIE-1")
    page = reverse("admin:inventory_item_change", args=[item.pk])
    answer = site.post(
        page,
        {
            "product": item.product_id,
            "sku": "PIE-1",
            "name": "Pie, large",
            "unit": item.unit_id,
            "is_active": "on",
            "barcodes-TOTAL_FORMS": 0,
            "barcodes-INITIAL_FORMS": 0,
        },
    )

    assert answer.status_code == 302
    record = AuditRecord.objects.get(action="item.changed")
    assert (record.actor, record.target) == (owner, f"item:{item.pk}")
    assert record.data == {"fields": ["name"]}
    entry = LogEntry.objects.get_for_object(item).first()
    assert entry.changes == {"name": ["Pie", "Pie, large"]}
    assert entry.actor == owner
    history = site.get(reverse("admin:inventory_item_history", args=[item.pk]), follow=True)
    assert "Pie, large" in history.content.decode()


def test_a_row_that_is_added_belongs_to_the_chain_and_its_name_is_checked_there(tenant, site):
    page = reverse("admin:inventory_category_add")

    assert site.post(page, {"name": "Tea"}).status_code == 302
    assert Category.objects.get().tenant == tenant
    again = site.post(page, {"name": "tea"})
    assert again.status_code == 200
    assert Category.objects.count() == 1


def test_the_chain_itself_is_renamed_and_never_made_or_removed(tenant, site):
    page = reverse("admin:core_tenant_change", args=[tenant.pk])

    assert site.post(page, {"name": "New name", "time_zone": "UTC"}).status_code == 302
    assert Tenant.objects.get().name == "New name"
    assert site.get(reverse("admin:core_tenant_add")).status_code == 403
    with pytest.raises(NoReverseMatch):
        reverse("admin:auth_group_changelist")


def test_a_job_of_somebody_who_left_is_still_listed(tenant, owner, site):
    gone = make_member("MANAGER", name="Gone Person")
    Job.objects.create(tenant=tenant, kind="import", owner=gone)
    memberships.revoke(user=gone, actor=owner)
    assert not Membership.objects.filter(user=gone).exists()

    shown = site.get(reverse("admin:core_job_changelist")).content.decode()

    assert "a former member" in shown
