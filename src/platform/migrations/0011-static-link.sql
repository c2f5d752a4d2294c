-- Guarantee: who comes by a company's static link proves an address by a code that is kept as a hash only; five wrong
-- tries, 15 minutes or a newer code end it. What was typed is kept sealed, and for two hours at the most.
-- Example row: address_proof('0199…', company, token_hash, email_key, 'sent', code_hash, tries 1, asked_at, sent_at)

-- Whether an ATS told us of a person, or only the person did.
alter table person
  add column source text not null default 'ats' check (source in ('ats', 'static-link'));

create table address_proof (
  proof_id uuid primary key,
  company_id uuid not null references company,
  token_hash text not null unique, -- hex SHA-256 of the id in the page's address
  browser_hash text not null, -- hex SHA-256 of the cookie: the code works in no other browser
  email_key text not null, -- HMAC of the normalised address, as in person
  network_key text not null, -- HMAC of the network that asked
  content text not null, -- name and address as typed, sealed
  locale text not null check (locale in ('ja', 'en')),
  -- sending: a mail with the code may have left · refused: too many codes for this address · ended: see above
  status text not null check (status in ('asked', 'sending', 'sent', 'refused', 'used', 'ended')),
  code_hash text, -- HMAC
  tries integer not null default 0 check (tries between 0 and 5),
  asked_at timestamptz not null,
  sent_at timestamptz, -- when the code was made
  check ((status in ('sending', 'sent')) = (code_hash is not null))
);
create index address_proof_of_address on address_proof (company_id, email_key);
create index address_proof_of_network on address_proof (company_id, network_key, asked_at);
create index address_proof_asked on address_proof (asked_at);
select protect_company_table('address_proof');
