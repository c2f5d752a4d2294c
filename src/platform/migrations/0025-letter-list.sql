-- The list of letters with its filters, quick at 100,000 letters of one company.

create index letter_by_status on letter (company_id, status, letter_id desc);
create index rejection_by_application on rejection (company_id, application_ref);
create index audit_of_subject on audit_entry (company_id, subject, seq desc);
