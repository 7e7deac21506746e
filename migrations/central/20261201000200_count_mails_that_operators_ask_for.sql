-- Operators belong to no agency: the mails that they ask for count together, as those of one agency do.
alter table asked_mails alter column tenant_id drop not null;
create index asked_mails_of_operators_idx on asked_mails (at desc) where tenant_id is null;
