-- Guarantee: an install begins with a ticket that works once, and ends with a state that works once, in the browser that
-- began it, within ten minutes. Of tickets, states and browsers only the SHA-256 stands here.
-- Example row: install_attempt('9f86d0…', company, 'greenhouse', '60303a…', 'v1.…', '2026-11-24T01:10:00Z')

create table install_ticket (
  ticket_hash text primary key,
  company_id uuid not null references company,
  connector text not null,
  expires_at timestamptz not null
);
select protect_company_table('install_ticket');

create table install_attempt (
  state_hash text primary key,
  company_id uuid not null references company,
  connector text not null,
  browser_hash text not null,
  verifier text, -- the PKCE verifier, sealed; null where the vendor offers no PKCE
  expires_at timestamptz not null
);
select protect_company_table('install_attempt');
