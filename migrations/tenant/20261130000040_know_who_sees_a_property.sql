-- Whose a property is, and who else sees it: one sentence for every statement that asks. And how a member is reached.
alter table staff add column phone text;

-- `all`: everything. `team`: one's own, and what colleagues have brought past the draft. `own`: one's own alone.
create function may_see(p properties, scope text, member uuid) returns boolean language sql stable parallel safe as $$
    select scope = 'all'
        or coalesce(p.responsible_id, p.created_by) = member
        or (scope = 'team' and p.deleted_at is null and p.status not in ('draft', 'capturing'))
$$;
create index properties_responsible_idx on properties (responsible_id);
