import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import { addMember } from './identity/browser.ts';
import { addCompany, openRelay, type TestRelay } from './relay.ts';

/** The list of letters, each one whole, its preview, a copy to oneself, and one decision for many. */

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

interface Connected {
  readonly slug: string;
  readonly id: string;
  readonly connectionId: string;
}

/** A company whose letters are planned and wait, for its connection is in shadow. */
async function openCompany(state: 'live' | 'shadow' = 'shadow'): Promise<Connected> {
  const { slug, id } = await addCompany(relay);
  const { body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  await relay.call('PATCH', `/connections/${body.id}`, { state, letter: { holdMinutes: 0, window: 'always' } });
  return { slug, id, connectionId: body.id };
}

let applicants = 0;

async function reject({ connectionId }: Connected, job = '営業, 東京') {
  applicants += 1;
  const email = `ichiro${applicants}@example.com`;
  const { headers, body, ...refs } = relay.fake.reject({ givenName: '一郎', familyName: '髙﨑', email, job });
  await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
  await work();
  return { email, ...refs };
}

async function work(): Promise<void> {
  await relay.jobs.runDue();
  await relay.letters.sweep();
  await relay.jobs.runDue();
}

async function list({ slug }: Connected, query = '') {
  const { status, body } = await relay.call('GET', `/letters?company=${slug}${query}`);
  return { status, body, ids: (body.items ?? []).map(({ id }: { readonly id: string }) => id) };
}

async function setLetter(connected: Connected, letterId: string, change: object): Promise<void> {
  await relay.database.forCompany(connected.id, (tx) =>
    tx.updateTable('letter').set(change).where('letter_id', '=', letterId).execute(),
  );
}

describe('the list', () => {
  test('says to whom, for which job, and why; to those who decide about letters', async () => {
    const connected = await openCompany();
    const { email, applicationRef } = await reject(connected);

    const { body } = await list(connected);

    expect(body.items).toMatchObject([
      {
        status: 'planned',
        connector: 'greenhouse',
        applicationRef,
        job: '営業, 東京',
        isMasked: false,
        name: '髙﨑 一郎',
        email,
      },
    ]);
  });

  test.each([
    ['owner', false],
    ['recruiter', false],
    ['viewer', true],
    ['auditor', true],
  ])('tells names and addresses to a %s: hidden is %s, everywhere', async (role, isMasked) => {
    const connected = await openCompany();
    const { email } = await reject(connected);
    const { browser } = await addMember(relay, connected.slug, role);

    const listed = await browser.call('GET', `/letters?company=${connected.slug}`);
    const [{ id }] = listed.body.items;
    const answers = [
      listed,
      await browser.call('GET', `/letters/${id}`),
      await browser.call('GET', `/letters/${id}/preview`),
      { status: 200, body: (await browser.send('GET', `/api/v1/letters/${id}/preview/html`)).body },
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.map(({ body }) => JSON.stringify(body).includes('髙﨑 一郎'))).toEqual(answers.map(() => !isMasked));
    expect(JSON.stringify(answers).includes(email)).toBe(!isMasked);
  });

  test('is narrowed by state, connection, job, reason, time and number, one or all at once', async () => {
    const connected = await openCompany();
    const first = await reject(connected, '営業 100%_東京');
    relay.clock.advance(60_000);
    await reject(connected, '設計');
    const { ids, body } = await list(connected);
    const [second, one] = ids;
    await relay.call('POST', `/letters/${one}/hold`);
    const { createdAt } = body.items[0];

    const found = await Promise.all(
      [
        '&status=held',
        '&status=held,planned',
        `&connection=${connected.connectionId}`,
        `&connection=${newId()}`,
        `&job=${encodeURIComponent('100%_')}`,
        `&job=${encodeURIComponent('_0')}`,
        '&reason=by-hand',
        `&from=${createdAt}`,
        `&to=${createdAt}`,
        `&q=${first.applicationRef}`,
        `&q=${first.applicationRef}&status=planned`,
      ].map(async (query) => (await list(connected, query)).ids),
    );

    expect(found).toEqual([[one], [second, one], [second, one], [], [one], [], [one], [second], [one], [one], []]);
  });

  test('is read to its end page by page, and counted by state', async () => {
    const connected = await openCompany();
    for (let count = 0; count < 3; count += 1) await reject(connected);
    const { ids } = await list(connected);

    const first = await list(connected, '&limit=2');
    const second = await list(connected, `&limit=2&cursor=${first.body.nextCursor}`);
    const counts = await relay.call('GET', `/letters/counts?company=${connected.slug}`);

    expect([...first.ids, ...second.ids]).toEqual(ids);
    expect(second.body.nextCursor).toBeNull();
    expect(counts.body).toEqual({ counts: { planned: 3 } });
  });

  test.each(['&status=gone', '&status=held,', '&reason=%27', '&from=yesterday', '&other=1'])(
    'refuses %s by name',
    async (query) => {
      const { status, body } = await list(await openCompany(), query);

      expect([status, body.code]).toEqual([400, 'request_invalid']);
    },
  );

  test('tells of one letter what people did about it, by name, newest first', async () => {
    const connected = await openCompany();
    await reject(connected);
    const { browser, userId } = await addMember(relay, connected.slug, 'recruiter', '𠮷野 さくら');
    const [id] = (await list(connected)).ids;
    await browser.call('POST', `/letters/${id}/hold`);
    await relay.call('POST', `/letters/${id}/cancel`);

    const { body } = await browser.call('GET', `/letters/${id}`);

    expect(body).toMatchObject({
      id,
      status: 'cancelled',
      attempts: 0,
      history: [
        { action: 'letter.cancelled', actor: 'admin', actorName: null },
        { action: 'letter.held', actor: `user:${userId}`, actorName: '𠮷野 さくら' },
      ],
    });
  });
});

describe('the preview', () => {
  test('of a planned letter is what would go out, without a link that works', async () => {
    const connected = await openCompany();
    await reject(connected);
    const [id] = (await list(connected)).ids;

    const { body } = await relay.call('GET', `/letters/${id}/preview`);
    const english = await relay.call('GET', `/letters/${id}/preview?locale=en`);

    expect(body).toMatchObject({ kind: 'would', locale: 'ja', lacks: [] });
    expect(body.mail.subject).toContain('選考結果のご連絡');
    expect(body.mail.text).toContain('髙﨑 一郎 様');
    expect(body.mail.text).toContain('https://relay.example.com/c/sample');
    expect(english.body).toMatchObject({ kind: 'would', locale: 'en' });
    expect(english.body.mail.text).toContain('一郎 髙﨑');
  });

  test('of a letter that left says the same as the mail, but for the link', async () => {
    const connected = await openCompany('live');
    const { email } = await reject(connected);
    const [id] = (await list(connected)).ids;
    const { body: outbox } = await relay.call('GET', `/outbox?company=${connected.slug}`);
    const sent = outbox.items.find(({ to }: { readonly to: string }) => to.includes(email));

    const { body } = await relay.call('GET', `/letters/${id}/preview`);

    const withoutLink = (text: string) => text.replace(/\/c\/[\w-]+/g, '/c/sample');
    expect(body.kind).toBe('sent');
    expect(body.mail.subject).toBe(sent.subject);
    expect(body.mail.text).toBe(withoutLink(sent.text));
    expect(body.mail.html).toBe(withoutLink(sent.html));
  });

  test('owns up where the wording that went out is no longer here, or something is missing', async () => {
    const connected = await openCompany();
    await reject(connected);
    const [id] = (await list(connected)).ids;
    const at = relay.clock.now();
    await setLetter(connected, id, { status: 'unknown', reason: 'sender-died', template_version: '0123456789ab' });
    const gone = await relay.call('GET', `/letters/${id}/preview`);
    await setLetter(connected, id, { status: 'held', reason: 'blank-token', updated_at: at });
    await relay.database.forCompany(connected.id, (tx) =>
      tx.updateTable('person').set({ given_name: null, family_name: null }).execute(),
    );
    const blank = await relay.call('GET', `/letters/${id}/preview`);

    expect(gone.body).toMatchObject({ kind: 'unsure', templateVersion: '0123456789ab', mail: null, lacks: [] });
    expect(blank.body).toMatchObject({ kind: 'would', mail: null, lacks: ['candidateName'] });
  });

  test('is a page that may do nothing but show itself, in a frame of ours', async () => {
    const connected = await openCompany();
    await reject(connected);
    const [id] = (await list(connected)).ids;
    const { browser } = await addMember(relay, connected.slug, 'viewer');

    const pages = await Promise.all(
      [`/letters/${id}/preview/html`, `/letter-template/html?company=${connected.slug}`].map((path) =>
        browser.send('GET', `/api/v1${path}`),
      ),
    );

    for (const { headers, body } of pages) {
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox",
      );
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(body).toContain('<html');
    }
  });

  test('of the template greets an invented applicant, in both languages, and says what is missing', async () => {
    const { slug } = await openCompany();
    const bare = await addCompany(relay, false);

    const ja = await relay.call('GET', `/letter-template?company=${slug}`);
    const en = await relay.call('GET', `/letter-template?company=${slug}&locale=en`);
    const lacking = await relay.call('GET', `/letter-template?company=${bare.slug}`);

    expect(ja.body.mail.text).toContain('髙﨑 一郎 様');
    expect(en.body.mail.text).toContain('Ichiro Takasaki');
    expect(lacking.body).toMatchObject({ mail: null, lacks: ['agencyName'] });
  });
});

