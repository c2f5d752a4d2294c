-- Guarantee: every row of a company is seen and written only while that company is named.
-- Two roles act at run time, neither owns a table: career_relay_app (one company, by row-level security) and
-- career_relay_system (the doors and sweeps that must look across companies: hooks, links, operators).
-- Example row: company('0199…', 'sakura-foods', 'さくら食品株式会社', 'ja', …)

do $$
declare
  wanted text;
begin
  foreach wanted in array array['career_relay_app', 'career_relay_system'] loop
    begin
      if not exists (select from pg_roles where rolname = wanted) then
        execute format('create role %I nologin', wanted);
      end if;
    exception when duplicate_object or unique_violation then null; -- another database of this cluster was quicker
    end;
    if not pg_has_role(current_user, wanted, 'member') then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
end $$;

do $$ begin
  execute format('grant usage on schema %I to career_relay_app, career_relay_system', current_schema());
end $$;

-- Gives a company's table its guard. Call it once after every create table that carries company_id.
create function protect_company_table(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy company_rows on %s to career_relay_app
       using (company_id = nullif(current_setting(''app.company_id'', true), '''')::uuid)
       with check (company_id = nullif(current_setting(''app.company_id'', true), '''')::uuid)', target);
  execute format('create policy system_rows on %s to career_relay_system using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to career_relay_app, career_relay_system', target);
end $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

-- Makes a table append-only, for its owner as well.
create function keep_append_only(target regclass) returns void language plpgsql as $$
begin
  execute format('revoke update, delete on %s from career_relay_app, career_relay_system', target);
  execute format('create trigger append_only before update or delete on %s for each row execute function refuse_change()', target);
  execute format('create trigger append_only_truncate before truncate on %s for each statement execute function refuse_change()', target);
end $$;

create table company (
  company_id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null check (name <> ''),
  locale text not null check (locale in ('ja', 'en')),
  postal_address text not null check (postal_address <> ''),
  contact_email text not null check (contact_email <> ''),
  data_key text not null, -- this company's data key, wrapped by SECRET_KEY: v1.<key id>.<nonce>.<ciphertext>
  created_at timestamptz not null
);
select protect_company_table('company');

create table agency (
  agency_id uuid primary key,
  company_id uuid not null references company,
  name text not null,
  address text not null,
  representative text not null,
  licence_number text not null,
  licence_expires_on text not null check (licence_expires_on ~ '^\d{4}-\d\d-\d\d$'),
  privacy_url text not null,
  registration_url text not null,
  updated_at timestamptz not null,
  retired_at timestamptz -- when another agency took its place; what people agreed to stays with this one
);
create unique index agency_in_place on agency (company_id) where retired_at is null;
select protect_company_table('agency');

-- What an agency promised, dated. A referral is judged by the terms in force when it happened.
create table agency_terms (
  terms_id uuid primary key,
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  version integer not null check (version > 0),
  effective_from timestamptz not null,
  counts_at text not null check (counts_at in ('consent', 'confirmation')),
  referrals_per_credit integer not null check (referrals_per_credit > 0),
  referral_period_months integer not null check (referral_period_months > 0),
  credit_valid_months integer check (credit_valid_months > 0),
  unique (agency_id, version)
);
select protect_company_table('agency_terms');
select keep_append_only('agency_terms');

-- A named lock with an end, for work that talks to a vendor and so cannot hold a transaction open.
create table lease (
  name text primary key,
  holder uuid not null,
  expires_at timestamptz not null
);
grant select, insert, update, delete on lease to career_relay_app, career_relay_system;

create table audit_entry (
  company_id uuid not null references company,
  seq integer not null check (seq > 0),
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null,
  prev_hash text not null,
  hash text not null,
  primary key (company_id, seq)
);
select protect_company_table('audit_entry');
select keep_append_only('audit_entry');

-- Mail kept here instead of going out, while no SMTP server is configured.
create table outbox_mail (
  mail_id uuid primary key,
  company_id uuid not null references company,
  mail_key text not null,
  "to" text not null,
  "from" text not null,
  subject text not null,
  text text not null,
  html text not null,
  headers jsonb not null,
  sent_at timestamptz not null,
  unique (company_id, mail_key)
);
create index outbox_mail_newest on outbox_mail (company_id, mail_id desc);
select protect_company_table('outbox_mail');
