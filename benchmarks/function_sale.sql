\set place :first_location + :location - 1
\set one :first_item + :item1 - 1
\set two :first_item + :item2 - 1
\set three :first_item + :item3 - 1
SELECT ledger_post(
    current_setting('app.tenant')::uuid, ARRAY['SALE'], ARRAY['pgbench:' || :number::bigint], ARRAY['pgbench'],
    ARRAY[:actor::bigint], ARRAY[now()], ARRAY[now()], ARRAY[''], ARRAY[''], ARRAY[1, 1, 1],
    ARRAY[:place, :place, :place]::bigint[], ARRAY[:one, :two, :three]::bigint[],
    ARRAY[-1, -1, -1]::numeric[], ARRAY[NULL, NULL, NULL]::numeric[], ARRAY[NULL, NULL, NULL]::numeric[],
    false);
