-- Who has asked for an agency. Its name in addresses is held for a day, and nothing is made before the mail was answered.
create table sign_ups (
    id uuid not null,
    company_name text not null,
    slug text not null,
    email text not null,
    plan text not null,
    billing_period text not null,
    -- Which text of the terms was accepted, at `created_at`.
    terms_version text not null,
    -- An IPv6 address is its /64: that is one line.
    ip_address inet not null,
    sent int not null default 1,
    created_at timestamptz not null,
    sent_at timestamptz not null,
    expires_at timestamptz not null,
    confirmed_at timestamptz,
    person_id uuid,
    operation_id uuid,
    constraint sign_ups_pkey primary key (id),
    constraint sign_ups_company_name_check check (length(company_name) between 2 and 160),
    constraint sign_ups_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) between 2 and 40),
    constraint sign_ups_email_check check (email = lower(email) and position('@' in email) > 1 and length(email) <= 254),
    constraint sign_ups_plan_fkey foreign key (plan) references subscription_plans (name),
    constraint sign_ups_billing_period_check check (billing_period in ('monthly', 'yearly')),
    constraint sign_ups_person_fkey foreign key (person_id) references people (id) on delete cascade,
    constraint sign_ups_operation_fkey foreign key (operation_id) references tenant_operations (id) on delete cascade,
    constraint sign_ups_confirmed_check check (num_nulls(confirmed_at, person_id, operation_id) in (0, 3))
);
create unique index sign_ups_slug_key on sign_ups (slug) where confirmed_at is null;
create index sign_ups_ip_address_idx on sign_ups (ip_address, sent_at);
create index sign_ups_email_idx on sign_ups (email, sent_at);
create index sign_ups_person_idx on sign_ups (person_id) where person_id is not null;
create index sign_ups_expires_at_idx on sign_ups (expires_at) where confirmed_at is null;
