-- Where the agencies' outboxes are delivered to, each line exactly once by its identifier.
create table tenant_audit_log (
    id uuid not null,
    at timestamptz not null,
    -- Null: an act of the platform that concerns no single agency.
    tenant_id uuid,
    user_id uuid,
    impersonator_id uuid,
    action text not null,
    entity_type text not null,
    entity_id uuid,
    changes jsonb not null default '{}',
    ip_address inet,
    user_agent text,
    request_id text,
    prev_hash bytea,
    hash bytea not null,
    seq bigint generated always as identity,
    constraint tenant_audit_log_pkey primary key (id),
    constraint tenant_audit_log_action_check check (action ~ '^[a-z_]+\.[a-z_]+$')
);
create index tenant_audit_log_tenant_idx on tenant_audit_log (tenant_id, seq desc);

create table jobs (
    -- The outbox line that asked for it: delivered twice, queued once.
    id uuid not null,
    tenant_id uuid not null,
    epoch bigint not null,
    kind text not null,
    payload jsonb not null,
    -- HMAC over tenant, kind and payload: a row cannot be turned to another agency.
    mac bytea not null,
    state text not null default 'queued',
    attempt int not null default 0,
    run_at timestamptz not null default now(),
    lease_owner text,
    lease_until timestamptz,
    last_error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint jobs_pkey primary key (id),
    constraint jobs_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint jobs_state_check check (state in ('queued', 'running', 'done', 'failed', 'parked'))
);
create index jobs_ready_idx on jobs (run_at, id) where state in ('queued', 'running');
create index jobs_tenant_idx on jobs (tenant_id);
