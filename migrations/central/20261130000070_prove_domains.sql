-- What the claim of a host goes through: its proof in the DNS, the daily look, its certificate, and the time after its end.
alter table domains
    add column tls_state text not null default 'none',
    add column tls_checked_at timestamptz,
    -- An operator's word stands for the proof: the DNS is asked only where the host leads.
    add column is_vouched boolean not null default false,
    -- Daily looks in a row that found something wrong.
    add column failures int not null default 0,
    add column problem text,
    add column suspect_since timestamptz,
    add constraint domains_tls_state_check check (tls_state in ('none', 'issuing', 'active', 'failed')),
    add constraint domains_problem_check check (problem in ('no_proof', 'points_elsewhere', 'no_answer', 'owned', 'quarantined'));
update domains set is_vouched = true where kind = 'custom' and state in ('verified', 'suspect');
create unique index domains_claim_key on domains (tenant_id, host) where state <> 'released';
create index domains_host_idx on domains (host);

-- Whether every other host of the agency leads to its primary domain.
alter table companies add column redirects_hosts boolean not null default false;

-- A look at a domain that changes nothing of its way is no news.
drop trigger domains_notify_route on domains;
create trigger domains_notify_route after insert or delete or update of tenant_id, host, state, is_primary, tls_state on domains
    for each row execute function notify_route();
drop trigger companies_notify_route on companies;
create trigger companies_notify_route after insert or delete or update of slug, name, status, redirects_hosts on companies
    for each row execute function notify_route();
