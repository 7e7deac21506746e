-- What every agency's database has before it has any business in it: its stamp, its people, its limits, its outbox.
create extension if not exists unaccent;
create extension if not exists pg_trgm;

-- unaccent() is only stable, because its dictionary could change; ours does not, so indexes may use it.
create function plain(value text) returns text language sql immutable parallel safe strict as $$
    select lower(public.unaccent('public.unaccent'::regdictionary, value))
$$;

create function set_updated_at() returns trigger language plpgsql as $$
begin
    new.updated_at = now();
    return new;
end $$;

create table _tenant_identity (
    tenant_id uuid not null,
    operation_id uuid not null,
    stamped_at timestamptz not null default now(),
    only_row boolean not null default true,
    constraint _tenant_identity_pkey primary key (only_row),
    constraint _tenant_identity_only_row_check check (only_row)
);

create table staff (
    id uuid not null,
    name text not null,
    email text not null,
    creci text,
    photo_url text,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint staff_pkey primary key (id)
);
create trigger staff_set_updated_at before update on staff for each row execute function set_updated_at();

create table plan_limits (
    resource text not null,
    -- Null: unlimited.
    max_value bigint,
    plan_version bigint not null default 1,
    constraint plan_limits_pkey primary key (resource),
    constraint plan_limits_max_value_check check (max_value >= 0)
);

create table usage_counters (
    resource text not null,
    used bigint not null default 0,
    constraint usage_counters_pkey primary key (resource),
    constraint usage_counters_used_check check (used >= 0)
);
insert into usage_counters (resource) values ('properties');

create table store_settings (
    only_row boolean not null default true,
    company_name text not null,
    creci text,
    about text not null default '',
    phone text,
    whatsapp text,
    email text,
    address text,
    logo_url text,
    logo_sha256 bytea,
    logo_width int,
    logo_height int,
    primary_color text not null default '#004AAD',
    secondary_color text not null default '#FFA500',
    hero_title text not null default '',
    -- Raised by everything that changes a public page: cached pages carry it in their key.
    content_version bigint not null default 1,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint store_settings_pkey primary key (only_row),
    constraint store_settings_only_row_check check (only_row),
    constraint store_settings_colors_check check (primary_color ~ '^#[0-9A-F]{6}$' and secondary_color ~ '^#[0-9A-F]{6}$')
);
create trigger store_settings_set_updated_at before update on store_settings for each row execute function set_updated_at();

create table activity_log (
    id uuid not null,
    at timestamptz not null default now(),
    user_id uuid,
    action text not null,
    entity_type text not null,
    entity_id uuid,
    changes jsonb not null default '{}',
    constraint activity_log_pkey primary key (id),
    constraint activity_log_user_fkey foreign key (user_id) references staff (id) on delete restrict
);
create index activity_log_entity_idx on activity_log (entity_type, entity_id, at desc);
create index activity_log_at_idx on activity_log (at desc);

-- Audit lines and jobs, written in the writer's transaction and carried to the central database by the relay.
create table outbox (
    id uuid not null,
    kind text not null,
    payload jsonb not null,
    created_at timestamptz not null default now(),
    seq bigint generated always as identity,
    constraint outbox_pkey primary key (id),
    constraint outbox_kind_check check (kind in ('audit', 'job'))
);
create index outbox_seq_idx on outbox (seq);

create table form_drafts (
    id uuid not null,
    user_id uuid not null,
    path text not null,
    fields jsonb not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    constraint form_drafts_pkey primary key (id),
    constraint form_drafts_user_fkey foreign key (user_id) references staff (id) on delete cascade
);
create index form_drafts_expires_at_idx on form_drafts (expires_at);
