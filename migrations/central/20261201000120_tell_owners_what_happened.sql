-- What an agency's owners are to be told by mail, written down by what causes it; the worker makes letters of it, once.
create table owner_notices (
    id uuid not null,
    tenant_id uuid not null,
    -- What it is told of: of one cause they hear once, however often time looks at it.
    cause text not null,
    -- What happened, as the program reads it.
    news jsonb not null,
    at timestamptz not null,
    written_at timestamptz,
    constraint owner_notices_pkey primary key (id),
    constraint owner_notices_cause_key unique (tenant_id, cause),
    constraint owner_notices_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint owner_notices_cause_check check (length(cause) between 1 and 120)
);
create index owner_notices_waiting_idx on owner_notices (at) where written_at is null;
