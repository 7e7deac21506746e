-- The log of what was done, made hard to forge: how far each chain has come stands apart from its lines, no line can be added
-- anywhere but at its end, and nobody's hand changes what is there.
alter table tenant_audit_log
    -- How the line's hash is made: `central/audit.rs` says it of each number. What was there before knows the first.
    add column hash_version smallint not null default 1,
    add constraint tenant_audit_log_hash_version_check check (hash_version in (1, 2));

create table audit_heads (
    -- The agency; the nil identifier for the platform's own chain.
    chain uuid not null,
    lines bigint not null,
    hash bytea not null,
    last_id uuid not null,
    updated_at timestamptz not null default now(),
    constraint audit_heads_pkey primary key (chain),
    constraint audit_heads_lines_check check (lines > 0)
);

-- An agency's chain stays when the agency goes: no key points at `companies`.
lock table tenant_audit_log in share row exclusive mode;
insert into audit_heads (chain, lines, hash, last_id)
select distinct on (chain) chain, count(*) over (partition by chain), hash, id
from (select coalesce(tenant_id, '00000000-0000-0000-0000-000000000000') as chain, seq, hash, id from tenant_audit_log) l
order by chain, seq desc;

-- Moves the head on with each line, whoever adds it, and refuses a line that does not follow from the last one: a chain has one
-- end. The code is that of a transaction to be tried again, so that a relay does not take the line for a bad one.
create function extend_audit_chain() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whose constant uuid := coalesce(new.tenant_id, '00000000-0000-0000-0000-000000000000');
begin
    if new.prev_hash is null then
        insert into audit_heads (chain, lines, hash, last_id) values (whose, 1, new.hash, new.id)
        on conflict on constraint audit_heads_pkey do nothing;
    else
        update audit_heads set lines = lines + 1, hash = new.hash, last_id = new.id, updated_at = now()
        where chain = whose and hash = new.prev_hash;
    end if;
    if not found then
        raise exception 'the line % does not follow from the last one of its chain', new.id using errcode = '40001';
    end if;
    return null;
end $$;
create trigger tenant_audit_log_extend_chain after insert on tenant_audit_log
    for each row execute function extend_audit_chain();

create function refuse_to_change_the_past() returns trigger language plpgsql as $$
begin
    raise exception '% is added to and never changed', tg_table_name using errcode = '42501';
end $$;
create trigger tenant_audit_log_is_added_to before update or delete or truncate on tenant_audit_log
    for each statement execute function refuse_to_change_the_past();
create trigger audit_heads_stay before delete or truncate on audit_heads
    for each statement execute function refuse_to_change_the_past();

create function only_forward() returns trigger language plpgsql as $$
begin
    if new.chain <> old.chain or new.lines <> old.lines + 1 then
        raise exception 'a chain of the log only grows, a line at a time' using errcode = '42501';
    end if;
    return new;
end $$;
create trigger audit_heads_only_forward before update on audit_heads for each row execute function only_forward();

-- The owner too: whoever works in its name adds, and that is all.
revoke update, delete, truncate on tenant_audit_log from current_user;
revoke delete, truncate on audit_heads from current_user;
revoke insert, update, delete on audit_heads from central_app;
