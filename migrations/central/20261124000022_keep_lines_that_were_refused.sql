-- What lay in an agency's outbox and is not taken here: kept as it was, so that it is not lost and holds up no other.
create table refused_lines (
    tenant_id uuid not null,
    -- The outbox line: delivered twice, kept once.
    id uuid not null,
    kind text not null,
    payload jsonb not null,
    error text not null,
    at timestamptz not null default now(),
    constraint refused_lines_pkey primary key (tenant_id, id)
);
revoke update, delete on refused_lines from central_app;
