-- Guarantee: one notice per dedupe_key, however often its job runs.
-- Example row: notice('0199…', company, 'credit-earned', 'credit-earned:<posting>', text '…', 'logged')

create table notice (
  notice_id uuid primary key,
  company_id uuid not null references company,
  kind text not null check (kind in ('credit-earned', 'progress', 'connection-failing', 'connection-recovered')),
  dedupe_key text not null,
  text text not null,
  blocks jsonb not null,
  status text not null check (status in ('waiting', 'sending', 'sent', 'logged', 'failed')),
  reason text, -- failed: why; waiting: what is not known about the try before (answered, unanswered)
  slack_ts text,
  attempts integer not null default 0, -- also the fence: only the run that made this try may settle it
  claimed_at timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  unique (company_id, dedupe_key)
);
create index notice_newest on notice (company_id, notice_id desc);
select protect_company_table('notice');
