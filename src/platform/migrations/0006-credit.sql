-- Guarantee: the ledger is append-only, every posting balances to zero per asset, and one idempotency key is posted once.
-- A balance is the sum of entries. Assets: referral, credit. Whole numbers only; no money.
-- Example: ten referrals become one credit in one posting:
--   entries  referral earned −10, referral converted +10, credit issued −1, credit available +1

create table referral (
  referral_id uuid primary key,
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  person_id uuid not null references person,
  consent_id uuid not null references consent,
  terms_id uuid not null references agency_terms,
  referral_code text not null unique,
  status text not null check (status in ('waiting', 'counted', 'not-counted', 'reversed')),
  reason text,
  agreed_at timestamptz not null,
  counted_at timestamptz,
  created_at timestamptz not null,
  unique (consent_id)
);
create index referral_of_person on referral (company_id, agency_id, person_id);
select protect_company_table('referral');

create table ledger_posting (
  posting_id uuid primary key,
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  terms_id uuid not null references agency_terms,
  idempotency_key text not null,
  kind text not null check (kind in ('referral-counted', 'referrals-converted', 'referral-reversed',
    'credit-reserved', 'credit-used', 'credit-released', 'credit-expired')),
  seq integer not null check (seq > 0), -- 1, 2, 3 … within company and agency
  referral_id uuid references referral,
  reservation_id uuid,
  reason text,
  posted_at timestamptz not null,
  prev_hash text not null,
  hash text not null,
  unique (company_id, idempotency_key),
  unique (company_id, agency_id, seq)
);
select protect_company_table('ledger_posting');
select keep_append_only('ledger_posting');

create table ledger_entry (
  posting_id uuid not null references ledger_posting,
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  account text not null check (account in ('world', 'counted', 'converted', 'issued', 'available', 'reserved', 'used', 'expired')),
  asset text not null check (asset in ('referral', 'credit')),
  amount integer not null check (amount <> 0),
  primary key (posting_id, account, asset)
);
create index ledger_entry_of_account on ledger_entry (company_id, agency_id, account, asset);
select protect_company_table('ledger_entry');
select keep_append_only('ledger_entry');

-- Holds at commit: the entries of every posting sum to zero in each asset.
create function posting_balances() returns trigger language plpgsql as $$
begin
  if exists (
    select from ledger_entry where posting_id = new.posting_id group by asset having sum(amount) <> 0
  ) then
    raise exception 'posting % does not balance', new.posting_id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger ledger_entry_balances after insert on ledger_entry
  deferrable initially deferred for each row execute function posting_balances();

create table credit_reservation (
  reservation_id uuid primary key,
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  status text not null check (status in ('reserved', 'used', 'released', 'expired')),
  reason text not null,
  reserved_at timestamptz not null,
  expires_at timestamptz,
  settled_at timestamptz
);
select protect_company_table('credit_reservation');

-- One row for each credit that may run out, so that it expires whole and once.
create table credit_grant (
  posting_id uuid primary key references ledger_posting,
  company_id uuid not null references company,
  agency_id uuid not null references agency,
  granted_at timestamptz not null,
  expires_at timestamptz,
  status text not null check (status in ('available', 'reserved', 'used', 'expired')),
  reservation_id uuid references credit_reservation
);
create index credit_grant_open on credit_grant (company_id, agency_id, expires_at) where status = 'available';
select protect_company_table('credit_grant');
