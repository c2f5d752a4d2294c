-- Guarantee: what a company once said to its applicants in its own words is never changed; other words are another version.
-- In force is the newest version of a language. content null: our words alone.
-- Example row: page_text('0199…', 'ja', 3, '{"heading":"ご応募いただいたみなさまへ", …}', …)

create table page_text (
  company_id uuid not null references company,
  locale text not null check (locale in ('ja', 'en')),
  version integer not null check (version > 0),
  content jsonb check (jsonb_typeof(content) = 'object'),
  created_by text not null, -- who wrote it, as the audit log names people
  created_at timestamptz not null,
  published_by text not null,
  published_at timestamptz not null,
  primary key (company_id, locale, version)
);
select protect_company_table('page_text');
select keep_append_only('page_text');

-- What is being written and no applicant sees yet.
create table page_text_draft (
  company_id uuid not null references company,
  locale text not null check (locale in ('ja', 'en')),
  content jsonb not null check (jsonb_typeof(content) = 'object'),
  updated_by text not null,
  updated_at timestamptz not null,
  primary key (company_id, locale)
);
select protect_company_table('page_text_draft');
