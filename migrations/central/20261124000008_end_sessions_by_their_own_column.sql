-- That a session was ended is written beside its lifetime, not into it: nothing that renews the one can undo the other.
alter table sessions add column ended_at timestamptz;
create index sessions_ended_at_idx on sessions (ended_at) where ended_at is not null;
