"""Adds up every entry again and compares: what the ledger says of itself must be what it holds.

Each check is one set-based query that answers only what is wrong, so memory stays flat however many
entries there are. All of one tenant's checks read one snapshot; nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from core import tenancy
from core.domain import audit
from core.models import Tenant

MOST = 50  # findings a check names; one is enough to know, and a ruined table has millions


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written. `first_seq` to `last_seq` is where to look."""

    check: str
    message: str
    location: str | None = None  # its code; its id when the tenant has no such location
    item: str | None = None  # its SKU; its id when the tenant has no such item
    first_seq: int | None = None
    last_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    tenant: str
    entries: int
    findings: list[Finding]


def verify(tenant: Tenant) -> Report:
    """Recompute the tenant's levels, versions, streams, chains, counts, exceptions and seals."""
    with _one_snapshot(), tenancy.acting_for(tenant):
        findings = [finding for name in CHECKS for finding in _run(name)]
        findings += _audit(tenant)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM inventory_entry")
            [entries] = cursor.fetchone()
    return Report(tenant.slug, entries, findings)


def tenants(slug: str | None = None) -> list[Tenant]:
    """The tenants to verify: all, or the one with this slug (none when there is no such)."""
    with tenancy.across_tenants("verifying"):
        found = Tenant.objects.order_by("slug")
        return list(found.filter(slug=slug) if slug else found)


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """What is posted while we read must not look like a difference."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
        yield


def _run(name: str) -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(NAMED.format(check=CHECKS[name]), [MOST])
        return [
            Finding(name, message, location, item, first_seq, last_seq)
            for location, item, first_seq, last_seq, message in cursor.fetchall()
        ]


def _audit(tenant: Tenant) -> list[Finding]:
    seal = audit.broken_seal(tenant)
    if seal is None:
        return []
    message = f"audit records of transactions {seal.after} to {seal.before - 1} were altered"
    return [Finding("audit", message)]


# Every check answers (location, item, first_seq, last_seq, message).
NAMED = """
SELECT coalesce(l.code, f.location::text), coalesce(i.sku, f.item::text),
       f.first_seq, f.last_seq, f.message
