-- By whom, what and when the log is asked for; by agency, record and place it has been indexed since it is there.
create index tenant_audit_log_tenant_at_idx on tenant_audit_log (tenant_id, at);
create index tenant_audit_log_user_idx on tenant_audit_log (user_id, seq desc) where user_id is not null;
create index tenant_audit_log_impersonator_idx on tenant_audit_log (impersonator_id, seq desc) where impersonator_id is not null;
create index tenant_audit_log_action_idx on tenant_audit_log (action, seq desc);
