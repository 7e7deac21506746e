-- What an agency buys, at the prices of the specification.
create table subscription_plans (
    id uuid not null,
    name varchar(50) not null,
    display_name text not null,
    price_monthly numeric(10, 2) not null,
    price_yearly numeric(10, 2) not null,
    max_users int not null,
    max_properties int,
    additional_user_price numeric(10, 2) not null,
    activation_fee numeric(10, 2) not null default 0,
    features jsonb not null,
    sort_order smallint not null,
    created_at timestamptz not null default now(),
    constraint subscription_plans_pkey primary key (id),
    constraint subscription_plans_name_key unique (name),
    constraint subscription_plans_limits_check check (max_users > 0 and (max_properties is null or max_properties > 0))
);

insert into subscription_plans
    (id, name, display_name, price_monthly, price_yearly, max_users, max_properties, additional_user_price, activation_fee, features, sort_order)
values
    ('01900000-0000-7000-8000-000000000001', 'prime', 'Prime', 247, 2964, 2, 100, 57, 197,
     '{"trainings": 0, "training_price": "999.00", "mobile_app": true, "landing_page": true, "attendance": true, "lead_transfer": false, "blog": false, "vip_support": false, "customer_success": false, "property_api": false, "broker_portal": false}', 1),
    ('01900000-0000-7000-8000-000000000002', 'k', 'K', 397, 4764, 5, 500, 37, 197,
     '{"trainings": 1, "training_price": "999.00", "mobile_app": true, "landing_page": true, "attendance": true, "lead_transfer": true, "blog": true, "vip_support": true, "customer_success": false, "property_api": true, "broker_portal": true}', 2),
    ('01900000-0000-7000-8000-000000000003', 'k2', 'K2', 597, 7164, 12, null, 27, 0,
     '{"trainings": 2, "training_price": "999.00", "mobile_app": true, "landing_page": true, "attendance": true, "lead_transfer": true, "blog": true, "vip_support": true, "customer_success": true, "property_api": true, "broker_portal": true}', 3);

create table tenant_subscriptions (
    id uuid not null,
    tenant_id uuid not null,
    plan_id uuid not null,
    status text not null default 'active',
    started_at timestamptz not null default now(),
    expires_at timestamptz,
    current_users int not null default 0,
    current_properties int not null default 0,
    additional_users int not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tenant_subscriptions_pkey primary key (id),
    constraint tenant_subscriptions_tenant_key unique (tenant_id),
    constraint tenant_subscriptions_tenant_fkey foreign key (tenant_id) references companies (id) on delete restrict,
    constraint tenant_subscriptions_plan_fkey foreign key (plan_id) references subscription_plans (id) on delete restrict,
    constraint tenant_subscriptions_status_check check (status in ('active', 'past_due', 'suspended', 'cancelled')),
    constraint tenant_subscriptions_counts_check check (current_users >= 0 and current_properties >= 0 and additional_users >= 0)
);
create trigger tenant_subscriptions_set_updated_at before update on tenant_subscriptions for each row execute function set_updated_at();
