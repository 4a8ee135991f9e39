-- The ledger's one way to write: postings, levels, streams, entries, chain links and outbox rows of a
-- batch, in one fixed lock order. Arrays: p_* one element a posting, m_* one element a move;
-- m_posting counts postings from 1. Answers the posting ids, NULL where the key was known already.
CREATE FUNCTION ledger_post(
    p_tenant uuid,
    p_kind text[], p_key text[], p_source text[], p_actor bigint[],
    p_occurred timestamptz[], p_effective timestamptz[], p_reason text[], p_note text[],
    m_posting int[], m_location bigint[], m_item bigint[],
    m_quantity numeric[], m_cost numeric[], m_counted numeric[],
    p_refuse boolean
) RETURNS bigint[]
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    ids bigint[] := ARRAY(SELECT nextval('inventory_posting_id_seq') FROM generate_series(1, cardinality(p_key)));
    posting_of bigint[];
    walked boolean := false;     -- quantities and values were worked out move by move
    quantity_of numeric[] := m_quantity;
    value_of numeric[] := array_fill(0::numeric, ARRAY[cardinality(m_posting)]);
    unit_of numeric[] := value_of;
    left_of numeric[] := value_of;  -- at a level's last move: the average it leaves
    short jsonb;
    late int[];
    fell boolean;
    rose boolean;
    r record;
    here_location bigint; here_item bigint; here_place bigint;
    here_on_hand numeric; here_value numeric; here_unit numeric;
    moved numeric;
    revalued bigint;
    extra_posting bigint[] := '{}'; extra_location bigint[] := '{}'; extra_item bigint[] := '{}';
    extra_value numeric[] := '{}'; extra_unit numeric[] := '{}';
    extra_place int[] := '{}';
