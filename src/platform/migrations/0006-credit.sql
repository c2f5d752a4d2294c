-- Guarantee: the ledger is append-only; every posting balances to zero in each asset; no holding falls below zero; one
-- idempotency key is posted once; every posting carries the hash of the one before.
-- A balance is the sum of entries. Assets: referral, credit. Whole numbers only; no money.
-- Example: ten referrals become one credit in one posting, seq 11:
--   counted −10, converted +10 (referral); issued −1, available +1 (credit)

create table referral (
  referral_id uuid primary key,
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  person_id uuid not null references person,
  consent_id uuid not null unique references consent,
  terms_id uuid not null references agency_terms,
  referral_code text not null unique,
  status text not null check (status in ('waiting', 'counted', 'not-counted', 'reversed')),
  reason text,
  agreed_at timestamptz not null,
  counted_at timestamptz,
  credit_id uuid, -- the credit it became a part of
  created_at timestamptz not null,
  check ((status in ('counted', 'reversed')) = (counted_at is not null)),
  check (credit_id is null or status = 'counted')
);
create index referral_of_person on referral (company_id, agency_id, person_id);
create index referral_of_credit on referral (company_id, agency_id, credit_id) where status = 'counted';
create index referral_newest on referral (company_id, referral_id desc);
select protect_company_table('referral');

create table credit_reservation (
  reservation_id uuid primary key,
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  status text not null check (status in ('reserved', 'used', 'released', 'expired')),
  reason text not null,
  reserved_at timestamptz not null,
  settled_at timestamptz,
  check ((status = 'reserved') = (settled_at is null))
);
select protect_company_table('credit_reservation');

-- One row for each credit, so that it is used, or expires, whole and once.
create table credit (
  credit_id uuid primary key, -- the posting that made it
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  terms_id uuid not null references agency_terms,
  status text not null check (status in ('available', 'reserved', 'used', 'expired')),
  reservation_id uuid references credit_reservation deferrable initially deferred,
  granted_at timestamptz not null,
  expires_at timestamptz, -- null: never
  check ((status in ('reserved', 'used')) = (reservation_id is not null))
);
create index credit_available on credit (company_id, agency_id, expires_at) where status = 'available';
select protect_company_table('credit');

create table ledger_posting (
  posting_id uuid primary key,
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  terms_id uuid not null references agency_terms,
  idempotency_key text not null,
  kind text not null check (kind in ('referral-counted', 'referrals-converted', 'referral-reversed',
    'credit-reserved', 'credit-used', 'credit-released', 'credit-expired')),
  seq integer not null check (seq > 0), -- 1, 2, 3 … within company and agency
  referral_id uuid references referral deferrable initially deferred,
  credit_id uuid references credit deferrable initially deferred,
  reservation_id uuid references credit_reservation deferrable initially deferred,
  reason text,
  posted_at timestamptz not null,
  prev_hash text not null,
  hash text not null,
  unique (company_id, idempotency_key),
  unique (company_id, agency_id, seq)
);
select protect_company_table('ledger_posting');
select keep_append_only('ledger_posting');

alter table referral add foreign key (credit_id) references credit deferrable initially deferred;
alter table credit add foreign key (credit_id) references ledger_posting deferrable initially deferred;

create table ledger_entry (
  company_id uuid not null references company,
  agency_id uuid not null,
  seq integer not null,
  account text not null check (account in ('world', 'counted', 'converted', 'issued', 'available', 'reserved', 'used', 'expired')),
  asset text not null check (asset = case when account in ('world', 'counted', 'converted') then 'referral' else 'credit' end),
  amount integer not null check (amount <> 0),
  primary key (company_id, agency_id, seq, account),
  foreign key (company_id, agency_id, seq) references ledger_posting (company_id, agency_id, seq)
);
create index ledger_entry_of_account on ledger_entry (company_id, agency_id, account, seq) include (amount);
select protect_company_table('ledger_entry');
select keep_append_only('ledger_entry');

-- Holds at commit: a posting has entries.
create function posting_has_entries() returns trigger language plpgsql as $$
begin
  if not exists (
    select from ledger_entry where company_id = new.company_id and agency_id = new.agency_id and seq = new.seq
  ) then
    raise exception 'posting % of agency % does not balance: it has no entries', new.seq, new.agency_id
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger ledger_posting_has_entries after insert on ledger_posting
  deferrable initially deferred for each row execute function posting_has_entries();

-- Holds after every statement, so the entries of a posting are inserted together: each posting sums to zero in each
-- asset, and nobody holds less than nothing. (world and issued mirror what came in.) Checked once for all rows of a
-- statement, because checking row by row doubled the time of a batch.
create function entries_balance() returns trigger language plpgsql as $$
begin
  if exists (
    select from ledger_entry
    where (company_id, agency_id, seq) in (select company_id, agency_id, seq from added)
    group by company_id, agency_id, seq, asset having sum(amount) <> 0
  ) then
    raise exception 'a posting does not balance' using errcode = 'check_violation';
  end if;
  if exists (
    select from ledger_entry
    where (company_id, agency_id) in (select company_id, agency_id from added)
      and account not in ('world', 'issued')
    group by company_id, agency_id, account having sum(amount) < 0
  ) then
    raise exception 'a balance would fall below zero' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger ledger_entry_balances after insert on ledger_entry
  referencing new table as added for each statement execute function entries_balance();
