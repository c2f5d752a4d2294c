-- Guarantee: every mapping a connection ever had is kept, numbered 1, 2, 3 … without a gap, with who made it and when.
-- Example row: mapping_version(connection, 3, mapping '{"reasons": {"14001": {"letter": "send"}}}', 'user:…', made_at, restores 1)

create table mapping_version (
  connection_id uuid not null references connection,
  company_id uuid not null references company,
  version integer not null check (version > 0),
  mapping jsonb not null, -- {reasons: {<reasonRef>: {decidedBy?, letter?, template?}}, stages?: {<stage>: {letter?, template?}}}
  made_by text, -- as the audit log names an actor; null: it was made before versions were kept
  made_at timestamptz not null,
  restores integer check (restores < version), -- it was made like this one
  primary key (connection_id, version)
);

select protect_company_table('mapping_version');

-- What stands when versions begin is the first. Under the role that sees every company: not even the owner does.
set local role career_relay_system;
insert into mapping_version (connection_id, company_id, version, mapping, made_at)
select connection_id, company_id, 1, mapping, created_at from connection;
reset role;

-- A mapping is judged by the rejections of the last months of one connection.
create index rejection_lately on rejection (connection_id, decided_at);
