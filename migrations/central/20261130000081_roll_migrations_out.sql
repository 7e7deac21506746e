-- A migration goes through the fleet ring by ring; what became of each agency is written down, so that a crash resumes.
create table migration_rollouts (
    id uuid not null,
    target bigint not null,
    state text not null default 'running',
    max_failures int not null,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint migration_rollouts_pkey primary key (id),
    constraint migration_rollouts_state_check check (state in ('running', 'done', 'stopped', 'superseded')),
    constraint migration_rollouts_failures_check check (max_failures >= 0)
);
create unique index migration_rollouts_one_live_key on migration_rollouts ((true)) where state = 'running';

create table tenant_migrations (
    rollout_id uuid not null,
    tenant_id uuid not null,
    server_id int not null,
    ring smallint not null,
    state text not null default 'queued',
    from_version bigint not null,
    to_version bigint,
    attempt int not null default 0,
    -- The number of a lock that the runner holds as long as it lives.
    runner bigint,
    lease_until timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    error text,
    -- The file that did not apply.
    failed_version bigint,
    constraint tenant_migrations_pkey primary key (rollout_id, tenant_id),
    constraint tenant_migrations_rollout_fkey foreign key (rollout_id) references migration_rollouts (id) on delete cascade,
    constraint tenant_migrations_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint tenant_migrations_server_fkey foreign key (server_id) references database_servers (id) on delete restrict,
    constraint tenant_migrations_ring_check check (ring between 1 and 3),
    constraint tenant_migrations_state_check check (state in ('queued', 'running', 'done', 'failed'))
);
create index tenant_migrations_open_idx on tenant_migrations (rollout_id, ring, server_id) where state in ('queued', 'running');
create index tenant_migrations_tenant_idx on tenant_migrations (tenant_id);
