-- Statement triggers fire in the order of their names, and `bump` stood before `count`: archiving took the settings, then the counter, and an import
-- that publishes takes the counter, then the settings. The counter comes first for everybody.
alter trigger properties_update_count on properties rename to properties_update_a_count;
alter trigger properties_delete_count on properties rename to properties_delete_a_count;
