-- Several processes open connections to one server. Each holds a share, so that together they open no more than it has.
alter table database_servers
    -- Connections that it has beside those for superusers, as of the last look. Null: the central database's own server, which
    -- answers for itself, or one that has not been asked yet.
    add column places int,
    add constraint database_servers_places_check check (places > 0);

create table connection_shares (
    server_id int not null,
    -- Drawn anew by each process as it starts.
    process uuid not null,
    is_command boolean not null,
    wanted int not null,
    share int not null,
    -- Who has not been heard of for a while is dead, and the share free.
    beaten_at timestamptz not null default clock_timestamp(),
    constraint connection_shares_pkey primary key (server_id, process),
    constraint connection_shares_server_fkey foreign key (server_id) references database_servers (id) on delete cascade,
    constraint connection_shares_wanted_check check (wanted > 0),
    constraint connection_shares_share_check check (share >= 0)
-- Written every five seconds a process: the new row stays on the page of the old one.
) with (fillfactor = 50);
