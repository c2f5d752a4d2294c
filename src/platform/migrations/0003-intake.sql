-- Guarantee: a delivery is stored once per (connection, delivery_ref), with the bytes as they came;
-- a rejection stands once per (connection, application_ref, decided_at).
-- Example row: delivery('0199…', connection, '3f1c…', received_at, body '{"action":"reject_candidate",…}', 'stored')

-- No foreign keys on delivery: only the webhook door writes it, for a connection it has just read, and neither
-- companies nor connections are ever removed as rows. The checks would take as long as the insert itself.
create table delivery (
  delivery_id uuid primary key,
  company_id uuid not null,
  connection_id uuid not null,
  delivery_ref text not null,
  received_at timestamptz not null,
  body bytea not null,
  status text not null default 'stored' check (status in ('stored', 'processed', 'ignored', 'set-aside', 'failed')),
  reason text,
  candidate_refs text[] not null default '{}', -- whom it was about, so that erasing a person reaches its body
  duplicates integer not null default 0, -- how often the same delivery came again
  processed_at timestamptz,
  unique (connection_id, delivery_ref)
);
create index delivery_newest on delivery (company_id, delivery_id desc);
create index delivery_candidates on delivery using gin (candidate_refs);
select protect_company_table('delivery');

-- One human inside one company, found by normalised e-mail.
create table person (
  person_id uuid primary key,
  company_id uuid not null references company,
  email_key text, -- HMAC of the normalised address; null when there is none or it was erased
  email text,
  given_name text,
  family_name text,
  locale text,
  erased_at timestamptz,
  created_at timestamptz not null,
  unique (company_id, email_key)
);
select protect_company_table('person');

create table rejection (
  rejection_id uuid primary key,
  company_id uuid not null references company,
  connection_id uuid not null references connection,
  person_id uuid references person,
  application_ref text not null,
  candidate_ref text not null,
  decided_at timestamptz not null,
  decided_by text not null check (decided_by in ('company', 'candidate', 'unknown')),
  reason_ref text,
  reason text,
  stage text,
  job text,
  source text not null check (source in ('direct', 'agency', 'referral', 'unknown')),
  is_private boolean not null,
  is_confidential boolean not null,
  can_email boolean not null,
  status text not null default 'current' check (status in ('current', 'reinstated', 'hired', 'erased')),
  recorded_at timestamptz not null,
  unique (connection_id, application_ref, decided_at)
);
create index rejection_newest on rejection (company_id, rejection_id desc);
create index rejection_of_application on rejection (connection_id, application_ref);
create index rejection_of_candidate on rejection (connection_id, candidate_ref);
create index rejection_of_person on rejection (person_id);
select protect_company_table('rejection');

-- Whom the company hired: their other applications, closed as a matter of course, get no letter.
create table hired_candidate (
  connection_id uuid not null references connection,
  company_id uuid not null references company,
  candidate_ref text not null,
  seen_at timestamptz not null,
  primary key (connection_id, candidate_ref)
);
select protect_company_table('hired_candidate');
