-- Guarantee: what a person decided is never changed, only followed by a later decision; the exact text shown is kept by its hash.
-- Example row: consent('0199…', person, 'introduction', agency, 'granted', text_hash 'sha256 of the page')

create table consent_text (
  text_hash text not null, -- hex SHA-256 of body
  company_id uuid not null references company,
  text_version text not null,
  locale text not null,
  body text not null,
  first_shown_at timestamptz not null,
  primary key (company_id, text_hash)
);
select protect_company_table('consent_text');
select keep_append_only('consent_text');

create table consent (
  consent_id uuid primary key,
  company_id uuid not null references company,
  person_id uuid not null references person,
  purpose text not null check (purpose in ('introduction')),
  agency_id uuid not null references agency,
  rejection_id uuid references rejection,
  decision text not null check (decision in ('granted', 'declined', 'withdrawn')),
  decided_at timestamptz not null,
  text_hash text not null,
  text_version text not null,
  locale text not null,
  ticks jsonb not null, -- the boxes that were ticked
  method text not null, -- 'page'
  user_agent text,
  referral_code text unique, -- what the person tells the agency; only with a grant
  check ((decision = 'granted') = (referral_code is not null)),
  previous_consent_id uuid unique references consent, -- the decision this one follows: two cannot follow the same
  foreign key (company_id, text_hash) references consent_text
);
create index consent_of_person on consent (company_id, person_id, purpose, agency_id, consent_id desc);
-- the first decision of a person stands once, too
create unique index consent_first on consent (person_id, purpose, agency_id) where previous_consent_id is null;
select protect_company_table('consent');
select keep_append_only('consent');

create table write_back (
  write_back_id uuid primary key,
  company_id uuid not null references company,
  consent_id uuid not null references consent,
  connection_id uuid not null references connection,
  application_ref text not null,
  candidate_ref text not null,
  status text not null check (status in ('waiting', 'written', 'skipped')),
  reason text,
  steps jsonb not null default '[]', -- what already stands in the ATS, so that a repeat does not write it again
  written_at timestamptz,
  created_at timestamptz not null,
  unique (consent_id, connection_id, candidate_ref)
);
create index write_back_newest on write_back (company_id, write_back_id desc);
select protect_company_table('write_back');

create table receipt (
  consent_id uuid primary key references consent,
  company_id uuid not null references company,
  status text not null check (status in ('waiting', 'sending', 'sent', 'failed', 'unknown', 'skipped')),
  sent_at timestamptz,
  updated_at timestamptz not null
);
select protect_company_table('receipt');
