-- A draft's photographs are on no page: their statements raise the content version only where a property that they touch is published.
create function bump_for_photos() returns trigger language plpgsql as $$
declare
    is_seen boolean := false;
begin
    if tg_op in ('INSERT', 'UPDATE') then
        is_seen := exists (select from new_rows r join properties p on p.id = r.property_id where p.published_at is not null);
    end if;
    if tg_op in ('DELETE', 'UPDATE') and not is_seen then
        is_seen := exists (select from old_rows r join properties p on p.id = r.property_id where p.published_at is not null);
    end if;
    if is_seen then
        update store_settings set content_version = content_version + 1;
    end if;
    return null;
end $$;
drop trigger property_photos_bump on property_photos;
create trigger property_photos_insert_bump after insert on property_photos
    referencing new table as new_rows for each statement execute function bump_for_photos();
create trigger property_photos_update_bump after update on property_photos
    referencing old table as old_rows new table as new_rows for each statement execute function bump_for_photos();
create trigger property_photos_delete_bump after delete on property_photos
    referencing old table as old_rows for each statement execute function bump_for_photos();
