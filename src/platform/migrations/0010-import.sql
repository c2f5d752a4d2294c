-- Guarantee: what a file changes, what was seen of it and what became of the import are one transaction, so that the same
-- file again changes nothing. The bytes of a file stand here only until its columns are confirmed, a day at the most.
-- Example row: seen_row(connection, company, '1001', 'rejected', '2026-11-23T15:00:00Z', digest, made_at)

create table file_import (
  import_id uuid primary key,
  company_id uuid not null references company,
  connection_id uuid not null references connection,
  state text not null check (state in ('needs-confirmation', 'done', 'expired')),
  name text,
  sha256 text not null,
  shape text not null, -- digest of the header
  columns jsonb not null, -- {<our column>: <header>}: guessed, then confirmed
  made_at timestamptz not null, -- the file's age
  received_at timestamptz not null,
  settled_at timestamptz,
  bytes bytea,
  row_count integer not null,
  rejections integer not null,
  skipped integer not null,
  set_aside jsonb not null, -- [{line, reason}], no person in it
  check ((state = 'needs-confirmation') = (bytes is not null))
);
create index file_import_newest on file_import (connection_id, import_id desc);
create index file_import_waiting on file_import (received_at) where state = 'needs-confirmation';
select protect_company_table('file_import');

create table file_shape (
  connection_id uuid not null references connection,
  company_id uuid not null references company,
  shape text not null,
  columns jsonb not null,
  confirmed_at timestamptz not null,
  primary key (connection_id, shape)
);
select protect_company_table('file_shape');

create table seen_row (
  connection_id uuid not null references connection,
  company_id uuid not null references company,
  application_ref text not null,
  state text not null check (state in ('active', 'hired', 'rejected', 'gone')),
  decided_at timestamptz,
  digest text not null, -- HMAC of the row as it was understood
  made_at timestamptz not null, -- the age of the file that told it
  primary key (connection_id, application_ref)
);
select protect_company_table('seen_row');

alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check check (
  kind in ('credit-earned', 'progress', 'connection-failing', 'connection-recovered', 'connection-silent', 'consents-to-label')
);
