-- Tells every process, at commit and not before, that a session has ended: what it remembers of it opens nothing any more.
create function notify_session() returns trigger language plpgsql as $$
begin
    perform pg_notify('session', encode(new.id, 'base64'));
    return null;
end $$;
create trigger sessions_notify_session after update of ended_at on sessions
    for each row when (new.ended_at is not null) execute function notify_session();
