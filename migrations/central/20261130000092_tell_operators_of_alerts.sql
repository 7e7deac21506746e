-- When operators were last told of each kind of alert: hourly at most.
create table alert_mails (
    kind text not null,
    mailed_at timestamptz not null,
    constraint alert_mails_pkey primary key (kind)
);
