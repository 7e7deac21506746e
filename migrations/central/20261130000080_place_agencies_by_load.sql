-- Agencies live on several servers. How one is reached is sealed with the program's key, and who makes databases there lies in
-- a table that the web part cannot read: rights and a seal, two fences.
alter table database_servers
    drop column url,
    -- Null: the server that holds the central database.
    add column address bytea,
    -- PostgreSQL's own number of the cluster: one that is known already is not added again.
    add column system_id text,
    -- From here on it takes an agency only when no other server is below its own.
    add column soft_capacity int not null default 500,
    -- From here on it takes none.
    add column hard_capacity int not null default 1500,
    add constraint database_servers_system_key unique (system_id),
    add constraint database_servers_name_check check (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(name) between 2 and 40),
    add constraint database_servers_capacity_check check (soft_capacity between 0 and hard_capacity);

create table database_server_credentials (
    server_id int not null,
    provisioner bytea not null,
    created_at timestamptz not null default now(),
    constraint database_server_credentials_pkey primary key (server_id),
    constraint database_server_credentials_server_fkey foreign key (server_id) references database_servers (id) on delete cascade
);
revoke all on database_server_credentials from central_app;

-- As of the last look; a large agency weighs more than a small one.
alter table tenant_placements
    add column size_bytes bigint not null default 0,
    add constraint tenant_placements_size_check check (size_bytes >= 0);

-- Where an agency lies is news; how large it is and at which schema is none.
drop trigger tenant_placements_notify_route on tenant_placements;
create trigger tenant_placements_notify_route
    after insert or delete or update of server_id, db_name, role_name, cred_version, epoch on tenant_placements
    for each row execute function notify_route();
-- A server that has gone and come back elsewhere is reached anew.
create function notify_server() returns trigger language plpgsql as $$
begin
    perform pg_notify('route', 'servers');
    return null;
end $$;
create trigger database_servers_notify_route after insert or update of address on database_servers
    for each statement execute function notify_server();
