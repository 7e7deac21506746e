-- What people look like: one photograph a person, as their name is; each agency's folder has the file, under this digest.
alter table people
    add column photo_sha256 bytea,
    add constraint people_photo_check check (octet_length(photo_sha256) = 32);

drop trigger people_count_versions on people;
create trigger people_count_versions after update of phone, creci, photo_sha256 on people
    for each row
    when (old.phone is distinct from new.phone or old.creci is distinct from new.creci
          or old.photo_sha256 is distinct from new.photo_sha256)
    execute function count_versions_of_person();
