-- Whoever waits for an agency sees each step when it is committed, and the worker begins at once.
create function notify_operation() returns trigger language plpgsql as $$
begin
    perform pg_notify('operation', new.operation_id::text);
    return null;
end $$;
create trigger tenant_operation_events_notify_operation after insert on tenant_operation_events for each row execute function notify_operation();
