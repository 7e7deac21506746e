-- The CRM's list shows a cover 72 pixels wide. The name of the smallest JPEG's file as the address has it: nobody reads eight
-- sizes of each photograph to find one.
alter table property_photos add column small text generated always as (
    (jsonb_path_query_first(variants, '$[*] ? (@.format == "jpg")') ->> 'width')
    || '-' || left(jsonb_path_query_first(variants, '$[*] ? (@.format == "jpg")') ->> 'sha256', 12) || '.jpg'
) stored;
