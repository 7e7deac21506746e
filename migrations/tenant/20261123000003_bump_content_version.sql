-- Public pages are cached by the content version: whatever a visitor could see raises it, in the writer's transaction, once a statement.
create function bump_content_version() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'properties' then
        if tg_op = 'INSERT' and not exists (select from new_rows where published_at is not null) then
            return null;
        elsif tg_op = 'DELETE' and not exists (select from old_rows where published_at is not null) then
            return null;
        elsif tg_op = 'UPDATE' and not exists (select from old_rows where published_at is not null)
            and not exists (select from new_rows where published_at is not null) then
            return null;
        end if;
    end if;
    update store_settings set content_version = content_version + 1;
    return null;
end $$;
create trigger properties_insert_bump after insert on properties
    referencing new table as new_rows for each statement execute function bump_content_version();
create trigger properties_update_bump after update on properties
    referencing old table as old_rows new table as new_rows for each statement execute function bump_content_version();
create trigger properties_delete_bump after delete on properties
    referencing old table as old_rows for each statement execute function bump_content_version();
create trigger property_photos_bump after insert or delete or update on property_photos for each statement execute function bump_content_version();
