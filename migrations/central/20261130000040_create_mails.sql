-- What people are told by e-mail, written in the transaction that gives cause for it and carried by the worker.
create table mails (
    id uuid not null,
    -- Null: the platform writes, not on behalf of an agency.
    tenant_id uuid,
    kind text not null,
    recipient text not null,
    -- Name, subject and bodies, sealed: a link in them opens a door. Gone as soon as the mail was carried or given up.
    sealed bytea,
    state text not null default 'queued',
    attempt int not null default 0,
    run_at timestamptz not null default now(),
    lease_owner text,
    lease_until timestamptz,
    last_error text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint mails_pkey primary key (id),
    constraint mails_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint mails_kind_check check (kind ~ '^[a-z_]+\.[a-z_]+$'),
    constraint mails_recipient_check check (recipient !~ '[[:cntrl:][:space:]]' and position('@' in recipient) > 1 and length(recipient) <= 254),
    constraint mails_state_check check (state in ('queued', 'sending', 'sent', 'failed')),
    constraint mails_sealed_check check ((sealed is null) = (state in ('sent', 'failed')))
);
create index mails_ready_idx on mails (run_at, id) where state in ('queued', 'sending');
create index mails_tenant_idx on mails (tenant_id);
create index mails_finished_idx on mails (finished_at) where finished_at is not null;
