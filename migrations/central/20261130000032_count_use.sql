-- How much each agency uses, as the platform knows it: a projection, and a row a day of what it was.
create function count_users() returns trigger language plpgsql as $$
declare
    was int := case when tg_op <> 'INSERT' and old.active then 1 else 0 end;
    is_now int := case when tg_op <> 'DELETE' and new.active then 1 else 0 end;
begin
    if was <> is_now then
        -- Added to, not counted anew: two at once do not see each other's rows.
        update tenant_subscriptions set current_users = greatest(0, current_users + is_now - was)
        where tenant_id = coalesce(new.company_id, old.company_id);
    end if;
    return null;
end $$;
create trigger users_count_users after insert or delete or update of active on users for each row execute function count_users();

update tenant_subscriptions s
set current_users = (select count(*) from users u where u.company_id = s.tenant_id and u.active);

create table usage_days (
    tenant_id uuid not null,
    day date not null,
    users int not null,
    max_users int not null,
    properties int not null,
    -- Null: unlimited.
    max_properties int,
    constraint usage_days_pkey primary key (tenant_id, day),
    constraint usage_days_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade
);
revoke update, delete on usage_days from central_app;
