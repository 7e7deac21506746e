-- The operators' list goes over all chains, and a record's lines are asked for by its identifier.
create index tenant_audit_log_seq_idx on tenant_audit_log (seq desc);
create index tenant_audit_log_entity_idx on tenant_audit_log (entity_id, seq desc) where entity_id is not null;
