-- Boot, namespace, number and beginning of the process that holds a share: who is gone is known at once by those beside it.
-- Empty: nobody can tell, and the clock decides.
alter table connection_shares add column holder text not null default '';
