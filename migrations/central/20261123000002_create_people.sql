-- Who may enter. One person has one password, and an account in each agency that employs them.
create table people (
    id uuid not null,
    email text not null,
    name text not null,
    password_hash text not null,
    locale text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    password_changed_at timestamptz not null default now(),
    constraint people_pkey primary key (id),
    constraint people_email_key unique (email),
    constraint people_email_check check (email = lower(email) and position('@' in email) > 1 and length(email) <= 254),
    constraint people_locale_check check (locale in ('pt-BR', 'en'))
);
create trigger people_set_updated_at before update on people for each row execute function set_updated_at();

create table users (
    id uuid not null,
    company_id uuid not null,
    person_id uuid not null,
    email text not null,
    name text not null,
    role text not null,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint users_pkey primary key (id),
    constraint users_company_fkey foreign key (company_id) references companies (id) on delete restrict,
    constraint users_person_fkey foreign key (person_id) references people (id) on delete restrict,
    constraint users_email_key unique (company_id, email),
    constraint users_person_key unique (company_id, person_id),
    constraint users_role_check check (role in ('owner', 'manager', 'broker', 'assistant', 'finance', 'partner'))
);
create index users_person_idx on users (person_id);
create trigger users_set_updated_at before update on users for each row execute function set_updated_at();

create table operators (
    id uuid not null,
    person_id uuid not null,
    active boolean not null default true,
    created_at timestamptz not null default now(),
    constraint operators_pkey primary key (id),
    constraint operators_person_key unique (person_id),
    constraint operators_person_fkey foreign key (person_id) references people (id) on delete restrict
);

create table sessions (
    -- SHA-256 of the identifier in the cookie: this table does not open a door.
    id bytea not null,
    person_id uuid,
    user_id uuid,
    tenant_id uuid,
    operator_id uuid,
    data jsonb not null,
    ip_address inet,
    user_agent text,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null,
    constraint sessions_pkey primary key (id),
    constraint sessions_id_check check (octet_length(id) = 32),
    constraint sessions_person_fkey foreign key (person_id) references people (id) on delete cascade,
    constraint sessions_user_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint sessions_tenant_fkey foreign key (tenant_id) references companies (id) on delete cascade,
    constraint sessions_operator_fkey foreign key (operator_id) references operators (id) on delete cascade,
    constraint sessions_kind_check check (user_id is null or operator_id is null)
);
create index sessions_person_idx on sessions (person_id);
create index sessions_expires_at_idx on sessions (expires_at);

create table sign_in_attempts (
    id bigint generated always as identity,
    -- HMAC of the e-mail address, so that the table is no list of people.
    email_key bytea not null,
    ip_address inet not null,
    device_key bytea,
    succeeded boolean not null,
    at timestamptz not null,
    constraint sign_in_attempts_pkey primary key (id)
);
create index sign_in_attempts_email_idx on sign_in_attempts (email_key, at desc);
create index sign_in_attempts_ip_idx on sign_in_attempts (ip_address, at desc);
