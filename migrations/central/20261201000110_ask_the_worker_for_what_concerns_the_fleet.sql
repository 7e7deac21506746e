-- What operators ask for that is done to no agency: servers that come, fill up and are emptied, the fleet's way to a newer schema.
-- The worker does it: the part that serves pages may change none of it.
create table fleet_operations (
    id uuid not null,
    kind text not null,
    -- A server's name, or the version that the fleet is to come to.
    subject text not null,
    state text not null default 'queued',
    step text not null default 'asked',
    attempt int not null default 0,
    lease_owner text,
    data jsonb not null default '{}',
    -- How a server that is to be added is reached, with its password: gone when the operation is over, however it ends.
    sealed bytea,
    -- Who asked, for the log.
    asked_by jsonb not null,
    last_error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint fleet_operations_pkey primary key (id),
    constraint fleet_operations_kind_check
        check (kind in ('server_add', 'server_capacity', 'server_drain', 'server_activate', 'migrate')),
    constraint fleet_operations_state_check check (state in ('queued', 'running', 'done', 'failed')),
    constraint fleet_operations_sealed_check check (sealed is null or state in ('queued', 'running'))
);
-- The others are done in the order in which they were asked for.
create unique index fleet_operations_one_live_key on fleet_operations (kind, subject)
    where state in ('queued', 'running') and kind in ('server_add', 'migrate');

create table fleet_operation_events (
    operation_id uuid not null,
    seq int not null,
    at timestamptz not null default now(),
    step text not null,
    level text not null,
    message text not null,
    constraint fleet_operation_events_pkey primary key (operation_id, seq),
    constraint fleet_operation_events_operation_fkey foreign key (operation_id) references fleet_operations (id) on delete cascade,
    constraint fleet_operation_events_level_check check (level in ('info', 'warning', 'error'))
);
create trigger fleet_operation_events_notify_operation after insert on fleet_operation_events
    for each row execute function notify_operation();

-- Operators look at both in one list.
create view operation_log as
    select o.id, o.tenant_id, c.slug::text as subject, o.kind, o.state, o.step, o.attempt, o.last_error, o.next_run_at,
           o.created_at, o.finished_at
    from tenant_operations o join companies c on c.id = o.tenant_id
    union all
    select id, null, subject, kind, state, step, attempt, last_error, created_at, created_at, finished_at from fleet_operations;
create view operation_log_events as
    select operation_id, seq, at, step, level, message from tenant_operation_events
    union all
    select operation_id, seq, at, step, level, message from fleet_operation_events;
