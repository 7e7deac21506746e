-- Object privileges of the agency's own role: rows yes, structure never, and not the rows that hold it to its plan or its name.
do $$
begin
    if not exists (select from pg_roles where rolname = 'tenant_app') then
        create role tenant_app nologin;
    end if;
end $$;
grant usage on schema public to tenant_app;
grant select, insert, update, delete on all tables in schema public to tenant_app;
grant usage, select on all sequences in schema public to tenant_app;
alter default privileges in schema public grant select, insert, update, delete on tables to tenant_app;
alter default privileges in schema public grant usage, select on sequences to tenant_app;
revoke insert, update, delete on _tenant_identity, plan_limits from tenant_app;
revoke update, delete on activity_log from tenant_app;
revoke update on outbox from tenant_app;
revoke delete on store_settings, usage_counters, property_codes, staff from tenant_app;
revoke insert on store_settings, usage_counters from tenant_app;
