-- Guarantee: what waits for one place is posted once a second, each after a wait of its own however many there are; and
-- nothing waits for a place that takes notices again.
-- Example row: slack_place(…, not_before 09:00:01, line_until 09:02:40: a hundred wait for their turns)

alter table slack_place add column line_until timestamptz; -- the last turn that was given away; the next is a second later

-- What waits until Slack takes it: new messages, and edits of those that stand there.
create index notice_stuck on notice (company_id)
  where due_at is null and version > sent_version and (status = 'blocked' or (status = 'sent' and reason is null));
