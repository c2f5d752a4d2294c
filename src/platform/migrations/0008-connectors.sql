-- Guarantee: what was decided before a connection was first polled or imported stands in sighting, and nowhere else,
-- until an admin chooses a date to act from.
-- Example row: sighting(connection, company, '4711', '2026-03-02T01:00:00Z', seen_at, null)

alter table connection
  add column access text check (access in ('api-key', 'client-credentials', 'authorization-code')),
  add column mode text not null default 'relay-sent'
    check (mode in ('relay-sent', 'ats-static', 'ats-personal', 'ats-triggered')),
  add column marked_at timestamptz,
  add column backfill_from timestamptz;
update connection set access = 'client-credentials';

create table sighting (
  connection_id uuid not null references connection,
  company_id uuid not null references company,
  application_ref text not null,
  decided_at timestamptz not null,
  seen_at timestamptz not null,
  content jsonb, -- the application as a file told it; null where it can be read again
  primary key (connection_id, application_ref, decided_at)
);
select protect_company_table('sighting');
