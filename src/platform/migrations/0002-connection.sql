-- Guarantee: a connection's secrets stand only in connection_secret, encrypted for exactly that row and column.
-- Example row: connection('0199…', company, 'greenhouse', 'shadow', settings '{"clientId": "…"}')

create table connection (
  connection_id uuid primary key,
  company_id uuid not null references company,
  connector text not null,
  state text not null check (state in ('shadow', 'live', 'paused')),
  settings jsonb not null, -- the fields that are not secret
  letter jsonb not null, -- {holdMinutes, window}
  mapping jsonb not null, -- {reasons: {<reasonRef>: {decidedBy?, letter?}}}
  failing_since timestamptz,
  failing_code text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz
);
create index connection_of_company on connection (company_id);
select protect_company_table('connection');

create table connection_secret (
  connection_id uuid not null references connection on delete cascade,
  company_id uuid not null references company,
  name text not null,
  ciphertext text not null,
  expires_at timestamptz, -- for tokens; null for settings
  updated_at timestamptz not null,
  primary key (connection_id, name)
);
select protect_company_table('connection_secret');
