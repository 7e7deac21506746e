-- How large a database is, its server says for all of them at once: `tenant_placements.size_bytes`. And what a database that never
-- answered holds is not nothing, it is not known.
alter table tenant_stats drop constraint tenant_stats_figures_check;
alter table tenant_stats alter column properties drop not null;
update tenant_stats set properties = null where database_bytes = 0;
alter table tenant_stats
    drop column database_bytes,
    add constraint tenant_stats_figures_check check (properties >= 0);
