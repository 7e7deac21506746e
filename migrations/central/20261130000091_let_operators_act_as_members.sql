-- An operator who acts as a member: first a ticket, good once and for a minute; then a session of its own kind.
create table impersonation_tickets (
    -- SHA-256 of the token in the address: this table does not open a door.
    token_hash bytea not null,
    operator_id uuid not null,
    -- The operator's session: the ticket is good in no other.
    session_id bytea not null,
    tenant_id uuid not null,
    user_id uuid not null,
    reason text not null,
    may_write boolean not null,
    expires_at timestamptz not null,
    constraint impersonation_tickets_pkey primary key (token_hash),
    constraint impersonation_tickets_operator_fkey foreign key (operator_id) references operators (id) on delete cascade,
    constraint impersonation_tickets_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint impersonation_tickets_user_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint impersonation_tickets_reason_check check (length(reason) between 10 and 500)
);

create table impersonations (
    id uuid not null,
    operator_id uuid not null,
    tenant_id uuid not null,
    user_id uuid not null,
    reason text not null,
    may_write boolean not null,
    started_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    constraint impersonations_pkey primary key (id),
    constraint impersonations_operator_fkey foreign key (operator_id) references operators (id) on delete cascade,
    constraint impersonations_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint impersonations_user_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint impersonations_length_check check (expires_at <= started_at + interval '30 minutes')
);
create index impersonations_open_idx on impersonations (expires_at) where ended_at is null;
revoke delete on impersonations from central_app;
