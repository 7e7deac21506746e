-- The agency's stock. Prices in reais, areas in square metres, null = unknown, 0 = known to be zero.
create table properties (
    id uuid not null,
    code text not null,
    type text not null,
    usage text not null,
    purposes text[] not null,
    status text not null default 'draft',
    status_reason text,
    condition text,
    title text not null default '',
    description text not null default '',
    internal_notes text not null default '',

    sale_price numeric(14, 2),
    sale_price_public boolean not null default true,
    rent numeric(14, 2),
    rent_period text not null default 'monthly',
    season_price numeric(14, 2),
    condo numeric(14, 2),
    iptu numeric(14, 2),
    iptu_period text,

    area_private numeric(12, 2),
    area_total numeric(12, 2),
    area_built numeric(12, 2),
    area_land numeric(12, 2),

    bedrooms smallint,
    suites smallint,
    bathrooms smallint,
    lavabos smallint,
    parking smallint,
    living_rooms smallint,
    floor smallint,
    floors_total smallint,
    year_built smallint,
    furnished text,
    pets boolean,
    elevator boolean,
    pool boolean,

    cep text,
    uf text,
    city text,
    neighborhood text,
    street text,
    number text,
    complement text,
    lat numeric(9, 6),
    lng numeric(9, 6),
    visibility text not null default 'neighborhood',

    responsible_id uuid,
    published_at timestamptz,
    featured boolean not null default false,
    slug text not null default '',
    import_batch_id uuid,

    -- What the search box looks through, without accents and capitals.
    search_text text generated always as (
        plain(code || ' ' || title || ' ' || coalesce(street, '') || ' ' || coalesce(neighborhood, ''))
    ) stored,
    -- What visitors look through: the street only as far as it is shown.
    public_text text generated always as (
        plain(code || ' ' || title || ' ' || coalesce(neighborhood, '') || ' ' || coalesce(city, '') || ' '
            || case when visibility = 'neighborhood' then '' else coalesce(street, '') end)
    ) stored,

    version int not null default 1,
    created_at timestamptz not null default now(),
    created_by uuid,
    updated_at timestamptz not null default now(),
    updated_by uuid,
    deleted_at timestamptz,
    deleted_by uuid,

    constraint properties_pkey primary key (id),
    constraint properties_code_key unique (code),
    constraint properties_code_check check (code ~ '^[A-Z0-9]{2,20}$'),
    constraint properties_type_check check (type in (
        'apartment', 'garden_apartment', 'penthouse', 'duplex', 'flat', 'kitnet', 'studio', 'loft', 'house', 'sobrado', 'gated_house',
        'village_house', 'land', 'gated_land', 'chacara', 'sitio', 'farm', 'office', 'corporate_floor', 'store', 'commercial_point',
        'medical_office', 'commercial_house', 'commercial_building', 'residential_building', 'warehouse', 'industrial_area', 'hotel',
        'parking_space', 'tract')),
    constraint properties_usage_check check (usage in ('residential', 'commercial', 'mixed', 'rural', 'industrial')),
    constraint properties_purposes_check check (purposes <@ array['sale', 'rent', 'season'] and cardinality(purposes) between 1 and 3),
    constraint properties_status_check check (status in ('draft', 'capturing', 'active', 'reserved', 'sold', 'rented', 'suspended', 'inactive')),
    constraint properties_condition_check check (condition in ('new', 'used', 'launch', 'under_construction', 'off_plan', 'renovating')),
    constraint properties_title_check check (length(title) <= 100),
    constraint properties_description_check check (length(description) <= 3000),
    constraint properties_internal_notes_check check (length(internal_notes) <= 3000),
    constraint properties_prices_check check (sale_price > 0 and rent > 0 and season_price > 0 and condo >= 0 and iptu >= 0),
    constraint properties_rent_period_check check (rent_period in ('daily', 'weekly', 'monthly', 'yearly')),
    constraint properties_iptu_period_check check (iptu_period in ('monthly', 'yearly', 'once')),
    constraint properties_areas_check check (area_private > 0 and area_total > 0 and area_built > 0 and area_land > 0),
    constraint properties_rooms_check check (
        bedrooms between 0 and 99 and suites between 0 and 99 and bathrooms between 0 and 99 and lavabos between 0 and 99
        and parking between 0 and 99 and living_rooms between 0 and 99),
    constraint properties_suites_check check (suites <= bedrooms),
    constraint properties_floor_check check (floor <= floors_total),
    constraint properties_furnished_check check (furnished in ('no', 'partly', 'yes')),
    constraint properties_visibility_check check (visibility in ('full', 'street', 'neighborhood')),
    constraint properties_cep_check check (cep ~ '^[0-9]{8}$'),
    constraint properties_uf_check check (uf ~ '^[A-Z]{2}$'),
    constraint properties_place_check check (lat between -34 and 6 and lng between -74 and -28),
    constraint properties_published_check check (published_at is null or (status = 'active' and deleted_at is null)),
    constraint properties_responsible_fkey foreign key (responsible_id) references staff (id) on delete restrict,
    constraint properties_created_by_fkey foreign key (created_by) references staff (id) on delete restrict,
    constraint properties_updated_by_fkey foreign key (updated_by) references staff (id) on delete restrict,
    constraint properties_deleted_by_fkey foreign key (deleted_by) references staff (id) on delete restrict
);
create trigger properties_set_updated_at before update on properties for each row execute function set_updated_at();

