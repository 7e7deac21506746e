-- Who signs up buys what was sold then, whatever is sold when the mail is answered.
alter table sign_ups
    add column version_id uuid,
    add constraint sign_ups_version_fkey foreign key (version_id) references subscription_plan_versions (id) on delete restrict;
update sign_ups s
set version_id = (select v.id from plans_sold(s.created_at) v join subscription_plans p on p.id = v.plan_id where p.name = s.plan)
where s.confirmed_at is null;
