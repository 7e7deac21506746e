-- Each form of the settings is checked against its own saves: `version` counts those of name and contact, this those of the colours.
alter table store_settings add column brand_version int not null default 1;
