-- The roles and the database of Storeroom. Run once with psql, before migrations, by a superuser or
-- by an account that may create roles and databases:
--
--     psql -X -v ON_ERROR_STOP=1 -U postgres -d postgres -f config/launch/roles.sql
--
-- Running it again changes nothing. Two logins, neither of them a superuser:
--   storeroom_owner   owns the database and migrates it;
--   storeroom_app     the running product. It owns nothing and inherits nothing: to see anything it
--                     must become storeroom_tenant (rows of one tenant) or storeroom_system.
-- STOREROOM_OWNER_PASSWORD and STOREROOM_APP_PASSWORD in the environment give them passwords.

SET client_min_messages = warning;
\getenv owner_password STOREROOM_OWNER_PASSWORD
\getenv app_password STOREROOM_APP_PASSWORD

-- One at a time: two sessions that create roles at once fail.
SELECT pg_advisory_lock(hashtext('storeroom roles')) \g /dev/null

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['storeroom_owner', 'storeroom_app', 'storeroom_tenant', 'storeroom_system']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE storeroom_owner LOGIN CREATEDB;
ALTER ROLE storeroom_app LOGIN NOINHERIT NOCREATEDB;
ALTER ROLE storeroom_tenant NOLOGIN;
ALTER ROLE storeroom_system NOLOGIN;

\if :{?owner_password}
ALTER ROLE storeroom_owner PASSWORD :'owner_password';
\endif
\if :{?app_password}
ALTER ROLE storeroom_app PASSWORD :'app_password';
\endif

-- Row-level security does not apply to such a role, so it must not be one of ours.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_roles WHERE rolname LIKE 'storeroom\_%' AND (rolsuper OR rolbypassrls)
    ) THEN
        RAISE EXCEPTION 'A role of Storeroom is a superuser or bypasses row security: alter it first.';
    END IF;
END
$$;

-- The owner becomes them in data steps, and to give functions to storeroom_system.
GRANT storeroom_tenant, storeroom_system TO storeroom_app, storeroom_owner
    WITH SET TRUE, INHERIT FALSE, ADMIN FALSE;

SELECT usesuper AS is_superuser FROM pg_user WHERE usename = current_user
\gset
\if :is_superuser
\else
-- To make a database for the owner one must be able to become it.
GRANT storeroom_owner TO CURRENT_USER WITH SET TRUE, INHERIT TRUE;
\endif

SELECT 'CREATE DATABASE storeroom OWNER storeroom_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'storeroom')
\gexec

SELECT pg_advisory_unlock(hashtext('storeroom roles')) \g /dev/null

-- A function can be given only to a role that may create in its schema.
\connect storeroom
GRANT USAGE, CREATE ON SCHEMA public TO storeroom_owner, storeroom_system;
GRANT USAGE ON SCHEMA public TO storeroom_tenant;

-- The databases that tests make are copies of this one.
\if :is_superuser
\connect template1
GRANT USAGE, CREATE ON SCHEMA public TO storeroom_owner, storeroom_system;
GRANT USAGE ON SCHEMA public TO storeroom_tenant;
\endif
