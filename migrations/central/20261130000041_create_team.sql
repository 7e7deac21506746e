-- Who is asked to join an agency, and what of its people its own database has yet to hear.
alter table people
    add column phone text,
    add column creci text,
    add constraint people_phone_check check (length(phone) between 1 and 40),
    add constraint people_creci_check check (length(creci) between 1 and 20);

alter table users
    -- Counts what the agency's own copy of its people has to follow; the copy is behind while the two differ.
    add column version int not null default 1,
    add column staff_version int not null default 1,
    -- Who is given the records of somebody who has left.
    add column heir_id uuid,
    add column deactivated_at timestamptz,
    -- Looked at when a statement ends: an agency's people go all at once, or not at all.
    add constraint users_heir_fkey foreign key (heir_id) references users (id) on delete no action;
create index users_behind_idx on users (id) where staff_version <> version;

create function count_user_version() returns trigger language plpgsql as $$
begin
    new.version = old.version + 1;
    return new;
end $$;
create trigger users_count_version before update of name, email, active, heir_id on users
    for each row execute function count_user_version();

create function count_versions_of_person() returns trigger language plpgsql as $$
begin
    update users set version = version + 1 where person_id = new.id;
    return null;
end $$;
create trigger people_count_versions after update of phone, creci on people
    for each row when (old.phone is distinct from new.phone or old.creci is distinct from new.creci)
    execute function count_versions_of_person();

create table invitations (
    id uuid not null,
    tenant_id uuid not null,
    email text not null,
    role text not null,
    -- SHA-256 of what the link carries: this table does not open a door.
    token_digest bytea not null,
    locale text not null,
    invited_by uuid not null,
    created_at timestamptz not null,
    sent_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    accepted_by uuid,
    revoked_at timestamptz,
    constraint invitations_pkey primary key (id),
    constraint invitations_token_digest_key unique (token_digest),
    constraint invitations_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint invitations_invited_by_fkey foreign key (invited_by) references users (id) on delete cascade,
    constraint invitations_accepted_by_fkey foreign key (accepted_by) references users (id) on delete cascade,
    constraint invitations_email_check check (email = lower(email) and position('@' in email) > 1 and length(email) <= 254),
    -- Ownership is handed over, never offered.
    constraint invitations_role_check check (role in ('manager', 'broker', 'assistant', 'finance', 'partner')),
    constraint invitations_token_digest_check check (octet_length(token_digest) = 32),
    constraint invitations_end_check check (accepted_at is null or revoked_at is null)
);
create unique index invitations_open_key on invitations (tenant_id, email) where accepted_at is null and revoked_at is null;
create index invitations_tenant_idx on invitations (tenant_id, created_at desc);
