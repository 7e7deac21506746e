-- What lists and searches ask of ten thousand properties: figures under DECISIONS, 2026-11-24.
create index properties_featured_idx on properties (featured desc, published_at desc, id desc) where published_at is not null;
create index properties_place_idx on properties (neighborhood, city) where published_at is not null;
create index properties_kind_idx on properties (type, bedrooms, parking)
    include (sale_price, sale_price_public, rent, season_price, purposes) where published_at is not null;
create index properties_price_idx on properties ((coalesce(sale_price, rent, season_price)) desc nulls last, id desc) where deleted_at is null;
