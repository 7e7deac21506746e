-- Tells every process, at commit and not before, that an agency's way has changed.
create function notify_route() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'companies' then
        perform pg_notify('route', coalesce(new.id, old.id)::text);
    else
        perform pg_notify('route', coalesce(new.tenant_id, old.tenant_id)::text);
    end if;
    return null;
end $$;
create trigger companies_notify_route after insert or delete or update of slug, name, status on companies for each row execute function notify_route();
create trigger domains_notify_route after insert or update or delete on domains for each row execute function notify_route();
create trigger tenant_placements_notify_route after insert or update or delete on tenant_placements for each row execute function notify_route();
create trigger tenant_subscriptions_notify_route after insert or delete or update of plan_id, status on tenant_subscriptions for each row execute function notify_route();

create function notify_account() returns trigger language plpgsql as $$
begin
    perform pg_notify('account', coalesce(new.id, old.id)::text);
    return null;
end $$;
create trigger users_notify_account after delete or update of role, active, name on users for each row execute function notify_account();
create trigger operators_notify_account after delete or update of active on operators for each row execute function notify_account();
