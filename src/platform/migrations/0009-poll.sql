-- Guarantee: a page's cursor is written in the transaction that writes what the page told, and only over the version that
-- was read before it: no two readings both take a page, and none is passed over.
-- Example row: poll(connection, company, cursor '{"after": "…"}', version 12, since '2026-08-26T01:00:00Z', next_poll_at …)

create table poll (
  connection_id uuid primary key references connection,
  company_id uuid not null references company,
  cursor jsonb, -- where the next page begins; null: a reading begins anew
  version integer not null default 0, -- grows with every page
  since timestamptz, -- how far back the readings reach; null: nothing was read yet
  next_poll_at timestamptz not null,
  last_polled_at timestamptz, -- when the last page of a reading was asked for: everything decided before it was told
  last_outcome text, -- complete, partial, or the code of the error it ended with
  pages integer not null default 0,
  seen integer not null default 0,
  recorded integer not null default 0,
  backfill integer not null default 0,
  lifted integer not null default 0
);
create index poll_due on poll (next_poll_at);
select protect_company_table('poll');

-- Which silence of a connection's webhooks recruiters were told of.
create table silence (
  connection_id uuid primary key references connection,
  company_id uuid not null references company,
  last_heard_at timestamptz not null,
  told_at timestamptz not null
);
select protect_company_table('silence');

create index sighting_newest on sighting (connection_id, decided_at desc, application_ref desc);

alter table notice drop constraint notice_kind_check;
alter table notice add constraint notice_kind_check
  check (kind in ('credit-earned', 'progress', 'connection-failing', 'connection-recovered', 'connection-silent'));
