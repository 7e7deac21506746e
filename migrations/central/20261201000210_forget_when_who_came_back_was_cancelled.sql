-- Since when a subscription is cancelled is known of one that is. A program of before this was written down opens one again and
-- leaves the date, and cancels it anew under the old one: then its data would go at once.
update tenant_subscriptions set cancelled_at = null where status <> 'cancelled' and cancelled_at is not null;

create function forget_cancellation() returns trigger language plpgsql as $$
begin
    new.cancelled_at := null;
    return new;
end $$;
create trigger tenant_subscriptions_forget_cancellation before insert or update on tenant_subscriptions
    for each row when (new.status <> 'cancelled' and new.cancelled_at is not null) execute function forget_cancellation();

alter table tenant_subscriptions add constraint tenant_subscriptions_cancelled_at_check
    check (cancelled_at is null or status = 'cancelled');
