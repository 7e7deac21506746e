-- A condition that names a transition table fails where the operation has none, even behind a false `and`: deleting failed.
create or replace function bump_content_version() returns trigger language plpgsql as $$
declare
    is_seen boolean := true;
begin
    if tg_table_name = 'properties' then
        if tg_op = 'INSERT' then
            is_seen := exists (select from new_rows where published_at is not null);
        elsif tg_op = 'DELETE' then
            is_seen := exists (select from old_rows where published_at is not null);
        else
            is_seen := exists (select from old_rows where published_at is not null)
                or exists (select from new_rows where published_at is not null);
        end if;
    end if;
    if is_seen then
        update store_settings set content_version = content_version + 1;
    end if;
    return null;
end $$;
