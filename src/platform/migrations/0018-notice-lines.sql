-- Guarantee: what waits for one place is posted one after the other, each at a turn of its own however many there are; and
-- nothing waits for a place that takes notices again.
-- Example row: slack_place(…, not_before 09:00:01, line_until 09:02:05: a hundred wait for their turns)

alter table slack_place add column line_until timestamptz; -- the last turn that was given away
alter table notice add column has_turn boolean not null default false; -- due_at is its turn in the line of its place

-- What waits until Slack takes it: new messages, and edits of those that stand there.
create index notice_stuck on notice (company_id)
  where due_at is null and version > sent_version and (status = 'blocked' or (status = 'sent' and reason is null));

-- Facts go with their notice. A place that is taken away leaves its messages behind in Slack, and what they tell is needed
-- once more, to take the names out of them.
alter table notice_fact drop constraint notice_fact_place_id_fkey;
