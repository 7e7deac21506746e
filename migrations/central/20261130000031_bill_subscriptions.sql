-- What an agency bought, for how long, and what it owes. What became of it (past due, suspended, cancelled) follows from
-- these facts, and `tenancy::billing` alone says how.
alter table companies add column is_held boolean not null default false;
comment on column companies.is_held is 'an operator has closed it: no payment opens it again';
update companies set is_held = true where status = 'suspended';

alter table tenant_subscriptions
    add column version_id uuid,
    add column period text not null default 'monthly',
    -- The day of the month on which periods begin: counted from here, so that the 31st does not drift.
    add column anchored_at timestamptz,
    add column period_started_at timestamptz,
    -- What begins with the next period, where it differs.
    add column next_version_id uuid,
    add column next_plan_id uuid,
    add column next_period text,
    add column next_additional_users int,
    -- The owner has cancelled: it ends with the period.
    add column ends boolean not null default false,
    add column ended_at timestamptz,
    -- Raised by each change; an edit that began from an older one is told so.
    add column version int not null default 1,
    -- Raised by what changes limits, and how much of it the agency's own database knows.
    add column limits_version bigint not null default 1,
    add column limits_pushed bigint not null default 0;
update tenant_subscriptions s
set version_id = v.id, anchored_at = now(), period_started_at = now(), expires_at = coalesce(expires_at, now() + interval '1 month')
from subscription_plan_versions v
where v.plan_id = s.plan_id;
alter table tenant_subscriptions
    alter column version_id set not null,
    alter column anchored_at set not null,
    alter column period_started_at set not null,
    alter column expires_at set not null,
    add constraint tenant_subscriptions_version_fkey foreign key (plan_id, version_id)
        references subscription_plan_versions (plan_id, id) on delete restrict,
    add constraint tenant_subscriptions_next_version_fkey foreign key (next_plan_id, next_version_id)
        references subscription_plan_versions (plan_id, id) match full on delete restrict,
    add constraint tenant_subscriptions_period_check check (period in ('monthly', 'yearly') and next_period in ('monthly', 'yearly')),
    add constraint tenant_subscriptions_next_check check (next_additional_users >= 0),
    add constraint tenant_subscriptions_span_check check (period_started_at <= expires_at);
create index tenant_subscriptions_expires_at_idx on tenant_subscriptions (expires_at);
create index tenant_subscriptions_limits_idx on tenant_subscriptions (tenant_id) where limits_pushed < limits_version;

drop trigger tenant_subscriptions_notify_route on tenant_subscriptions;
create trigger tenant_subscriptions_notify_route after insert or delete or update of plan_id, version_id, status
    on tenant_subscriptions for each row execute function notify_route();

create table invoices (
    id uuid not null,
    number bigint generated always as identity,
    tenant_id uuid not null,
    -- `period`: what is paid beforehand for a period. `change`: the difference that a change within one makes.
    reason text not null,
    status text not null default 'open',
    issued_at timestamptz not null,
    due_at timestamptz not null,
    period_start timestamptz not null,
    period_end timestamptz not null,
    total numeric(14, 2) not null,
    paid_at timestamptz,
    -- Who says that it was paid, and under which name.
    paid_via text,
    payment_reference text,
    constraint invoices_pkey primary key (id),
    constraint invoices_number_key unique (number),
    constraint invoices_tenant_fkey foreign key (tenant_id) references companies (id) on delete restrict,
    constraint invoices_reason_check check (reason in ('period', 'change')),
    constraint invoices_status_check check (status in ('open', 'paid')),
    constraint invoices_total_check check (total >= 0),
    constraint invoices_paid_check check ((status = 'paid') = (paid_at is not null) and (paid_at is null) = (paid_via is null)),
    constraint invoices_payment_key unique (paid_via, payment_reference)
);
-- A period is asked for once, however many workers begin it.
create unique index invoices_period_key on invoices (tenant_id, period_start) where reason = 'period';
create index invoices_tenant_idx on invoices (tenant_id, number desc);
create index invoices_open_idx on invoices (tenant_id, due_at) where status = 'open';

create table invoice_lines (
    invoice_id uuid not null,
    position smallint not null,
    tenant_id uuid not null,
    kind text not null,
    plan text not null,
    quantity int not null,
    unit_price numeric(14, 2) not null,
    amount numeric(14, 2) not null,
    -- Of a part of a period: so many days of so many.
    days int,
    of_days int,
    constraint invoice_lines_pkey primary key (invoice_id, position),
    constraint invoice_lines_invoice_fkey foreign key (invoice_id) references invoices (id) on delete restrict,
    constraint invoice_lines_kind_check check (kind in ('plan', 'additional_users', 'activation_fee', 'change')),
    constraint invoice_lines_quantity_check check (quantity > 0),
    constraint invoice_lines_days_check check ((days is null) = (of_days is null) and days between 0 and of_days)
);
-- Once, whatever is bought afterwards.
create unique index invoice_lines_activation_key on invoice_lines (tenant_id) where kind = 'activation_fee';

revoke delete on invoices from central_app;
revoke update, delete on invoice_lines from central_app;
