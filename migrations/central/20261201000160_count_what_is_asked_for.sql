-- What strangers can cause is counted by what comes of it.
alter table people
    -- When they were last told of wrong codes.
    add column codes_warned_at timestamptz;

alter table link_requests
    -- Whether a mail would go out for it, if the address is anybody's: what was refused does not count against who asks next.
    add column sent boolean not null default true;

-- Mails to addresses that somebody has only typed: invitations, and links to an address that is to become theirs (RL-08).
create table asked_mails (
    id bigint generated always as identity,
    tenant_id uuid not null,
    -- HMAC of the e-mail address, so that the table is no list of people.
    recipient_key bytea not null,
    at timestamptz not null,
    constraint asked_mails_pkey primary key (id),
    constraint asked_mails_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade
);
create index asked_mails_tenant_idx on asked_mails (tenant_id, at desc);
create index asked_mails_recipient_idx on asked_mails (recipient_key, at desc);
create index asked_mails_at_idx on asked_mails (at);
