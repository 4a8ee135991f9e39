-- The limit that posting is measured against: the least that can be called a ledger. No tenant, no
-- stream, no outbox, no chain, no cost. It stays as it is, whatever becomes of the product.
CREATE SCHEMA baseline;

CREATE TABLE baseline.sale (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id smallint NOT NULL,
    external_id text NOT NULL,
    location_id int NOT NULL,
    occurred_at timestamptz NOT NULL,
    UNIQUE (source_id, external_id)
);

CREATE TABLE baseline.movement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sale_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    product_id int NOT NULL,
    location_id int NOT NULL,
    qty bigint NOT NULL, -- thousandths
    line_no smallint NOT NULL,
    kind smallint NOT NULL
);
CREATE INDEX ON baseline.movement (location_id, product_id, id);
CREATE INDEX ON baseline.movement USING brin (occurred_at) WITH (pages_per_range = 32);

CREATE TABLE baseline.balance (
    location_id int,
    product_id int,
    qty bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    last_sale_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (location_id, product_id)
) WITH (fillfactor = 70);
