-- Guarantee: a workspace's tokens stand only in slack_workspace.installation, sealed with a key of that workspace; a company
-- is tied to at most one workspace.
-- Example rows: slack_workspace('0199…', 'T0123456789', '架空食品', data_key 'v1.…', installation 'v1.…')
--               slack_place('0199…', company, 'channel', 'C0123456789', 'saiyo', has_names false, is_default true)

-- A workspace belongs to no company: several companies of one group may share it. Only the system role sees it.
create table slack_workspace (
  workspace_id uuid primary key,
  team_ref text not null unique,
  name text not null,
  app_ref text,
  bot_user_ref text,
  data_key text not null,
  installation text, -- sealed JSON, as Bolt keeps it; null once it is uninstalled
  source text not null check (source in ('oauth', 'token')),
  scopes text[] not null default '{}',
  installed_at timestamptz not null,
  uninstalled_at timestamptz,
  broken_reason text, -- why Slack takes our token no longer, such as account_inactive
  updated_at timestamptz not null
);
grant select, insert, update, delete on slack_workspace to career_relay_system;

create table slack_install (
  state_hash text primary key,
  company_id uuid not null references company,
  browser_hash text not null,
  expires_at timestamptz not null
);
select protect_company_table('slack_install');

create table slack_tie (
  company_id uuid primary key references company,
  workspace_id uuid not null references slack_workspace,
  hours jsonb not null, -- {from: '09:00', to: '20:00', days: 'business' | 'every'} in Japan
  tied_at timestamptz not null,
  updated_at timestamptz not null
);
create index slack_tie_of_workspace on slack_tie (workspace_id);
select protect_company_table('slack_tie');

create table slack_place (
  place_id uuid primary key,
  company_id uuid not null references company,
  kind text not null check (kind in ('channel', 'person')),
  slack_ref text not null, -- C… or G… of a channel, U… or W… of a person
  name text, -- as Slack calls it
  has_names boolean not null default false,
  is_default boolean not null default false, -- gets what no route claims
  not_before timestamptz, -- Slack's limit per channel: nothing is posted earlier
  blocked_reason text, -- Slack's word, such as not_in_channel: its notices wait
  blocked_at timestamptz,
  created_at timestamptz not null,
  unique (company_id, slack_ref)
);
create unique index slack_place_default on slack_place (company_id) where is_default;
select protect_company_table('slack_place');

create table slack_route (
  route_id uuid primary key,
  company_id uuid not null references company,
  place_id uuid not null references slack_place on delete cascade,
  kinds text[] not null, -- {}: every kind
  connection_id uuid references connection, -- null: of every connection
  job text, -- null: of every job
  created_at timestamptz not null
);
create index slack_route_of_company on slack_route (company_id);
select protect_company_table('slack_route');

create table slack_person (
  company_id uuid not null references company,
  workspace_id uuid not null references slack_workspace,
  slack_ref text not null,
  role text not null check (role in ('owner', 'recruiter', 'viewer', 'auditor')),
  locale text check (locale in ('ja', 'en')), -- null: the company's
  linked_at timestamptz not null,
  primary key (company_id, workspace_id, slack_ref)
);
create index slack_person_by_ref on slack_person (workspace_id, slack_ref);
select protect_company_table('slack_person');

create table slack_link_code (
  code_hash text primary key,
  company_id uuid not null references company,
  role text not null check (role in ('owner', 'recruiter', 'viewer', 'auditor')),
  expires_at timestamptz not null
);
select protect_company_table('slack_link_code');

create table slack_wording (
  company_id uuid not null references company,
  kind text not null,
  locale text not null check (locale in ('ja', 'en')),
  title text not null,
  body text not null,
  updated_at timestamptz not null,
  primary key (company_id, kind, locale)
);
select protect_company_table('slack_wording');
