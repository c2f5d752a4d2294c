-- Guarantee: who applied is known once per application, so that one personal link is written for it; a link that was made
-- before any decision asks for nothing until the company has decided. Its token stands in the ATS and nowhere here.
-- Example row: applicant(connection, '7100101', company, '7100201', person, received_at)

create table applicant (
  connection_id uuid not null references connection,
  application_ref text not null,
  company_id uuid not null references company,
  candidate_ref text not null,
  person_id uuid not null references person,
  received_at timestamptz not null,
  primary key (connection_id, application_ref)
);
create index applicant_of_candidate on applicant (connection_id, candidate_ref);
create index applicant_of_person on applicant (person_id);
select protect_company_table('applicant');

alter table link
  add column connection_id uuid references connection, -- whose decision it waits for; null: it came with one
  add column application_ref text,
  add column written_at timestamptz, -- when it stood in the ATS
  add check ((connection_id is null) = (application_ref is null));
create index link_of_application on link (connection_id, application_ref) where application_ref is not null;