describe('a test mail', () => {
  test('goes to who asks for it and to nobody else, and changes nothing', async () => {
    const connected = await openCompany();
    const applicant = await reject(connected);
    const { browser, email } = await addMember(relay, connected.slug, 'recruiter');
    const [id] = (await list(connected)).ids;

    const { status, body } = await browser.call('POST', `/letters/${id}/test`, { locale: 'en' });
    const outbox = await relay.call('GET', `/outbox?company=${connected.slug}`);
    const after = await relay.call('GET', `/letters/${id}`);

    expect([status, body]).toEqual([200, { to: email }]);
    const [mail] = outbox.body.items;
    expect(mail.to).toContain(email);
    expect(mail.subject).toMatch(/^\[Test\] /);
    expect(mail.text).toContain('/c/sample');
    expect(JSON.stringify(outbox.body)).not.toContain(applicant.email);
    expect(after.body).toMatchObject({ status: 'planned', attempts: 0, history: [{ action: 'letter.tested' }] });
  });

  test('is not for a program, which has no address', async () => {
    const connected = await openCompany();
    await reject(connected);
    const [id] = (await list(connected)).ids;

    const { body } = await relay.call('POST', `/letters/${id}/test`, {});

    expect(body.code).toBe('request_conflict');
  });
});

describe('one decision for many', () => {
  test('is done for all that are not past it, noted for each, and says which are', async () => {
    const connected = await openCompany();
    for (let count = 0; count < 3; count += 1) await reject(connected);
    const { ids } = await list(connected);
    const other = await openCompany();
    await reject(other);
    const [foreign] = (await list(other)).ids;
    await relay.call('POST', `/letters/${ids[0]}/cancel`);

    const { status, body } = await relay.call('POST', '/letters/decide', {
      company: connected.slug,
      act: 'hold',
      letterIds: [...ids, foreign],
    });
    const held = await list(connected, '&status=held&reason=by-hand');
    const line = await relay.call('GET', `/letters/${ids[1]}`);

    expect(status).toBe(200);
    expect([body.changed.toSorted(), body.past]).toEqual([ids.slice(1).toSorted(), [ids[0], foreign]]);
    expect(held.ids).toEqual(ids.slice(1));
    expect(line.body.history).toMatchObject([{ action: 'letter.held' }]);
    expect((await list(other, '&status=planned')).ids).toEqual([foreign]);
  });

  test.each([
    [30, undefined, 200],
    [31, undefined, 400],
    [31, 30, 400],
    [31, 31, 200],
  ])('for %d letters, confirmed as %s, answers %d', async (count, confirmedCount, expected) => {
    const { slug } = await openCompany();
    const letterIds = Array.from({ length: count }, newId);

    const { status } = await relay.call('POST', '/letters/decide', {
      company: slug,
      act: 'cancel',
      letterIds,
      ...(confirmedCount !== undefined && { confirmedCount }),
    });

    expect(status).toBe(expected);
  });

  test('an unknown letter may be sent once more, or left', async () => {
    const connected = await openCompany('live');
    await reject(connected);
    await reject(connected);
    const { ids } = await list(connected);
    for (const id of ids) await setLetter(connected, id, { status: 'unknown', reason: 'mail-unconfirmed' });
    const before = await relay.call('GET', `/outbox?company=${connected.slug}`);

    await relay.call('POST', '/letters/decide', { company: connected.slug, act: 'send', letterIds: [ids[0]] });
    await relay.call('POST', '/letters/decide', { company: connected.slug, act: 'cancel', letterIds: [ids[1]] });
    await work();

    const { body } = await list(connected);
    expect(before.body.items).toHaveLength(2);
    expect(body.items.map(({ status }: { readonly status: string }) => status)).toEqual(['sent', 'cancelled']);
  });
});
