-- Addresses that were left, by an agency that has another one now or by one that is gone, are held in one table.
alter table held_slugs
    -- Whom it leads to; none: that agency is gone. Without a key: it is held longer than an agency that was taken away.
    add column tenant_id uuid,
    add column left_at timestamptz not null default now(),
    -- Digests of e-mail addresses under the installation's key, of those who owned the agency that is gone.
    alter column owners set default '{}';
-- Until now they were digests that anybody can make. The new ones need the key, which no database knows: what is held already is
-- held from everybody until its time is over, or somebody frees it.
update held_slugs set owners = '{}';
insert into held_slugs (slug, tenant_id, left_at, until)
select slug, tenant_id, left_at, until from former_slugs where until > now()
on conflict on constraint held_slugs_pkey do update
set tenant_id = excluded.tenant_id, left_at = excluded.left_at, until = excluded.until;
drop table former_slugs;
create index held_slugs_tenant_idx on held_slugs (tenant_id) where tenant_id is not null;

-- Whether a slug is held from an agency, and from whoever has one of these digests. Asked by whoever wants one, and by the trigger.
create function slug_is_held(wanted text, taker uuid, digests bytea[]) returns boolean language sql stable as $$
    select exists (
        select from held_slugs h
        where h.slug = wanted and h.until > now() and (h.tenant_id = taker) is not true and not (h.owners && digests))
$$;

-- After the row, and so after whoever held the slug until this moment has committed: what they left is seen.
create or replace function hold_slug() returns trigger language plpgsql as $$
begin
    if tg_op <> 'DELETE' then
        if slug_is_held(new.slug, new.id, '{}') then
            raise unique_violation using message = 'the slug was another agency''s until recently', constraint = 'companies_slug_key';
        end if;
        delete from held_slugs h where h.slug = new.slug;
    end if;
    -- What never opened has left nothing that could be mistaken for it.
    if tg_op <> 'INSERT' and old.status <> 'provisioning' and (tg_op = 'DELETE' or old.slug <> new.slug) then
        insert into held_slugs (slug, tenant_id, until) values (old.slug, old.id, now() + interval '90 days')
        on conflict on constraint held_slugs_pkey do update
        set tenant_id = excluded.tenant_id, owners = excluded.owners, left_at = now(), until = excluded.until;
    end if;
    return null;
end $$;

-- An address that is freed leads nowhere at once.
create trigger held_slugs_notify_route after delete or update of tenant_id on held_slugs
    for each row when (old.tenant_id is not null) execute function notify_route();
