-- Links that a person is sent to set a password anew or to change an e-mail address, and how often they were asked for.
create table person_links (
    id uuid not null,
    person_id uuid not null,
    purpose text not null,
    -- SHA-256 of what the link carries.
    token_digest bytea not null,
    -- The address that the link makes the person's.
    email text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    constraint person_links_pkey primary key (id),
    constraint person_links_token_digest_key unique (token_digest),
    constraint person_links_person_fkey foreign key (person_id) references people (id) on delete cascade,
    constraint person_links_purpose_check check (purpose in ('password', 'email', 'email_undo')),
    constraint person_links_email_check check ((email is null) = (purpose = 'password')),
    constraint person_links_token_digest_check check (octet_length(token_digest) = 32)
);
create index person_links_person_idx on person_links (person_id, purpose);

create table link_requests (
    id bigint generated always as identity,
    -- HMAC of the e-mail address, so that the table is no list of people.
    email_key bytea not null,
    ip_address inet not null,
    at timestamptz not null,
    constraint link_requests_pkey primary key (id)
);
create index link_requests_email_idx on link_requests (email_key, at desc);
create index link_requests_ip_idx on link_requests (ip_address, at desc);
