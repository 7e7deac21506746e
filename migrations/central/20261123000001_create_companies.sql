-- Who the agencies are, where each one's database lives, and under which hosts it is found.
create function set_updated_at() returns trigger language plpgsql as $$
begin
    new.updated_at = now();
    return new;
end $$;

create table companies (
    id uuid not null,
    slug text not null,
    name text not null,
    email text not null,
    status text not null default 'provisioning',
    suspended_reason text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint companies_pkey primary key (id),
    constraint companies_slug_key unique (slug),
    constraint companies_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) between 2 and 40),
    constraint companies_name_check check (length(name) between 2 and 160),
    constraint companies_status_check check (status in ('provisioning', 'active', 'suspended', 'cancelled', 'moving', 'deleting'))
);
create trigger companies_set_updated_at before update on companies for each row execute function set_updated_at();

create table database_servers (
    id int generated always as identity,
    name text not null,
    -- Null: the server that holds the central database.
    url text,
    state text not null default 'active',
    created_at timestamptz not null default now(),
    constraint database_servers_pkey primary key (id),
    constraint database_servers_name_key unique (name),
    constraint database_servers_state_check check (state in ('active', 'draining', 'retired'))
);
insert into database_servers (name) values ('home');

create table tenant_placements (
    tenant_id uuid not null,
    server_id int not null,
    db_name text not null,
    role_name text not null,
    -- The password is derived from the program's key and this number: nothing secret lies here.
    cred_version int not null default 1,
    epoch bigint not null default 1,
    schema_version bigint not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tenant_placements_pkey primary key (tenant_id),
    constraint tenant_placements_tenant_fkey foreign key (tenant_id) references companies (id) on delete restrict,
    constraint tenant_placements_server_fkey foreign key (server_id) references database_servers (id) on delete restrict,
    constraint tenant_placements_database_key unique (server_id, db_name),
    constraint tenant_placements_db_name_check check (db_name ~ '^t_[0-9a-f]{32}$')
);
create trigger tenant_placements_set_updated_at before update on tenant_placements for each row execute function set_updated_at();

create table domains (
    id uuid not null,
    tenant_id uuid not null,
    host text not null,
    kind text not null,
    is_primary boolean not null default false,
    state text not null default 'pending',
    verify_token text not null,
    verified_at timestamptz,
    last_checked_at timestamptz,
    released_at timestamptz,
    created_at timestamptz not null default now(),
    constraint domains_pkey primary key (id),
    constraint domains_tenant_fkey foreign key (tenant_id) references companies (id) on delete restrict,
    constraint domains_host_check check (host = lower(host) and host !~ '[:/ ]' and host !~ '\.$' and length(host) <= 253),
    constraint domains_kind_check check (kind in ('platform', 'custom')),
    constraint domains_state_check check (state in ('pending', 'verified', 'suspect', 'released'))
);
-- Many may claim a host, one may own it.
create unique index domains_live_key on domains (host) where state in ('verified', 'suspect');
create unique index domains_one_primary_key on domains (tenant_id) where is_primary and state = 'verified';
create index domains_tenant_idx on domains (tenant_id);
