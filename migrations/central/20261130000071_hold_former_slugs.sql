-- An address that an agency has left leads to its new one, and is nobody else's, for 90 days.
create table former_slugs (
    slug text not null,
    -- Without a key to the agency: the address is held longer than an agency that was taken away.
    tenant_id uuid not null,
    left_at timestamptz not null default now(),
    until timestamptz not null,
    constraint former_slugs_pkey primary key (slug)
);
create index former_slugs_tenant_idx on former_slugs (tenant_id);

-- After the row, and so after whoever held the slug until this moment has committed: what they left is seen.
create function hold_slug() returns trigger language plpgsql as $$
begin
    if tg_op <> 'DELETE' then
        if exists (select from former_slugs f where f.slug = new.slug and f.tenant_id <> new.id and f.until > now()) then
            raise unique_violation using message = 'the slug was another agency''s until recently', constraint = 'companies_slug_key';
        end if;
        delete from former_slugs f where f.slug = new.slug;
    end if;
    -- What never opened has left nothing that could be mistaken for it.
    if tg_op <> 'INSERT' and old.status <> 'provisioning' and (tg_op = 'DELETE' or old.slug <> new.slug) then
        insert into former_slugs (slug, tenant_id, until) values (old.slug, old.id, now() + interval '90 days')
        on conflict (slug) do update set tenant_id = excluded.tenant_id, left_at = now(), until = excluded.until;
    end if;
    return null;
end $$;
create trigger companies_hold_slug after insert or delete or update of slug on companies for each row execute function hold_slug();
