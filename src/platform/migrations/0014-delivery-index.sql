-- Guarantee: storing a delivery writes nothing for an index that only deliveries already worked on are looked up by.
-- A query uses it that says candidate_refs <> '{}' beside what it looks for.

drop index delivery_candidates;
create index delivery_candidates on delivery using gin (candidate_refs) where candidate_refs <> '{}';
