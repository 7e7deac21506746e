-- When a job was begun last: the agency that has waited longest is served first.
alter table jobs add column begun_at timestamptz;
create index jobs_begun_at_idx on jobs (tenant_id, begun_at) where begun_at is not null;
create index jobs_running_idx on jobs (tenant_id) where state = 'running';
create index jobs_turn_idx on jobs (tenant_id, run_at, id) where state in ('queued', 'running');
