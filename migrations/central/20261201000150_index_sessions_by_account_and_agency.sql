-- Asked by the list of a team, by whoever ends an account's or an agency's sessions, and when either goes.
create index sessions_user_idx on sessions (user_id) where user_id is not null;
create index sessions_tenant_idx on sessions (tenant_id) where tenant_id is not null;
