-- Guarantee: of a company's first run only what no other fact tells is kept, each once, by whom and when.
-- Example row: first_run_mark(company, 'letter-approved', 'user:0199…', '2026-11-29T08:00:00Z')

create table first_run_mark (
  company_id uuid not null references company,
  mark text not null check (mark in ('mail-tested', 'letter-approved', 'slack-tested', 'slack-skipped')),
  actor text not null, -- as in the audit log; never a name
  marked_at timestamptz not null,
  primary key (company_id, mark)
);
select protect_company_table('first_run_mark');
