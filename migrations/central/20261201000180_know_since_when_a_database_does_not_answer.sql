-- When a database was measured and when it was asked are two things once it does not answer: what is known of it keeps its age, and
-- since when nobody reaches it is known too.
alter table tenant_stats
    alter column measured_at drop not null,
    add column tried_at timestamptz,
    add column unreachable_since timestamptz,
    -- How often in a row.
    add column failures int not null default 0;
-- What never answered was never measured.
update tenant_stats set tried_at = measured_at, measured_at = case when properties is null then null else measured_at end;
alter table tenant_stats
    alter column tried_at set default now(),
    alter column tried_at set not null,
    add constraint tenant_stats_failures_check check ((failures > 0) = (unreachable_since is not null) and failures >= 0);
drop index tenant_stats_measured_at_idx;
create index tenant_stats_tried_at_idx on tenant_stats (tried_at);
create index tenant_stats_unreachable_idx on tenant_stats (tenant_id) where unreachable_since is not null;
