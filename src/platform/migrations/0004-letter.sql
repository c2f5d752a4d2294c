-- Guarantee: one letter per rejection (unique rejection_id), and a letter leaves 'sending' only once.
-- Example row: letter('0199…', rejection, 'planned', due_at '2026-11-24T00:00Z', template 'career-relay')

create table letter (
  letter_id uuid primary key,
  company_id uuid not null references company,
  rejection_id uuid not null unique references rejection,
  connection_id uuid not null references connection,
  person_id uuid references person,
  status text not null check (status in ('planned', 'sending', 'sent', 'held', 'skipped', 'cancelled', 'failed', 'unknown')),
  reason text,
  locale text not null check (locale in ('ja', 'en')),
  template text not null,
  template_version text not null,
  due_at timestamptz,
  queued_at timestamptz, -- when the sweep handed it to the sender; a second sweep leaves it alone
  released_at timestamptz, -- when somebody sent it on by hand: the rules about reasons and hours no longer hold it
  sent_at timestamptz,
  attempts integer not null default 0, -- counts claims; who sends must still hold the number of his own claim
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (status <> 'sent' or sent_at is not null),
  check (status not in ('planned', 'sending', 'sent') or due_at is not null)
);
create index letter_due on letter (connection_id, due_at) where status = 'planned' and queued_at is null;
create index letter_in_hand on letter (updated_at) where status = 'sending' or (status = 'planned' and queued_at is not null);
create index letter_newest on letter (company_id, letter_id desc);
create index letter_of_connection on letter (connection_id, status);
select protect_company_table('letter');

-- A personal address into the consent page. Only the hash of its 256 random bits is kept.
create table link (
  token_hash text primary key, -- hex SHA-256
  company_id uuid not null references company,
  person_id uuid not null references person,
  rejection_id uuid references rejection,
  letter_id uuid references letter,
  created_at timestamptz not null,
  grants_until timestamptz not null -- afterwards it still withdraws and shows, but no longer grants
);
create index link_of_person on link (person_id);
select protect_company_table('link');
