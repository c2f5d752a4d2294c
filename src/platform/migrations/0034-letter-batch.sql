-- Guarantee: a decision about all letters that a filter finds touches exactly those it found when it was asked, each once, and
-- a company has one such work under way at a time.
-- Example rows: letter_batch('0199…', company, 'cancel', {"statuses":["held"]}, 'user:0199…', found 1000, done 400, …)
--               letter_batch_item('0199…', letter, 'held'): still to be decided, as it was found

create table letter_batch (
  batch_id uuid primary key,
  company_id uuid not null references company,
  act text not null check (act in ('send', 'hold', 'cancel')),
  filter jsonb not null,
  asked_by text not null, -- as in the audit log; never a name
  asked_at timestamptz not null,
  status text not null check (status in ('working', 'done', 'stopped')),
  found integer not null default 0,
  done integer not null default 0,
  gone integer not null default 0, -- had left, or were leaving, before their turn came
  changed integer not null default 0, -- somebody or something else decided before
  ended_by text,
  ended_at timestamptz,
  check ((status = 'working') = (ended_at is null)),
  check (done + gone + changed <= found)
);
create unique index letter_batch_under_way on letter_batch (company_id) where status = 'working';
create index letter_batch_newest on letter_batch (company_id, batch_id desc);
select protect_company_table('letter_batch');

-- A row goes in the transaction that decides its letter. It points at nothing: a hundred thousand are written at once, and
-- letters would be locked out of order. Whoever ends a batch takes its rows away.
create table letter_batch_item (
  batch_id uuid not null,
  company_id uuid not null,
  letter_id uuid not null,
  status text not null,
  released_at timestamptz,
  primary key (batch_id, letter_id)
);
select protect_company_table('letter_batch_item');
