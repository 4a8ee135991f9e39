-- What the hash chain says of one entry and its posting. Numbers are cast, for their display scale is
-- part of what record_send writes.
CREATE FUNCTION ledger_digest(
    posting bigint, item bigint, version bigint, effective timestamptz,
    quantity numeric, unit_cost numeric, value numeric, on_hand_after numeric,
    kind text, key text, source text, actor bigint, occurred timestamptz, recorded timestamptz,
    reason text, note text
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN record_send(ROW(posting, item, version, effective, quantity::numeric(19,6), unit_cost::numeric(19,6),
    value::numeric(19,6), on_hand_after::numeric(19,6), kind, key, source, actor, occurred, recorded, reason, note));