BEGIN
    -- 1. Postings, in key order so that two batches with the same keys wait instead of deadlocking.
    WITH fresh AS (
        INSERT INTO inventory_posting
            (id, tenant_id, kind, key, source, actor_id, occurred_at, effective_at, recorded_at, reason, note)
        SELECT u.id, p_tenant, u.kind, u.key, u.source, u.actor, u.occurred, u.effective, now(), u.reason, u.note
        FROM unnest(ids, p_kind, p_key, p_source, p_actor, p_occurred, p_effective, p_reason, p_note)
             AS u(id, kind, key, source, actor, occurred, effective, reason, note)
        ORDER BY u.key COLLATE "C", u.id
        ON CONFLICT (tenant_id, key) DO NOTHING
        RETURNING id
    )
    SELECT array_agg(f.id ORDER BY u.n) INTO posting_of
    FROM unnest(ids) WITH ORDINALITY AS u(id, n) LEFT JOIN fresh f ON f.id = u.id;

    IF (SELECT bool_and(id IS NULL) FROM unnest(posting_of) AS id) THEN
        RETURN posting_of;
    END IF;

    -- 2. Only when a cost or a counted quantity is given: lock the levels first and walk the moves.
    SELECT bool_or(u.cost IS NOT NULL OR u.counted IS NOT NULL) INTO walked
    FROM unnest(m_posting, m_cost, m_counted) AS u(n, cost, counted) WHERE posting_of[u.n] IS NOT NULL;
    IF walked THEN
        INSERT INTO inventory_stocklevel (tenant_id, location_id, item_id, version, on_hand, reserved, value, unit_cost)
        SELECT DISTINCT p_tenant, u.location, u.item, 0, 0, 0, 0, 0
        FROM unnest(m_posting, m_location, m_item) AS u(n, location, item)
        WHERE posting_of[u.n] IS NOT NULL
        ORDER BY u.location, u.item
        ON CONFLICT (location_id, item_id) DO NOTHING;
        PERFORM 1 FROM inventory_stocklevel l
        WHERE (l.location_id, l.item_id) IN (
            SELECT u.location, u.item FROM unnest(m_posting, m_location, m_item) AS u(n, location, item)
            WHERE posting_of[u.n] IS NOT NULL)
        ORDER BY l.location_id, l.item_id FOR UPDATE;

        FOR r IN
            SELECT u.* FROM unnest(m_posting, m_location, m_item, m_quantity, m_cost, m_counted)
                WITH ORDINALITY AS u(n, location, item, quantity, cost, counted, place)
            WHERE posting_of[u.n] IS NOT NULL ORDER BY u.location, u.item, u.place
        LOOP
            IF here_location IS DISTINCT FROM r.location OR here_item IS DISTINCT FROM r.item THEN
                here_location := r.location; here_item := r.item;
                SELECT l.on_hand, l.value, l.unit_cost INTO STRICT here_on_hand, here_value, here_unit
                FROM inventory_stocklevel l WHERE l.location_id = r.location AND l.item_id = r.item;
            ELSE
                left_of[here_place] := 0;
            END IF;
            moved := r.quantity;
            IF r.counted IS NOT NULL THEN
                -- The variance against what stood there at the counting instant.
                moved := r.counted - (here_on_hand - coalesce((
                    SELECT sum(e.quantity) FROM inventory_entry e
                    WHERE e.location_id = r.location AND e.item_id = r.item
                      AND e.effective_at > p_effective[r.n]), 0));
                quantity_of[r.place] := moved;
            END IF;
            IF here_on_hand <> 0 THEN
                here_unit := round(here_value / here_on_hand, 6);
            END IF;
            IF r.cost IS NOT NULL AND moved > 0 THEN
                IF here_on_hand < 0 AND here_on_hand * r.cost <> here_value THEN
                    -- What was sold before it was bought costs what it cost after all.
                    revalued := nextval('inventory_posting_id_seq');
                    INSERT INTO inventory_posting
                        (id, tenant_id, kind, key, source, actor_id, occurred_at, effective_at, recorded_at, reason, note)
                    VALUES (revalued, p_tenant, 'REVALUATION',
                        'revaluation:' || p_key[r.n] || ':' || r.location || ':' || r.item || ':' || r.place,
                        p_source[r.n], p_actor[r.n], p_occurred[r.n], now(), now(), 'sold before received', '');
                    extra_posting := extra_posting || revalued;
                    extra_location := extra_location || r.location;
                    extra_item := extra_item || r.item;
                    extra_value := extra_value || round(here_on_hand * r.cost - here_value, 6);
                    extra_unit := extra_unit || r.cost;
                    extra_place := extra_place || r.place::int;
                    here_value := round(here_on_hand * r.cost, 6);
                END IF;
                unit_of[r.place] := r.cost;
                value_of[r.place] := round(moved * r.cost, 6);
                here_unit := r.cost;
            ELSE
                unit_of[r.place] := here_unit;
                value_of[r.place] := CASE
                    WHEN here_on_hand + moved = 0 THEN -here_value
                    WHEN here_on_hand = 0 THEN round(moved * here_unit, 6)
                    ELSE round(here_value * (here_on_hand + moved) / here_on_hand, 6) - here_value END;
            END IF;
            here_on_hand := here_on_hand + moved;
            here_value := here_value + value_of[r.place];
            IF here_on_hand <> 0 THEN
                here_unit := round(here_value / here_on_hand, 6);
            END IF;
            left_of[r.place] := here_unit;
            here_place := r.place;
        END LOOP;
    END IF;

    -- 3. Levels, streams, entries, links and outbox rows in one statement. The order of its writes is
    --    the order of its data: levels sorted by (location, item), then streams sorted by location.
    WITH given AS (
        SELECT u.place::int AS place, 1 AS part, u.n, posting_of[u.n] AS posting, u.location, u.item,
               quantity_of[u.place]::numeric(19,6) AS quantity, u.counted,
               value_of[u.place] AS value, unit_of[u.place] AS unit, left_of[u.place] AS leaves,
               p_effective[u.n] AS effective, p_kind[u.n] AS kind, p_key[u.n] AS key, p_source[u.n] AS source,
               p_actor[u.n] AS actor, p_occurred[u.n] AS occurred, p_reason[u.n] AS reason, p_note[u.n] AS note
        FROM unnest(m_posting, m_location, m_item, m_counted)
             WITH ORDINALITY AS u(n, location, item, counted, place)
        WHERE posting_of[u.n] IS NOT NULL
        UNION ALL
        SELECT x.place, 0, 0, x.posting, x.location, x.item, 0::numeric(19,6), NULL, x.value, x.unit, 0,
               now(), p.kind, p.key, p.source, p.actor_id, p.occurred_at, p.reason, p.note
        FROM unnest(extra_place, extra_posting, extra_location, extra_item, extra_value, extra_unit)
             AS x(place, posting, location, item, value, unit)
        JOIN inventory_posting p ON p.id = x.posting
    ),
    m AS MATERIALIZED (
        SELECT g.*,
               sum(g.quantity) OVER k AS running,
               row_number() OVER k AS nth,
               row_number() OVER (PARTITION BY g.location ORDER BY g.place, g.part) AS rank
        FROM given g
        WINDOW k AS (PARTITION BY g.location, g.item ORDER BY g.place, g.part)
    ),
    lv AS (
        INSERT INTO inventory_stocklevel AS l
            (tenant_id, location_id, item_id, version, on_hand, reserved, value, unit_cost, last_sold_at, last_counted_at)
        SELECT p_tenant, m.location, m.item, count(*), sum(m.quantity), 0, sum(m.value), sum(m.leaves),
               max(m.effective) FILTER (WHERE m.kind = 'SALE'),
               max(m.effective) FILTER (WHERE m.kind = 'COUNT')
        FROM m GROUP BY m.location, m.item ORDER BY m.location, m.item
        ON CONFLICT (location_id, item_id) DO UPDATE SET
            on_hand = l.on_hand + EXCLUDED.on_hand,
            version = l.version + EXCLUDED.version,
            value = CASE
                WHEN walked THEN l.value + EXCLUDED.value
                WHEN l.on_hand = 0 THEN l.value + round(EXCLUDED.on_hand * l.unit_cost, 6)
                ELSE round(l.value * (l.on_hand + EXCLUDED.on_hand) / l.on_hand, 6) END,
            unit_cost = CASE
                WHEN walked THEN EXCLUDED.unit_cost
                WHEN l.on_hand <> 0 THEN round(l.value / l.on_hand, 6)
                ELSE l.unit_cost END,
            last_sold_at = greatest(l.last_sold_at, EXCLUDED.last_sold_at),
            last_counted_at = greatest(l.last_counted_at, EXCLUDED.last_counted_at)
        RETURNING l.location_id AS location, l.item_id AS item, l.on_hand, l.reserved, l.version,
            coalesce(old.on_hand, 0) AS before, coalesce(old.value, 0) AS value_before,
            coalesce(old.unit_cost, 0) AS unit_before, coalesce(old.version, 0) AS version_before,
            old.last_counted_at AS counted_before
    ),
    x AS MATERIALIZED (
        SELECT m.*, lv.counted_before,
               lv.version_before + m.nth AS version,
               (lv.before + m.running)::numeric(19,6) AS on_hand_after,
               (CASE WHEN walked THEN m.unit
                     WHEN lv.before <> 0 THEN round(lv.value_before / lv.before, 6)
                     ELSE lv.unit_before END)::numeric(19,6) AS unit_cost,
               (CASE WHEN walked THEN m.value
                     WHEN lv.before = 0 THEN round((lv.before + m.running) * lv.unit_before, 6)
                        - round((lv.before + m.running - m.quantity) * lv.unit_before, 6)
                     ELSE round(lv.value_before * (lv.before + m.running) / lv.before, 6)
                        - round(lv.value_before * (lv.before + m.running - m.quantity) / lv.before, 6)
                     END)::numeric(19,6) AS worth
        FROM m JOIN lv ON lv.location = m.location AND lv.item = m.item
    ),
    d AS MATERIALIZED (
        SELECT x.location, count(*) AS n,
               sha256(string_agg(ledger_digest(
                   x.posting, x.item, x.version, x.effective, x.quantity, x.unit_cost, x.worth, x.on_hand_after,
                   x.kind, x.key, x.source, x.actor, x.occurred, now(), x.reason, x.note
               ), ''::bytea ORDER BY x.rank)) AS digest
        FROM x GROUP BY x.location
    ),
    st AS (
        INSERT INTO inventory_stream AS s (tenant_id, location_id, seq, head)
        SELECT p_tenant, d.location, d.n, d.digest FROM d ORDER BY d.location
        ON CONFLICT (location_id) DO UPDATE SET
            seq = s.seq + EXCLUDED.seq,
            head = sha256(s.head || int8send(s.seq) || EXCLUDED.head)
        RETURNING s.location_id AS location, s.seq, s.head, old.seq AS before
    ),
    e AS (
        INSERT INTO inventory_entry
            (tenant_id, location_id, seq, item_id, version, posting_id, effective_at, quantity, unit_cost, value, on_hand_after)
        SELECT p_tenant, x.location, st.before + x.rank, x.item, x.version, x.posting, x.effective,
               x.quantity, x.unit_cost, x.worth, x.on_hand_after
        FROM x JOIN st ON st.location = x.location ORDER BY x.location, x.rank
    ),
    link AS (
        INSERT INTO inventory_chainlink (tenant_id, location_id, first_seq, last_seq, head)
        SELECT p_tenant, st.location, st.before + 1, st.seq, st.head FROM st
    ),
    mark AS (
        INSERT INTO inventory_countmark (tenant_id, location_id, item_id, counted_at, counted, posting_id)
        SELECT p_tenant, x.location, x.item, x.effective, x.counted, x.posting
        FROM x WHERE x.counted IS NOT NULL
    ),
    box AS (
        INSERT INTO core_outboxmessage (tenant_id, topic, payload)
        SELECT p_tenant, 'stock.changed', jsonb_build_object(
            'location', st.location, 'after', st.before, 'seq', st.seq,
            'rows', (SELECT jsonb_agg(jsonb_build_object(
                'item', lv.item, 'on_hand', trim_scale(lv.on_hand)::text,
                'reserved', trim_scale(lv.reserved)::text,
                'available', trim_scale(lv.on_hand - lv.reserved)::text, 'version', lv.version))
                FROM lv WHERE lv.location = st.location))
        FROM st
    )
    SELECT
        (SELECT jsonb_agg(jsonb_build_object('location', lv.location, 'item', lv.item,
                'available', trim_scale(lv.before - lv.reserved)::text,
                'short', trim_scale(lv.reserved - lv.on_hand)::text) ORDER BY lv.location, lv.item)
            FILTER (WHERE lv.on_hand < lv.before AND lv.on_hand < lv.reserved) FROM lv),
        (SELECT bool_or(lv.before >= 0 AND lv.on_hand < 0) FROM lv),
        (SELECT bool_or(lv.before < 0 AND lv.on_hand >= 0) FROM lv),
        (SELECT array_agg(x.place ORDER BY x.place) FROM x
            WHERE x.part = 1 AND x.kind NOT IN ('TRUE_UP', 'REVALUATION') AND x.quantity <> 0
              AND CASE WHEN x.kind = 'COUNT' THEN x.effective < x.counted_before
                       ELSE x.effective <= x.counted_before END)
    INTO short, fell, rose, late;

    -- 4. A request may not take more than is available; a fact always posts.
    IF p_refuse AND short IS NOT NULL THEN
        RAISE EXCEPTION 'insufficient stock' USING ERRCODE = 'SR001', DETAIL = short::text;
    END IF;

    -- 5. What a count had already found must not move the shelf again: the opposite, at the first
    --    count at or after it.
    IF late IS NOT NULL THEN
        PERFORM ledger_post(
            p_tenant, array_agg('TRUE_UP'::text ORDER BY t.place), array_agg(t.key ORDER BY t.place),
            array_agg(t.source ORDER BY t.place), array_agg(t.actor ORDER BY t.place),
            array_agg(t.occurred ORDER BY t.place), array_agg(t.counted_at ORDER BY t.place),
            array_agg('late for a count'::text ORDER BY t.place), array_agg(''::text ORDER BY t.place),
            array_agg(t.n::int ORDER BY t.place), array_agg(t.location ORDER BY t.place),
            array_agg(t.item ORDER BY t.place), array_agg(-t.quantity ORDER BY t.place),
            array_agg(NULL::numeric), array_agg(NULL::numeric), false)
        FROM (
            SELECT u.place, row_number() OVER (ORDER BY u.place) AS n,
                   'true-up:' || p_key[m_posting[u.place]] || ':' || u.place AS key,
                   p_source[m_posting[u.place]] AS source, p_actor[m_posting[u.place]] AS actor,
                   p_occurred[m_posting[u.place]] AS occurred, m_location[u.place] AS location,
                   m_item[u.place] AS item, quantity_of[u.place] AS quantity,
                   (SELECT min(c.counted_at) FROM inventory_countmark c
                    WHERE c.location_id = m_location[u.place] AND c.item_id = m_item[u.place]
                      AND CASE WHEN p_kind[m_posting[u.place]] = 'COUNT'
                               THEN c.counted_at > p_effective[m_posting[u.place]]
                               ELSE c.counted_at >= p_effective[m_posting[u.place]] END) AS counted_at
            FROM unnest(late) AS u(place)
        ) t;
    END IF;

    -- 6. What is below zero needs a look, and stops needing one by itself. After the true-ups, so that
    --    a late sale which a count had found opens nothing; only levels we hold, or they may change under us.
    IF fell THEN
        INSERT INTO inventory_stockexception (tenant_id, location_id, item_id, kind)
        SELECT DISTINCT p_tenant, l.location_id, l.item_id, 'NEGATIVE_STOCK'
        FROM unnest(m_posting, m_location, m_item) AS u(n, location, item)
        JOIN inventory_stocklevel l ON l.location_id = u.location AND l.item_id = u.item
        WHERE posting_of[u.n] IS NOT NULL AND l.on_hand < 0
        ON CONFLICT (location_id, item_id, kind) WHERE closed_at IS NULL DO NOTHING;
    END IF;
    IF rose THEN
        UPDATE inventory_stockexception x SET closed_at = now()
        FROM unnest(m_posting, m_location, m_item) AS u(n, location, item)
        JOIN inventory_stocklevel l ON l.location_id = u.location AND l.item_id = u.item
        WHERE posting_of[u.n] IS NOT NULL AND x.location_id = l.location_id AND x.item_id = l.item_id
          AND x.kind = 'NEGATIVE_STOCK' AND x.closed_at IS NULL AND l.on_hand >= 0;
    END IF;
    RETURN posting_of;
END $$;
