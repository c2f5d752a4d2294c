import { afterEach, expect, test } from '@jest/globals';
import { openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;
afterEach(() => relay.close());

test('the queues are counted, and dead jobs are given back only to a queue that exists', async () => {
  relay = await openRelay({
    counts: async () => [{ queue: 'letter.send', waiting: 3, active: 1, dead: 2 }],
    redrive: async (queue) => (queue === 'letter.send' ? 2 : 0),
  });

  const counted = await relay.call('GET', '/jobs');
  const moved = await relay.call('POST', '/jobs/letter.send/redrive');
  const unknown = await relay.call('POST', '/jobs/letter.dance/redrive');

  expect(counted.body).toEqual({ items: [{ queue: 'letter.send', waiting: 3, active: 1, dead: 2 }], nextCursor: null });
  expect(moved).toEqual({ status: 200, body: { moved: 2 } });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'request_not_found' } });
});

test('there is no outbox while mail goes out by SMTP', async () => {
  relay = await openRelay({ hasOutbox: false });

  const answer = await relay.call('GET', '/outbox');

  expect(answer).toMatchObject({ status: 404, body: { code: 'request_not_found' } });
});
