-- What a member looks like: the address that `photo_url` has, and the file that lies behind it.
alter table staff
    add column photo_sha256 bytea,
    add constraint staff_photo_check
        check (photo_sha256 is null or (octet_length(photo_sha256) = 32 and photo_url is not null));
create index staff_photo_idx on staff (photo_url) where photo_url is not null;
