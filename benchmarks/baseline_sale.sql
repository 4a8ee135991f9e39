WITH s AS (
    INSERT INTO baseline.sale (source_id, external_id, location_id, occurred_at)
    VALUES (1, 'sale:' || :number::bigint, :location::int, now())
    ON CONFLICT (source_id, external_id) DO NOTHING
    RETURNING id, location_id, occurred_at
),
l AS (
    SELECT s.id, s.occurred_at, s.location_id, u.product_id, u.qty, u.line_no
    FROM s CROSS JOIN (VALUES
        (:item1::int, 1000::bigint, 1::smallint), (:item2::int, 1000, 2), (:item3::int, 1000, 3)
    ) AS u (product_id, qty, line_no)
),
m AS (
    INSERT INTO baseline.movement (sale_id, occurred_at, product_id, location_id, qty, line_no, kind)
    SELECT id, occurred_at, product_id, location_id, -qty, line_no, 1 FROM l
)
INSERT INTO baseline.balance AS b (location_id, product_id, qty, version)
SELECT location_id, product_id, -sum(qty), 1 FROM l
GROUP BY location_id, product_id ORDER BY location_id, product_id
ON CONFLICT (location_id, product_id) DO UPDATE SET
    qty = b.qty + EXCLUDED.qty, version = b.version + 1, updated_at = now();
