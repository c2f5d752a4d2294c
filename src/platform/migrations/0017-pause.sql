-- Guarantee: a connection that goes on after a pause is what it was before it; none goes live by being resumed that was not.
-- Example row: connection(…, state 'paused', resumes_as 'shadow')

alter table connection add column resumes_as text check (resumes_as in ('shadow', 'live')); -- null: not paused, or not known
alter table connection add constraint connection_resumes check (resumes_as is null or state = 'paused');

-- What waits for a person, few among many letters, is looked at often.
create index letter_waiting on letter (company_id, letter_id desc) where status in ('held', 'failed', 'unknown');
