-- Guarantee: a place hears each fact once: one row of notice_fact for each, however often its job runs.
-- Example row: notice_fact(company, place, 'credit-earned:<posting>', notice)

alter table notice
  add column place_id uuid references slack_place on delete set null, -- null: kept and logged, nobody gets it in Slack
  add column group_key text, -- notices of one group that come close together are one message
  add column tokens jsonb not null default '{}', -- what the text tells: counts, states, ids; never a person
  add column remarks jsonb not null default '[]', -- who did what about it, shown below it
  add column connection_id uuid,
  add column version integer not null default 1, -- grows with what it tells
  add column sent_version integer not null default 0, -- what stands in Slack
  add column channel_ref text, -- where it stands in Slack: for a person the conversation, not the person
  add column due_at timestamptz, -- when to post or edit it; null: nothing is to be done
  add column queued_at timestamptz, -- when its job is to run; null: none is on the way
  add column failures integer not null default 0, -- calls in a row that Slack did not answer well
  drop constraint notice_kind_check,
  drop constraint notice_status_check,
  drop column blocks;
alter table notice add constraint notice_status_check
  check (status in ('waiting', 'sending', 'sent', 'logged', 'blocked', 'failed'));
-- The kinds stand in code alone, which a test holds against the texts: a constraint that every new kind rewrites guards nothing.

create table notice_fact (
  company_id uuid not null references company,
  place_id uuid references slack_place on delete cascade,
  fact_key text not null,
  notice_id uuid not null references notice on delete cascade,
  unique nulls not distinct (company_id, place_id, fact_key)
);
create index notice_fact_of_notice on notice_fact (notice_id);
create index notice_fact_by_key on notice_fact (company_id, fact_key text_pattern_ops);
select protect_company_table('notice_fact');

insert into notice_fact (company_id, place_id, fact_key, notice_id)
  select company_id, null, dedupe_key, notice_id from notice;
-- What waits from before has no place to go: it stays to be read.
update notice set status = 'logged', reason = null, claimed_at = null where status in ('waiting', 'sending');
update notice set sent_version = version, claimed_at = null where status = 'sent';
alter table notice drop column dedupe_key;
create index notice_open on notice (company_id, place_id, group_key, notice_id desc) where group_key is not null;
create index notice_of_place on notice (place_id, status) where place_id is not null;
create index notice_due on notice (due_at) where due_at is not null;
