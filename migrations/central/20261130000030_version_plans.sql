-- An agency keeps what it bought: prices, limits and features are those of a version of its plan, and a version never changes.
create table subscription_plan_versions (
    id uuid not null,
    plan_id uuid not null,
    number int not null,
    price_monthly numeric(14, 2) not null,
    price_yearly numeric(14, 2) not null,
    max_users int not null,
    -- Null: unlimited.
    max_properties int,
    additional_user_price numeric(14, 2) not null,
    activation_fee numeric(14, 2) not null default 0,
    features jsonb not null,
    -- From when on it is what is sold.
    valid_from timestamptz not null,
    created_at timestamptz not null default now(),
    constraint subscription_plan_versions_pkey primary key (id),
    constraint subscription_plan_versions_plan_fkey foreign key (plan_id) references subscription_plans (id) on delete restrict,
    constraint subscription_plan_versions_number_key unique (plan_id, number),
    constraint subscription_plan_versions_plan_key unique (plan_id, id),
    constraint subscription_plan_versions_limits_check check (max_users > 0 and (max_properties is null or max_properties > 0)),
    constraint subscription_plan_versions_prices_check
        check (price_monthly >= 0 and price_yearly >= 0 and additional_user_price >= 0 and activation_fee >= 0)
);

insert into subscription_plan_versions
    (id, plan_id, number, price_monthly, price_yearly, max_users, max_properties, additional_user_price, activation_fee, features, valid_from)
select overlay(id::text placing '1' from 23 for 1)::uuid, id, 1, price_monthly, price_yearly, max_users, max_properties,
       additional_user_price, activation_fee, features, created_at
from subscription_plans;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'a row of % is never changed', tg_table_name using errcode = '42501';
end $$;
create trigger subscription_plan_versions_refuse_change before update or delete on subscription_plan_versions
    for each row execute function refuse_change();

-- One truth: what a plan costs and holds is said by its versions alone.
alter table subscription_plans
    drop constraint subscription_plans_limits_check,
    drop column price_monthly,
    drop column price_yearly,
    drop column max_users,
    drop column max_properties,
    drop column additional_user_price,
    drop column activation_fee,
    drop column features;

-- What is sold now, a row a plan.
create function plans_sold(at timestamptz) returns setof subscription_plan_versions language sql stable as $$
    select distinct on (plan_id) * from subscription_plan_versions where valid_from <= at order by plan_id, valid_from desc, number desc
$$;

-- What other plans have is part of what a refusal says, so every process hears of a new version.
create function notify_plan() returns trigger language plpgsql as $$
begin
    perform pg_notify('route', new.plan_id::text);
    return null;
end $$;
create trigger subscription_plan_versions_notify_plan after insert on subscription_plan_versions for each row execute function notify_plan();

revoke update, delete on subscription_plan_versions from central_app;
