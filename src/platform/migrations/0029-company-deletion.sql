-- Guarantee: nothing of a company is deleted as a whole but by the role career_relay_eraser, and that role sees only companies
-- whose waiting time is over. It alone passes the append-only tables, and what the law makes us keep is out of its reach.
-- Example rows: company_deletion(company, asked_at, ends_at 30 days later, erasing_since null: it can still be stopped)
--               kept_consent('0199…', company, person, 'granted', text_hash, kept_until three years after the last decision)

-- Whoever erases a person or a rejection asks for what points at it.
create index letter_of_person on letter (person_id) where person_id is not null;
create index link_of_letter on link (letter_id) where letter_id is not null;
create index link_of_rejection on link (rejection_id) where rejection_id is not null;
create index consent_by_person on consent (person_id);
create index consent_of_rejection on consent (rejection_id) where rejection_id is not null;
create index referral_by_person on referral (person_id);

create table company_deletion (
  company_id uuid primary key references company on delete cascade,
  asked_by text not null,
  asked_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > asked_at), -- until then it can be stopped
  erasing_since timestamptz check (erasing_since >= ends_at)
);
select protect_company_table('company_deletion');
revoke update on company_deletion from career_relay_app;

-- What stays of a company that was erased: that people agreed to be introduced, and to what. Nobody is named in it.
create table kept_text (
  company_id uuid not null,
  text_hash text not null,
  text_version text not null,
  locale text not null,
  body text not null, -- names the company and the agency, with its representative; no applicant
  kept_until timestamptz not null,
  primary key (company_id, text_hash)
);
select protect_company_table('kept_text');
create index kept_text_over on kept_text (kept_until);

create table kept_consent (
  consent_id uuid primary key,
  company_id uuid not null,
  person_id uuid not null, -- leads to nobody any more; it only ties the decisions of one person together
  purpose text not null,
  decision text not null,
  decided_at timestamptz not null,
  text_hash text not null,
  ticks jsonb not null,
  method text not null,
  referral_code text, -- what the person told the agency: by it the two find the record
  kept_until timestamptz not null,
  foreign key (company_id, text_hash) references kept_text
);
select protect_company_table('kept_consent');
create index kept_consent_over on kept_consent (kept_until);
create index kept_consent_of_text on kept_consent (company_id, text_hash);
revoke insert, update, delete on kept_text, kept_consent from career_relay_app;
revoke update on kept_text, kept_consent from career_relay_system;

do $$
begin
  begin
    if not exists (select from pg_roles where rolname = 'career_relay_eraser') then
      create role career_relay_eraser nologin;
    end if;
  exception when duplicate_object or unique_violation then null; -- another database of this cluster was quicker
  end;
  if not pg_has_role(current_user, 'career_relay_eraser', 'member') then
    grant career_relay_eraser to current_user;
  end if;
  execute format('grant usage on schema %I to career_relay_eraser', current_schema());
end $$;
grant select on company_deletion to career_relay_eraser;
create policy eraser_reads on company_deletion for select to career_relay_eraser using (true);

create function open_to_eraser(target regclass) returns void language plpgsql as $$
begin
  execute format(
    'create policy erased_rows on %s to career_relay_eraser
       using (company_id in (select company_id from company_deletion where erasing_since is not null))', target);
  execute format('grant select, delete on %s to career_relay_eraser', target);
end $$;

do $$
declare
  guarded record;
begin
  for guarded in
    select format('%I.%I', schemaname, tablename)::regclass as target from pg_policies
    where policyname = 'company_rows' and schemaname = current_schema()
      and tablename not in ('company_deletion', 'kept_text', 'kept_consent')
  loop
    perform open_to_eraser(guarded.target);
  end loop;
end $$;

-- As in 0001, and open to the eraser from now on.
create or replace function protect_company_table(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy company_rows on %s to career_relay_app
       using (company_id = nullif(current_setting(''app.company_id'', true), '''')::uuid)
       with check (company_id = nullif(current_setting(''app.company_id'', true), '''')::uuid)', target);
  execute format('create policy system_rows on %s to career_relay_system using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to career_relay_app, career_relay_system', target);
  perform open_to_eraser(target);
end $$;

create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and current_user = 'career_relay_eraser' then
    return old; -- its policy has let through rows of companies that are being erased, and no others
  end if;
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

-- An archive of what is held of a company: made piece by piece, so that a killed process loses one piece at the most.
create table data_export (
  export_id uuid primary key,
  company_id uuid not null references company,
  status text not null check (status in ('waiting', 'making', 'ready', 'failed', 'gone')),
  reason text check ((reason is not null) = (status in ('failed', 'gone'))),
  asked_by text not null,
  asked_at timestamptz not null,
  claims integer not null default 0, -- only who made the last claim may go on writing
  next_piece integer not null default 0,
  next_table integer not null default 0,
  after_key jsonb, -- where the next piece goes on within its table; null: at its beginning
  files jsonb not null default '[]',
  rows_total integer,
  rows_done integer not null default 0,
  byte_count bigint,
  ready_at timestamptz,
  expires_at timestamptz,
  check ((status = 'ready') <= (byte_count is not null and ready_at is not null and expires_at is not null))
);
create unique index data_export_under_way on data_export (company_id) where status in ('waiting', 'making');
create index data_export_newest on data_export (company_id, export_id desc);
create index data_export_over on data_export (asked_at) where status in ('waiting', 'making', 'ready');
select protect_company_table('data_export');

create table data_export_part (
  export_id uuid not null references data_export on delete cascade,
  company_id uuid not null references company,
  piece integer not null,
  seq integer not null,
  bytes bytea not null,
  primary key (export_id, piece, seq)
);
select protect_company_table('data_export_part');

-- An archive must not outlive the erasure of a person who is in it.
create function drop_exports_of_erased() returns trigger language plpgsql as $$
begin
  delete from data_export_part where company_id = new.company_id;
  update data_export set status = 'gone', reason = 'person-erased'
    where company_id = new.company_id and status in ('waiting', 'making', 'ready');
  return null;
end $$;
create trigger erased_person_drops_exports after update of erased_at on person
  for each row when (old.erased_at is null and new.erased_at is not null) execute function drop_exports_of_erased();
