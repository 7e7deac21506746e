-- A second factor beside the password (RFC 6238): one a person, whatever agencies employ them. Secrets are sealed with the installation's key.
alter table people
    add column totp bytea,
    add column totp_set_at timestamptz,
    -- The last time step whose code was taken: none is taken twice.
    add column totp_step bigint not null default 0,
    -- Shown, and not yet confirmed by a code of its.
    add column totp_pending bytea,
    add column totp_pending_at timestamptz,
    -- When the person was first told that they have to have one.
    add column totp_asked_at timestamptz,
    add constraint people_totp_check check ((totp is null) = (totp_set_at is null)),
    add constraint people_totp_pending_check check ((totp_pending is null) = (totp_pending_at is null));

-- What lets a person in without their telephone. A code is found by its first letters; the rest is kept as a password is.
create table recovery_codes (
    person_id uuid not null,
    label text not null,
    hash text not null,
    constraint recovery_codes_pkey primary key (person_id, label),
    constraint recovery_codes_person_fkey foreign key (person_id) references people (id) on delete cascade
);

-- A wrong code is counted beside wrong passwords, and by itself.
alter table sign_in_attempts
    add column factor text not null default 'password',
    add constraint sign_in_attempts_factor_check check (factor in ('password', 'code'));

-- Accounts are remembered with whether their person has a second factor.
create function notify_person() returns trigger language plpgsql as $$
begin
    perform pg_notify('account', account.id::text)
    from (select id from users where person_id = new.id union all select id from operators where person_id = new.id) account;
    return null;
end $$;
create trigger people_notify_account after update of totp, totp_asked_at on people for each row execute function notify_person();
