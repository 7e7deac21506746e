-- One update of the counter for a statement, however many rows it takes away: undoing a large import wrote the same row a hundred thousand times.
drop trigger properties_count on properties;
create or replace function count_properties() returns trigger language plpgsql as $$
declare
    freed bigint;
begin
    if tg_op = 'DELETE' then
        freed := (select count(*) from old_rows where deleted_at is null);
    else
        freed := (select count(*) from old_rows o join new_rows n using (id) where o.deleted_at is null and n.deleted_at is not null);
    end if;
    if freed > 0 then
        update usage_counters set used = used - freed where resource = 'properties';
    end if;
    return null;
end $$;
create trigger properties_delete_count after delete on properties
    referencing old table as old_rows for each statement execute function count_properties();
create trigger properties_update_count after update on properties
    referencing old table as old_rows new table as new_rows for each statement execute function count_properties();
