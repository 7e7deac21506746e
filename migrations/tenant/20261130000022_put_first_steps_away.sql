-- A new agency is shown its first steps until they are taken, or until somebody does not want to see them any more.
alter table store_settings add column first_steps_away_at timestamptz;