FROM ({check}) AS f (location, item, first_seq, last_seq, message)
LEFT JOIN locations_location l ON l.id = f.location
LEFT JOIN inventory_item i ON i.id = f.item
ORDER BY f.location, f.first_seq, f.item
LIMIT %s
"""

# In the order in which they help to understand what happened: places first, sums last.
CHECKS = {
    # A row that was moved to another tenant is missing at home and a stranger where it went.
    "tenant": """
        SELECT r.location_id, r.item_id, r.first_seq, r.last_seq,
               r.what || ' belongs to a location or item of another tenant'
        FROM (
            SELECT 'an entry' AS what, location_id, item_id,
                   min(seq) AS first_seq, max(seq) AS last_seq
            FROM inventory_entry GROUP BY location_id, item_id
            UNION ALL SELECT 'a level', location_id, item_id, NULL, NULL FROM inventory_stocklevel
            UNION ALL SELECT 'a stream', location_id, NULL, NULL, NULL FROM inventory_stream
            UNION ALL SELECT 'a chain link', location_id, NULL, first_seq, last_seq
            FROM inventory_chainlink
            UNION ALL SELECT 'a count', location_id, item_id, NULL, NULL FROM inventory_countmark
            UNION ALL SELECT 'an exception', location_id, item_id, NULL, NULL
            FROM inventory_stockexception
        ) r
        LEFT JOIN locations_location l ON l.id = r.location_id
        LEFT JOIN inventory_item i ON i.id = r.item_id
        WHERE l.id IS NULL OR (r.item_id IS NOT NULL AND i.id IS NULL)
    """,
    # Every link is compared with the one before it as stored, so an altered range is named by
    # itself and those after it are not; together they still say what a walk from the first would.
    "chain": """
        SELECT l.location_id, NULL::bigint, least(l.first_seq, l.before + 1), l.last_seq,
               CASE WHEN l.first_seq <> l.before + 1
                    THEN 'the chain goes from ' || l.before || ' to ' || l.first_seq
                    WHEN e.n <> l.last_seq - l.before
                    THEN 'sealed were ' || l.last_seq - l.before || ' entries, found are ' || e.n
                    ELSE 'entries or their postings were altered' END
        FROM (
            SELECT location_id, first_seq, last_seq, head,
                   lag(head, 1, decode(repeat('00', 32), 'hex')) OVER w AS head_before,
                   lag(last_seq, 1, 0::bigint) OVER w AS before
            FROM inventory_chainlink WINDOW w AS (PARTITION BY location_id ORDER BY last_seq)
        ) l
        CROSS JOIN LATERAL (
            SELECT count(*) AS n, sha256(coalesce(string_agg(ledger_digest(
                e.posting_id, e.item_id, e.version, e.effective_at,
                e.quantity, e.unit_cost, e.value, e.on_hand_after,
                p.kind, p.key, p.source, p.actor_id, p.occurred_at, p.recorded_at, p.reason, p.note
            ), ''::bytea ORDER BY e.seq), ''::bytea)) AS digest
            FROM inventory_entry e LEFT JOIN inventory_posting p ON p.id = e.posting_id
            WHERE e.location_id = l.location_id AND e.seq BETWEEN l.first_seq AND l.last_seq
        ) e
        WHERE l.first_seq <> l.before + 1 OR e.n <> l.last_seq - l.before
           OR l.head <> sha256(l.head_before || int8send(l.before) || e.digest)
    """,
    "seq": """
        SELECT e.location_id, NULL::bigint,
               least(e.before + 1, e.seq), greatest(e.seq - 1, e.before),
               'entry ' || e.seq || ' follows entry ' || e.before
        FROM (SELECT location_id, seq, lag(seq, 1, 0::bigint) OVER
                  (PARTITION BY location_id ORDER BY seq) AS before FROM inventory_entry) e
        WHERE e.seq <> e.before + 1
    """,
    "stream": """
        SELECT l.id, NULL::bigint,
               CASE WHEN s.seq = e.seq AND s.seq = c.last_seq THEN c.first_seq
                    ELSE least(coalesce(s.seq, 0), e.seq, c.last_seq) + 1 END,
               greatest(s.seq, e.seq, c.last_seq),
               CASE WHEN s.seq IS NULL THEN 'the location has no stream'
                    WHEN s.seq <> e.seq OR s.seq <> c.last_seq
                    THEN 'the stream stands at ' || s.seq || ', the last entry is ' || e.seq
                         || ', the chain ends at ' || c.last_seq
                    ELSE 'the stream does not hold the head of its chain' END
        FROM locations_location l
        LEFT JOIN inventory_stream s ON s.location_id = l.id
        CROSS JOIN LATERAL (SELECT coalesce(max(seq), 0) AS seq FROM inventory_entry
                            WHERE location_id = l.id) e
        CROSS JOIN LATERAL (
            SELECT coalesce(max(last_seq), 0) AS last_seq, max(first_seq) AS first_seq,
                   coalesce((array_agg(head))[1], decode(repeat('00', 32), 'hex')) AS head
            FROM (SELECT first_seq, last_seq, head FROM inventory_chainlink WHERE location_id = l.id
                  ORDER BY last_seq DESC LIMIT 1) newest
        ) c
        WHERE s.seq IS NULL OR s.seq <> e.seq OR s.seq <> c.last_seq OR s.head <> c.head
    """,
    # The row itself, where the running balance tells it: compared with the row before as stored.
    "version": """
        SELECT e.location_id, e.item_id, e.seq, e.seq,
               CASE WHEN e.version <> e.nth
                    THEN 'version ' || e.version || ' stands in place ' || e.nth
                    ELSE format('version %%s leaves %%s, but %%s and %%s make %%s', e.version,
                        trim_scale(e.on_hand_after), trim_scale(e.before), trim_scale(e.quantity),
                        trim_scale(e.before + e.quantity)) END
        FROM (
            SELECT location_id, item_id, seq, version, quantity, on_hand_after,
                   row_number() OVER w AS nth, lag(on_hand_after, 1, 0::numeric) OVER w AS before
            FROM inventory_entry WINDOW w AS (PARTITION BY location_id, item_id ORDER BY version)
        ) e
        WHERE e.version <> e.nth OR e.on_hand_after <> e.before + e.quantity
    """,
    "posting": """
        SELECT e.location_id, e.item_id, e.seq, e.seq,
               CASE WHEN p.id IS NULL THEN 'posting ' || e.posting_id || ' of the entry is missing'
                    ELSE 'entry and posting ' || p.id || ' differ in when it was effective' END
        FROM inventory_entry e LEFT JOIN inventory_posting p ON p.id = e.posting_id
        WHERE p.id IS NULL OR p.effective_at <> e.effective_at
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, 'posting ' || p.id || ' (' || p.key || ') has no entry'
        FROM inventory_posting p
        WHERE NOT EXISTS (SELECT FROM inventory_entry e WHERE e.posting_id = p.id)
    """,
    "balance": """
        SELECT min(e.location_id), e.item_id, NULL::bigint, NULL::bigint,
               'posting ' || p.id || ' moves goods inside the chain and leaves '
               || trim_scale(sum(e.quantity)) || ' over'
        FROM inventory_posting p JOIN inventory_entry e ON e.posting_id = p.id
        WHERE p.kind IN ('TRANSFER_OUT', 'TRANSFER_IN')
        GROUP BY p.id, e.item_id HAVING sum(e.quantity) <> 0
    """,
    "level": """
        SELECT coalesce(l.location_id, e.location_id), coalesce(l.item_id, e.item_id),
               NULL::bigint, NULL::bigint,
               CASE WHEN l.item_id IS NULL THEN 'entries without a level'
                    ELSE concat_ws('; ', 'the level is not the sum of its entries',
                        CASE WHEN l.on_hand <> e.on_hand
                             THEN format('on hand %%s, entries %%s', l.on_hand, e.on_hand) END,
                        CASE WHEN l.value <> e.value
                             THEN format('value %%s, entries %%s', l.value, e.value) END,
                        CASE WHEN l.version <> e.version
                             THEN format('version %%s, entries %%s', l.version, e.version) END,
                        CASE WHEN l.last_counted_at IS DISTINCT FROM e.counted_at
                             THEN 'last counted at another time' END,
                        CASE WHEN l.last_sold_at IS DISTINCT FROM e.sold_at
                             THEN 'last sold at another time' END,
                        CASE WHEN l.on_hand = 0 AND l.unit_cost <> e.unit_cost
                             THEN 'another unit cost' END) END
        FROM inventory_stocklevel l
        FULL JOIN (
            SELECT e.location_id, e.item_id, sum(e.quantity) AS on_hand, sum(e.value) AS value,
                   max(e.version) AS version,
                   max(e.effective_at) FILTER (WHERE p.kind = 'COUNT') AS counted_at,
                   max(e.effective_at) FILTER (WHERE p.kind = 'SALE') AS sold_at,
                   max(e.unit_cost) FILTER (WHERE e.is_newest) AS unit_cost
            FROM (SELECT *, lead(seq) OVER (PARTITION BY location_id, item_id ORDER BY version)
                            IS NULL AS is_newest FROM inventory_entry) e
            LEFT JOIN inventory_posting p ON p.id = e.posting_id
            GROUP BY e.location_id, e.item_id
        ) e ON e.location_id = l.location_id AND e.item_id = l.item_id
        WHERE l.item_id IS NULL
           OR (e.item_id IS NULL AND (l.on_hand <> 0 OR l.value <> 0 OR l.version <> 0))
           OR l.on_hand <> e.on_hand OR l.value <> e.value OR l.version <> e.version
           OR l.last_counted_at IS DISTINCT FROM e.counted_at
           OR l.last_sold_at IS DISTINCT FROM e.sold_at
           OR (l.on_hand = 0 AND l.unit_cost <> e.unit_cost)
    """,
    # For every count, the balance as of its instant is what was found; a corrected count of the
    # same instant takes the place of the one before.
    "count": """
        SELECT t.location_id, t.item_id, NULL::bigint, NULL::bigint,
               'counted were ' || trim_scale(t.counted) || ' at ' || t.at || ', but '
               || trim_scale(t.stood) || ' stood there'
        FROM (
            SELECT *, sum(quantity) OVER (PARTITION BY location_id, item_id ORDER BY at, part
                                          ROWS UNBOUNDED PRECEDING) AS stood
            FROM (
                SELECT location_id, item_id, effective_at AS at, 0 AS part, quantity,
                       NULL::numeric AS counted
                FROM inventory_entry
                UNION ALL
                (SELECT DISTINCT ON (location_id, item_id, counted_at)
                        location_id, item_id, counted_at, 1, 0, counted
                 FROM inventory_countmark ORDER BY location_id, item_id, counted_at, id DESC)
            ) moments
        ) t
        WHERE t.part = 1 AND t.stood <> t.counted
        UNION ALL
        SELECT coalesce(e.location_id, m.location_id), coalesce(e.item_id, m.item_id), e.seq, e.seq,
               CASE WHEN m.n IS NULL THEN 'a count entry without what was found'
                    WHEN e.seq IS NULL THEN 'a finding without its count entry'
                    WHEN m.n > 1 THEN 'a count entry with ' || m.n || ' findings'
                    ELSE 'a count entry of another time than its finding' END
        FROM (SELECT e.* FROM inventory_entry e JOIN inventory_posting p ON p.id = e.posting_id
              WHERE p.kind = 'COUNT') e
        FULL JOIN (SELECT location_id, item_id, posting_id, count(*) AS n, min(counted_at) AS at
                   FROM inventory_countmark GROUP BY location_id, item_id, posting_id) m
            ON m.posting_id = e.posting_id
               AND m.location_id = e.location_id AND m.item_id = e.item_id
        WHERE m.n IS NULL OR e.seq IS NULL OR m.n > 1 OR m.at <> e.effective_at
    """,
    "exception": """
        SELECT coalesce(l.location_id, x.location_id), coalesce(l.item_id, x.item_id),
               NULL::bigint, NULL::bigint,
               CASE WHEN x.id IS NULL THEN 'below zero without an open exception'
                    ELSE 'an open exception, but nothing is below zero' END
        FROM (SELECT * FROM inventory_stocklevel WHERE on_hand < 0) l
        FULL JOIN (SELECT * FROM inventory_stockexception
                   WHERE kind = 'NEGATIVE_STOCK' AND closed_at IS NULL) x
            ON x.location_id = l.location_id AND x.item_id = l.item_id
        WHERE l.item_id IS NULL OR x.id IS NULL
    """,
}
