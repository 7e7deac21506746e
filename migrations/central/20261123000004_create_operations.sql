-- What is being done to an agency, step by step, so that a crash resumes and nobody does it twice.
create table tenant_operations (
    id uuid not null,
    tenant_id uuid not null,
    kind text not null,
    idempotency_key text,
    state text not null default 'queued',
    step text not null,
    attempt int not null default 0,
    next_run_at timestamptz not null default now(),
    lease_owner text,
    lease_until timestamptz,
    data jsonb not null default '{}',
    last_error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint tenant_operations_pkey primary key (id),
    constraint tenant_operations_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint tenant_operations_idempotency_key unique (idempotency_key),
    constraint tenant_operations_kind_check check (kind in ('provision', 'suspend', 'resume', 'delete')),
    constraint tenant_operations_state_check check (state in ('queued', 'running', 'waiting', 'done', 'failed'))
);
create unique index tenant_operations_one_live_key on tenant_operations (tenant_id) where state in ('queued', 'running', 'waiting');

create table tenant_operation_events (
    operation_id uuid not null,
    seq int not null,
    at timestamptz not null default now(),
    step text not null,
    level text not null,
    message text not null,
    constraint tenant_operation_events_pkey primary key (operation_id, seq),
    constraint tenant_operation_events_operation_fkey foreign key (operation_id) references tenant_operations (id) on delete cascade,
    constraint tenant_operation_events_level_check check (level in ('info', 'warning', 'error'))
);

create table alerts (
    id uuid not null,
    kind text not null,
    tenant_id uuid,
    detail text not null,
    since timestamptz not null default now(),
    last_at timestamptz not null default now(),
    count int not null default 1,
    closed_at timestamptz,
    constraint alerts_pkey primary key (id)
);
create unique index alerts_open_key on alerts (kind, coalesce(tenant_id, '00000000-0000-0000-0000-000000000000')) where closed_at is null;
