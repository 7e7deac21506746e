-- The web part's own role: rows, never structure, and the audit log is for adding only.
do $$
begin
    if not exists (select from pg_roles where rolname = 'central_app') then
        create role central_app nologin;
    end if;
end $$;
grant usage on schema public to central_app;
grant select, insert, update, delete on all tables in schema public to central_app;
grant usage, select on all sequences in schema public to central_app;
alter default privileges in schema public grant select, insert, update, delete on tables to central_app;
alter default privileges in schema public grant usage, select on sequences to central_app;
revoke update, delete on tenant_audit_log from central_app;
revoke insert, update, delete on subscription_plans, database_servers from central_app;
