-- Before a file goes, the photographs are asked whether one still needs it: as a size of its own, or as the original that waits for its sizes.
create index property_photos_variants_idx on property_photos using gin (variants jsonb_path_ops);
create index property_photos_waiting_idx on property_photos (sha256) where state = 'waiting';
