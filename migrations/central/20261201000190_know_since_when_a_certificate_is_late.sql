-- Since when looks have found a host's certificate in the last third of its life: an edge that works has renewed it by then.
alter table domains add column certificate_late_since timestamptz;
