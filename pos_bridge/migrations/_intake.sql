-- The two statements of a webhook. They run as storeroom_system, because a webhook's tenant is known
-- only after its signature is verified, and setting roles first would cost three round trips more.

-- Where may this have been sent to? The connection named in the address, or every endpoint that could
-- hold this merchant's secret. Nothing of the answer is believed before one of the secrets fits.
CREATE FUNCTION pos_endpoints(p_provider text, p_connection bigint, p_merchant text)
RETURNS TABLE (id bigint, sealed_secrets bytea, connection_id bigint, environment text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT e.id, e.sealed_secrets, e.connection_id, c.environment
    FROM pos_endpoints e LEFT JOIN pos_configurations c ON c.id = e.connection_id
    WHERE e.provider = p_provider AND e.is_active
      AND (c.id IS NULL OR c.state <> 'ARCHIVED')
      AND CASE
        WHEN p_connection IS NOT NULL THEN e.connection_id = p_connection
        ELSE e.connection_id IS NULL OR e.connection_id IN (
            SELECT m.connection_id FROM pos_merchants m
            WHERE m.provider = p_provider AND m.external_id = p_merchant)
      END
    ORDER BY e.connection_id NULLS LAST, e.id
    LIMIT 20
$$;

-- Keep an event once, with its state, for the connection it is for: the endpoint's own, else the one
-- that speaks for the verified merchant. Answers the connection to nudge; no row: known already.
CREATE FUNCTION pos_accept(
    p_endpoint bigint, p_environment text, p_provider text, p_dedupe text, p_event_type text, p_merchant text,
    p_headers jsonb, p_body bytea, p_fingerprint bytea
) RETURNS TABLE (event_id bigint, connection_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    kept bigint;
    wanted bigint;
    owner uuid;
BEGIN
    INSERT INTO pos_webhook_logs (origin, dedupe, provider, kind, event_type, merchant, headers, body, fingerprint)
    VALUES ('endpoint:' || p_endpoint, p_dedupe, p_provider, 'webhook', p_event_type, p_merchant, p_headers, p_body, p_fingerprint)
    ON CONFLICT (origin, dedupe) DO NOTHING RETURNING pos_webhook_logs.id INTO kept;
    IF kept IS NULL THEN
        RETURN;
    END IF;
    SELECT c.id, c.tenant_id INTO wanted, owner
    FROM pos_endpoints e JOIN pos_configurations c ON c.id = e.connection_id WHERE e.id = p_endpoint;
    IF wanted IS NULL THEN
        SELECT m.connection_id, m.tenant_id INTO wanted, owner FROM pos_merchants m
        WHERE m.provider = p_provider AND m.external_id = p_merchant
        ORDER BY m.environment = p_environment DESC LIMIT 1;
    END IF;
    INSERT INTO pos_webhook_states (event_id, tenant_id, connection_id, state, reason)
    VALUES (kept, owner, wanted,
            CASE WHEN wanted IS NULL THEN 'UNMAPPED' ELSE 'PENDING' END,
            CASE WHEN wanted IS NULL THEN 'No connection speaks for this merchant yet.' ELSE '' END);
    RETURN QUERY SELECT kept, wanted;
END $$;

-- A body whose signature did not fit, within bounds: 1,000 bodies, 16 MiB, 72 hours an endpoint.
CREATE FUNCTION pos_quarantine(p_endpoint bigint, p_headers jsonb, p_body bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    DELETE FROM pos_quarantine WHERE endpoint_id = p_endpoint AND received_at < now() - interval '72 hours';
    INSERT INTO pos_quarantine (endpoint_id, headers, body)
    SELECT p_endpoint, p_headers, p_body
    WHERE (SELECT count(*) < 1000 AND coalesce(sum(octet_length(q.body)), 0) + octet_length(p_body) <= 16 * 1024 * 1024
           FROM pos_quarantine q WHERE q.endpoint_id = p_endpoint);
$$;

ALTER FUNCTION pos_endpoints(text, bigint, text) OWNER TO storeroom_system;
ALTER FUNCTION pos_accept(bigint, text, text, text, text, text, jsonb, bytea, bytea) OWNER TO storeroom_system;
ALTER FUNCTION pos_quarantine(bigint, jsonb, bytea) OWNER TO storeroom_system;
