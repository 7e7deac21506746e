-- What it costs to ask each agency's own database: asked by the worker once an hour, one agency after the other, for lists.
create table tenant_stats (
    tenant_id uuid not null,
    database_bytes bigint not null,
    properties bigint not null,
    -- When somebody last did something there; null: never.
    last_activity_at timestamptz,
    measured_at timestamptz not null,
    constraint tenant_stats_pkey primary key (tenant_id),
    constraint tenant_stats_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint tenant_stats_figures_check check (database_bytes >= 0 and properties >= 0)
);
create index tenant_stats_measured_at_idx on tenant_stats (measured_at);
create index alerts_tenant_idx on alerts (tenant_id) where closed_at is null;
create index tenant_operations_tenant_idx on tenant_operations (tenant_id, id desc);
