-- The roles and the database of Storeroom. Run once by a superuser with psql, before migrations:
--
--     psql -X -v ON_ERROR_STOP=1 -U postgres -d postgres -f config/launch/roles.sql
--
-- Running it again changes nothing. Two logins, neither of them a superuser:
--   storeroom_owner   owns the database and migrates it;
--   storeroom_app     the running product. It owns nothing and inherits nothing: to see anything it
--                     must become storeroom_tenant (rows of one tenant) or storeroom_system.
-- STOREROOM_OWNER_PASSWORD and STOREROOM_APP_PASSWORD in the environment give them passwords.

\getenv owner_password STOREROOM_OWNER_PASSWORD
\getenv app_password STOREROOM_APP_PASSWORD

-- One at a time: two sessions that create roles at once fail.
SELECT pg_advisory_lock(hashtext('storeroom roles')) \g /dev/null

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['storeroom_owner', 'storeroom_app', 'storeroom_tenant', 'storeroom_system']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE storeroom_owner LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE;
ALTER ROLE storeroom_app LOGIN NOINHERIT NOCREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE;
ALTER ROLE storeroom_tenant NOLOGIN NOCREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE;
ALTER ROLE storeroom_system NOLOGIN NOCREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE;

\if :{?owner_password}
ALTER ROLE storeroom_owner PASSWORD :'owner_password';
\endif
\if :{?app_password}
ALTER ROLE storeroom_app PASSWORD :'app_password';
\endif

-- The owner becomes them in data steps, and to give functions to storeroom_system.
GRANT storeroom_tenant, storeroom_system TO storeroom_app, storeroom_owner
    WITH SET TRUE, INHERIT FALSE, ADMIN FALSE;

SELECT 'CREATE DATABASE storeroom OWNER storeroom_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'storeroom')
\gexec

SELECT pg_advisory_unlock(hashtext('storeroom roles')) \g /dev/null

-- A function can be given only to a role that may create in its schema. In template1 as well, for
-- the databases that tests make.
\connect template1
GRANT USAGE, CREATE ON SCHEMA public TO storeroom_owner, storeroom_system;
GRANT USAGE ON SCHEMA public TO storeroom_tenant;
\connect storeroom
GRANT USAGE, CREATE ON SCHEMA public TO storeroom_owner, storeroom_system;
GRANT USAGE ON SCHEMA public TO storeroom_tenant;
