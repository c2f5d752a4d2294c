-- Guarantee: nobody is let in by what stands here: links, codes and API tokens are kept as hashes, a session's token counts
-- only with the signature of SECRET_KEY, and second factors are encrypted.
-- Example rows: auth_user('0199…', '髙﨑 花子', 'hanako@example.com', …)
--               member(company, '0199…', 'owner')
--               api_token('0199…', company, '集計', 'viewer', …)

-- The auth_ tables are written by the library that signs people in, in its own terms; a test compares them with what it
-- wants. A user belongs to no company: one may be a member of several. The system role alone reads them.
create table auth_user (
  id text primary key,
  name text not null,
  email text not null unique check (email = lower(email)),
  email_verified boolean not null,
  image text,
  is_operator boolean not null default false, -- looks after the whole installation
  two_factor_enabled boolean default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table auth_session (
  id text primary key,
  token text not null unique,
  user_id text not null references auth_user on delete cascade,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index auth_session_of_user on auth_session (user_id);

create table auth_account (
  id text primary key,
  account_id text not null,
  provider_id text not null,
  user_id text not null references auth_user on delete cascade,
  access_token text, -- always null, like the next three: we only ask who somebody is
  refresh_token text,
  id_token text,
  password text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);
create index auth_account_of_user on auth_account (user_id);

create table auth_verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index auth_verification_by_identifier on auth_verification (identifier);
create index auth_verification_by_end on auth_verification (expires_at);

create table auth_two_factor (
  id text primary key,
  secret text not null,
  backup_codes text not null,
  user_id text not null references auth_user on delete cascade,
  verified boolean default true,
  failed_verification_count integer default 0,
  locked_until timestamptz
);
create index auth_two_factor_of_user on auth_two_factor (user_id);
create index auth_two_factor_by_secret on auth_two_factor (secret);

create table auth_passkey (
  id text primary key,
  name text,
  public_key text not null,
  user_id text not null references auth_user on delete cascade,
  credential_id text not null unique,
  counter double precision not null, -- up to 2³²
  device_type text not null,
  backed_up boolean not null,
  transports text,
  aaguid text,
  created_at timestamptz
);
create index auth_passkey_of_user on auth_passkey (user_id);

-- How the first admin comes in, while no company has an owner.
create table first_link (
  code_hash text primary key,
  expires_at timestamptz not null
);

grant select, insert, update, delete
  on auth_user, auth_session, auth_account, auth_verification, auth_two_factor, auth_passkey, first_link
  to career_relay_system;

create table member (
  company_id uuid not null references company,
  user_id text not null references auth_user,
  role text not null check (role in ('owner', 'recruiter', 'viewer', 'auditor')),
  joined_at timestamptz not null,
  primary key (company_id, user_id)
);
create index member_by_user on member (user_id);
select protect_company_table('member');

create table invitation (
  invitation_id uuid primary key,
  company_id uuid not null references company,
  email text not null check (email = lower(email)),
  role text not null check (role in ('owner', 'recruiter', 'viewer', 'auditor')),
  code_hash text not null unique,
  invited_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz
);
create unique index invitation_open on invitation (company_id, email) where accepted_at is null and revoked_at is null;
select protect_company_table('invitation');

create table api_token (
  token_id uuid primary key,
  company_id uuid not null references company,
  name text not null check (name <> ''),
  role text not null check (role in ('owner', 'recruiter', 'viewer', 'auditor')),
  token_hash text not null unique,
  created_by text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_token_of_company on api_token (company_id);
select protect_company_table('api_token');
