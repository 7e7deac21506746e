-- Its data are kept for thirty days from then on. The worker writes it where it is missing, so that nobody goes earlier for having
-- been cancelled before this column was there.
alter table tenant_subscriptions add column cancelled_at timestamptz;
create index tenant_subscriptions_cancelled_at_idx on tenant_subscriptions (cancelled_at) where cancelled_at is not null;
