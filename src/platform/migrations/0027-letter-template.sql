-- Guarantee: a wording that was published never changes and never goes, so what a letter said can always be shown;
-- a company has one default template at the most, and a template one draft at the most in each language.
-- Example row: letter_template_version(template, 'ja', 3, subject '選考結果のご連絡', blocks '[{"kind":"greeting"},…]', published_at '2026-11-24T01:00Z')

create table letter_template (
  template_id uuid primary key,
  company_id uuid not null references company,
  name text not null check (name <> ''),
  is_default boolean not null default false, -- for rejections for which no rule names a template
  created_at timestamptz not null,
  archived_at timestamptz,
  check (archived_at is null or not is_default)
);
create index letter_template_newest on letter_template (company_id, template_id desc);
create unique index letter_template_default on letter_template (company_id) where is_default;
create unique index letter_template_name on letter_template (company_id, name) where archived_at is null;
select protect_company_table('letter_template');

create table letter_template_version (
  template_id uuid not null references letter_template,
  company_id uuid not null references company,
  locale text not null check (locale in ('ja', 'en')),
  version integer not null check (version > 0),
  subject text not null,
  blocks jsonb not null,
  saved_by text not null, -- as the audit log names whoever acted
  saved_at timestamptz not null,
  published_by text,
  published_at timestamptz, -- null: the draft
  gift_reason text, -- why an owner published words that look like a reward for agreeing
  primary key (template_id, locale, version),
  check ((published_at is null) = (published_by is null)),
  check (gift_reason is null or published_at is not null)
);
create unique index letter_template_draft on letter_template_version (template_id, locale) where published_at is null;
select protect_company_table('letter_template_version');
create trigger append_only before update or delete on letter_template_version
  for each row when (old.published_at is not null) execute function refuse_change();
