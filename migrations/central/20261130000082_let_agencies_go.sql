-- An agency goes: fenced at once, dropped after a time of grace, its address free only after that.
alter table companies
    -- Its database is gone, and what the central one knew of its people.
    add column deleted_at timestamptz,
    -- Its photographs are gone too.
    add column files_removed_at timestamptz,
    add constraint companies_deleted_check check (deleted_at is null or status = 'deleting');
create index companies_files_idx on companies (deleted_at) where deleted_at is not null and files_removed_at is null;

-- Addresses of agencies that are gone: for a while nobody but their owners may take them.
create table held_slugs (
    slug text not null,
    -- SHA-256 of their e-mail addresses: who they were is forgotten with the agency.
    owners bytea[] not null,
    until timestamptz not null,
    constraint held_slugs_pkey primary key (slug)
);

-- Databases that were made before anybody asked for one. Its number becomes the agency's own.
create table prepared_databases (
    tenant_id uuid not null,
    server_id int not null,
    state text not null default 'making',
    created_at timestamptz not null default now(),
    constraint prepared_databases_pkey primary key (tenant_id),
    constraint prepared_databases_server_fkey foreign key (server_id) references database_servers (id) on delete restrict,
    constraint prepared_databases_state_check check (state in ('making', 'ready'))
);
create index prepared_databases_ready_idx on prepared_databases (server_id, created_at) where state = 'ready';