create index properties_search_text_idx on properties using gin (search_text gin_trgm_ops);
create index properties_newest_idx on properties (created_at desc, id desc) where deleted_at is null;
create index properties_public_text_idx on properties using gin (public_text gin_trgm_ops) where published_at is not null;
create index properties_published_idx on properties (published_at desc, id desc) where published_at is not null;
create index properties_neighborhood_idx on properties (plain(neighborhood)) where deleted_at is null;
create index properties_sale_price_idx on properties (sale_price) where published_at is not null;
create index properties_rent_idx on properties (rent) where published_at is not null;

-- One number a prefix, never reused: AP0001, AP0002, ...
create table property_codes (
    prefix text not null,
    last_number bigint not null default 0,
    constraint property_codes_pkey primary key (prefix)
);

create table property_photos (
    id uuid not null,
    property_id uuid not null,
    position int not null,
    is_cover boolean not null default false,
    alt text not null default '',
    caption text not null default '',
    -- Of the original as received; the stored variants carry none of its metadata.
    sha256 bytea not null,
    original_name text not null default '',
    bytes bigint not null,
    width int not null,
    height int not null,
    state text not null default 'waiting',
    -- [{"width": 640, "height": 427, "format": "webp", "sha256": ".."}], smallest first.
    variants jsonb not null default '[]',
    created_at timestamptz not null default now(),
    created_by uuid,
    constraint property_photos_pkey primary key (id),
    constraint property_photos_property_fkey foreign key (property_id) references properties (id) on delete cascade,
    constraint property_photos_created_by_fkey foreign key (created_by) references staff (id) on delete restrict,
    constraint property_photos_position_key unique (property_id, position) deferrable initially deferred,
    constraint property_photos_sha256_key unique (property_id, sha256),
    constraint property_photos_state_check check (state in ('waiting', 'ready', 'failed')),
    constraint property_photos_alt_check check (length(alt) <= 140 and length(caption) <= 140)
);
create unique index property_photos_cover_key on property_photos (property_id) where is_cover;

-- Freed by archiving, taken again by restoring: the counter follows the rows, whoever writes them.
create function count_properties() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.deleted_at is null then
        update usage_counters set used = used - 1 where resource = 'properties';
    elsif tg_op = 'UPDATE' and old.deleted_at is null and new.deleted_at is not null then
        update usage_counters set used = used - 1 where resource = 'properties';
    end if;
    return null;
end $$;
create trigger properties_count after delete or update of deleted_at on properties for each row execute function count_properties();

create table import_batches (
    id uuid not null,
    file_name text not null,
    state text not null default 'running',
    rows_read int not null default 0,
    rows_imported int not null default 0,
    rows_refused int not null default 0,
    report jsonb not null default '{}',
    created_by uuid,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    constraint import_batches_pkey primary key (id),
    constraint import_batches_state_check check (state in ('running', 'done', 'undone'))
);
alter table properties add constraint properties_import_batch_fkey foreign key (import_batch_id) references import_batches (id) on delete set null;
create index properties_import_batch_idx on properties (import_batch_id) where import_batch_id is not null;
