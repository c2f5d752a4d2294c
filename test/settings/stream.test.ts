import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import { addCompany, baseUrl, openRelay, sampleAgency, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

interface Connected {
  readonly slug: string;
  readonly connectionId: string;
}

/** A company whose letters leave at once and whose first referral earns a credit. */
async function openCompany(state: 'live' | 'shadow' = 'live', countsAt = 'consent'): Promise<Connected> {
  const { slug } = await addCompany(relay);
  await relay.call('PUT', `/companies/${slug}/agency/terms`, {
    countsAt,
    perCredit: 1,
    referralPeriodMonths: 12,
    creditValidMonths: null,
  });
  const { body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  await relay.call('PATCH', `/connections/${body.id}`, { state, letter: { holdMinutes: 0, window: 'always' } });
  return { slug, connectionId: body.id };
}

let applicants = 0;

/** The ATS rejects somebody and tells us; everything that follows from it by itself is done. */
async function reject({ connectionId }: Connected) {
  applicants += 1;
  const email = `taro${applicants}@example.com`;
  const { headers, body, ...refs } = relay.fake.reject({
    givenName: '太郎',
    familyName: '髙﨑',
    email,
    job: '営業, 東京',
  });
  const response = await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
  await work();
  return { status: response.statusCode, email, ...refs };
}

async function work(): Promise<void> {
  await relay.jobs.runDue();
  await relay.letters.sweep();
  await relay.jobs.runDue();
}

/** The applicant opens the link of the mail, ticks the box and presses the button. */
async function agree(email: string): Promise<number> {
  const { body } = await relay.call('GET', '/outbox');
  const mail = body.items.find(({ to }: { readonly to: string }) => to.includes(email));
  const [link = ''] = /https:\/\/relay\.example\.com\/c\/[\w-]+/.exec(mail.text) ?? [];
  const path = new URL(link).pathname;
  const page = await relay.server.inject({ method: 'GET', url: path });
  const [, nonce = ''] = /name="nonce" value="([^"]+)"/.exec(page.body) ?? [];
  const [cookie] = page.cookies;
  const answer = await relay.server.inject({
    method: 'POST',
    url: path,
    headers: { origin: baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
    cookies: { [cookie?.name ?? '']: cookie?.value ?? '' },
    payload: new URLSearchParams({ nonce, introduction: 'yes', decision: 'grant' }).toString(),
  });
  await work();
  return answer.statusCode;
}

test('one rejection shows in every list on its way to a credit', async () => {
  const connected = await openCompany();
  const { slug, connectionId } = connected;
  const delivery = await reject(connected);
  const answered = await agree(delivery.email);

  const lists = Object.fromEntries(
    await Promise.all(
      ['rejections', 'letters', 'consents', 'referrals', 'credits/entries', 'notices', 'outbox'].map(
        async (list) => [list, (await relay.call('GET', `/${list}?company=${slug}`)).body] as const,
      ),
    ),
  );
  const deliveries = await relay.call('GET', `/deliveries?connection=${connectionId}`);
  const balance = await relay.call('GET', `/credits?company=${slug}`);

  const instant = relay.clock.now().toISOString();
  const [rejection] = lists.rejections.items;
  expect([delivery.status, answered]).toEqual([200, expect.any(Number)]);
  expect(deliveries.body).toMatchObject({
    items: [{ receivedAt: instant, status: 'processed', reason: null }],
    nextCursor: null,
  });
  expect(lists.rejections.items).toMatchObject([
    {
      applicationRef: delivery.applicationRef,
      candidateRef: delivery.candidateRef,
      decidedAt: instant,
      decidedBy: 'company',
      job: '営業, 東京',
      status: 'current',
    },
  ]);
  expect(lists.letters.items).toMatchObject([
    { rejectionId: rejection.id, status: 'sent', reason: null, dueAt: instant, sentAt: instant },
  ]);
  expect(lists.consents.items).toMatchObject([
    {
      personId: rejection.personId,
      purpose: 'introduction',
      decision: 'granted',
      decidedAt: instant,
      textVersion: expect.any(String),
    },
  ]);
  expect(lists.referrals.items).toMatchObject([
    { personId: rejection.personId, status: 'counted', countedAt: instant },
  ]);
  expect(lists['credits/entries'].items).toMatchObject([
    { kind: 'referrals-converted', available: 1, towardsNext: 0 },
    { kind: 'referral-counted', available: 0, towardsNext: 1 },
  ]);
  expect(lists.notices.items).toMatchObject([
    { kind: 'credit-earned', status: 'logged', text: expect.any(String), place: null },
    { kind: 'letters-planned', status: 'logged', text: expect.any(String), place: null },
  ]);
  expect(lists.outbox.items.at(-1)).toMatchObject({
    to: expect.stringContaining(delivery.email),
    subject: expect.any(String),
    text: expect.stringContaining('/c/'),
    html: expect.stringContaining('<html'),
    headers: expect.any(Object),
    sentAt: instant,
  });
  expect(balance.body).toEqual({
    projection: expect.objectContaining({ weeks: 1, isRough: true }),
    referrals: { counted: 1, towardsNext: 0, perCredit: 1 },
    credits: { available: 1, reserved: 0, used: 0, expired: 0 },
  });
});

test('no list tells a name or an address of an applicant, but for the outbox and the letters', async () => {
  const connected = await openCompany();
  const { email } = await reject(connected);
  await agree(email);

  const told = await Promise.all(
    ['rejections', 'consents', 'referrals', 'credits/entries', 'notices', 'audit'].map((list) =>
      relay.call('GET', `/${list}?company=${connected.slug}`),
    ),
  );

  const text = JSON.stringify(told) + relay.logged.join('\n');
  expect(text).not.toContain(email);
  expect(text).not.toContain('𠮷田');
});

test('a company sees its own stream only', async () => {
  const mine = await openCompany('shadow');
  const theirs = await openCompany('shadow');
  await reject(theirs);

  const lists = await Promise.all(
    ['rejections', 'letters', 'consents', 'referrals', 'credits/entries', 'notices', 'outbox'].map((list) =>
      relay.call('GET', `/${list}?company=${mine.slug}`),
    ),
  );

  expect(lists.map(({ body }) => body)).toEqual(lists.map(() => ({ items: [], nextCursor: null })));
});

test('a list is read to its end page by page, none twice and none missing', async () => {
  const connected = await openCompany('shadow');
  for (let count = 0; count < 3; count += 1) await reject(connected);
  const all = await relay.call('GET', `/rejections?company=${connected.slug}`);

  const first = await relay.call('GET', `/rejections?company=${connected.slug}&limit=2`);
  const second = await relay.call(
    'GET',
    `/rejections?company=${connected.slug}&limit=2&cursor=${first.body.nextCursor}`,
  );

  expect(first.body.items).toHaveLength(2);
  expect(second.body.nextCursor).toBeNull();
  expect([...first.body.items, ...second.body.items]).toEqual(all.body.items);
});

test('a delivery is worked on again without a second letter', async () => {
  const connected = await openCompany();
  await reject(connected);
  const { body } = await relay.call('GET', `/deliveries?connection=${connected.connectionId}`);
  const [delivery] = body.items;

  const replayed = await relay.call('POST', `/deliveries/${delivery.id}/replay`);
  const queued = await relay.call('GET', `/deliveries?connection=${connected.connectionId}`);
  await work();
  const done = await relay.call('GET', `/deliveries?connection=${connected.connectionId}`);
  const letters = await relay.call('GET', `/letters?company=${connected.slug}`);

  expect(replayed).toEqual({ status: 202, body: undefined });
  expect(queued.body.items).toMatchObject([{ id: delivery.id, status: 'stored' }]);
  expect(done.body.items).toMatchObject([{ id: delivery.id, status: 'processed' }]);
  expect(letters.body.items).toHaveLength(1);
});

test('a letter is called off, and then no longer sent on', async () => {
  const connected = await openCompany('shadow');
  await reject(connected);
  const [letter] = (await relay.call('GET', `/letters?company=${connected.slug}`)).body.items;

  const cancelled = await relay.call('POST', `/letters/${letter.id}/cancel`);
  const sent = await relay.call('POST', `/letters/${letter.id}/send`);

  expect(letter.status).toBe('planned');
  expect(cancelled).toMatchObject({ status: 200, body: { id: letter.id, status: 'cancelled', reason: 'by-hand' } });
  expect(sent).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  expect(await relay.call('POST', `/letters/${newId()}/send`)).toMatchObject({ status: 404 });
});

test('a letter is sent on now, over its hold', async () => {
  const connected = await openCompany();
  await relay.call('PATCH', `/connections/${connected.connectionId}`, { letter: { holdMinutes: 600 } });
  await reject(connected);
  const [letter] = (await relay.call('GET', `/letters?company=${connected.slug}`)).body.items;

  const released = await relay.call('POST', `/letters/${letter.id}/send`);
  await work();

  expect(letter.status).toBe('planned');
  expect(released).toMatchObject({ status: 200, body: { status: 'planned', dueAt: relay.clock.now().toISOString() } });
  expect((await relay.call('GET', `/letters?company=${connected.slug}`)).body.items).toMatchObject([
    { status: 'sent' },
  ]);
});

test('a letter is held back by hand, and then sent on', async () => {
  const connected = await openCompany('shadow');
  await reject(connected);
  const [letter] = (await relay.call('GET', `/letters?company=${connected.slug}`)).body.items;

  const held = await relay.call('POST', `/letters/${letter.id}/hold`);
  const again = await relay.call('POST', `/letters/${letter.id}/hold`);
  const sent = await relay.call('POST', `/letters/${letter.id}/send`);

  expect(held).toMatchObject({ status: 200, body: { id: letter.id, status: 'held', reason: 'by-hand' } });
  expect(again).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  expect(sent).toMatchObject({ status: 200, body: { status: 'planned' } });
});

test('letters that wait are planned again when their reason is mapped, and when the agency is put in order', async () => {
  const connected = await openCompany('shadow');
  const { slug, connectionId } = connected;
  const readLetters = async () => (await relay.call('GET', `/letters?company=${slug}`)).body.items;
  await relay.call('PATCH', `/connections/${connectionId}`, { mapping: { reasons: { '14001': { letter: 'hold' } } } });
  await reject(connected);
  const byReason = await readLetters();
  await relay.call('PUT', `/companies/${slug}/agency`, { ...sampleAgency, licenceExpiresOn: '2026-11-23' });

  await relay.call('PATCH', `/connections/${connectionId}`, { mapping: { reasons: { '14001': { letter: 'send' } } } });
  await work();
  const byAgency = await readLetters();
  await relay.call('PUT', `/companies/${slug}/agency`, sampleAgency);
  await work();

  expect(byReason).toMatchObject([{ status: 'held', reason: 'reason-hold' }]);
  expect(byAgency).toMatchObject([{ status: 'held', reason: 'licence-expired' }]);
  expect(await readLetters()).toMatchObject([{ status: 'planned', reason: null }]);
});

test('a credit is held, used once, and another is refused while there is none', async () => {
  const connected = await openCompany();
  await agree((await reject(connected)).email);
  const { slug: company } = connected;
  const reserve = (idempotencyKey: string) =>
    relay.call('POST', '/credits/reserve', { company, reason: '営業職の紹介', idempotencyKey });

  const held = await reserve('first');
  const heldAgain = await reserve('first');
  const refused = await reserve('second');
  const used = await relay.call('POST', '/credits/use', { reservationId: held.body.id });
  const usedAgain = await relay.call('POST', '/credits/release', { reservationId: held.body.id });
  const balance = await relay.call('GET', `/credits?company=${company}`);

  expect(held).toMatchObject({ status: 201, body: { status: 'reserved', reason: '営業職の紹介', settledAt: null } });
  expect(heldAgain).toEqual(held);
  expect(refused).toMatchObject({ status: 409, body: { code: 'credit_exhausted' } });
  expect(used).toMatchObject({ status: 200, body: { id: held.body.id, status: 'used' } });
  expect(usedAgain).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  expect(balance.body.credits).toEqual({ available: 0, reserved: 0, used: 1, expired: 0 });
});

test('a credit that is given back is available again', async () => {
  const connected = await openCompany();
  await agree((await reject(connected)).email);
  const held = await relay.call('POST', '/credits/reserve', { company: connected.slug, reason: 'trial' });

  const released = await relay.call('POST', '/credits/release', { reservationId: held.body.id });
  const balance = await relay.call('GET', `/credits?company=${connected.slug}`);

  expect(released).toMatchObject({ status: 200, body: { status: 'released' } });
  expect(balance.body.credits).toMatchObject({ available: 1, reserved: 0 });
  expect(await relay.call('POST', '/credits/use', { reservationId: newId() })).toMatchObject({ status: 404 });
});

test('where the terms say so a referral counts when the agency confirms it, once', async () => {
  const connected = await openCompany('live', 'confirmation');
  await agree((await reject(connected)).email);
  const before = await relay.call('GET', `/credits?company=${connected.slug}`);
  const [referral] = (await relay.call('GET', `/referrals?company=${connected.slug}`)).body.items;

  const confirmed = await relay.call('POST', `/referrals/${referral.id}/confirm`);
  const again = await relay.call('POST', `/referrals/${referral.id}/confirm`);
  const after = await relay.call('GET', `/credits?company=${connected.slug}`);

  expect(referral.status).toBe('waiting');
  expect(before.body.referrals.counted).toBe(0);
  expect(confirmed).toMatchObject({ status: 200, body: { id: referral.id, status: 'counted' } });
  expect(again).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
  expect(after.body.referrals.counted).toBe(1);
  expect([before.body.projection, after.body.projection]).toMatchObject([
    { weeks: 0, weeksToNextCredit: null },
    { weeks: 1, isRough: true },
  ]);
  expect(await relay.call('POST', `/referrals/${newId()}/confirm`)).toMatchObject({ status: 404 });
});

test('a company without an agency has an empty balance and can hold no credit', async () => {
  const { slug } = await addCompany(relay, false);

  const balance = await relay.call('GET', `/credits?company=${slug}`);
  const held = await relay.call('POST', '/credits/reserve', { company: slug, reason: 'trial' });

  expect(balance.body.credits).toEqual({ available: 0, reserved: 0, used: 0, expired: 0 });
  expect(held).toMatchObject({ status: 409, body: { code: 'agency_incomplete' } });
});
