-- When each mail was sent: what counts within an hour is not what was sent ever.
alter table sign_ups add column sent_ats timestamptz[] not null default '{}';
update sign_ups set sent_ats = array_fill(sent_at, array[sent]);
alter table sign_ups drop column sent;
