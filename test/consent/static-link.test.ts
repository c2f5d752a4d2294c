import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LightMyRequestResponse } from 'fastify';
import type { Database } from '../../src/platform/database.ts';
import { newId, newToken } from '../../src/platform/ids.ts';
import { openTestDatabase } from '../support/database.ts';
import { addRejection, type Browser, baseUrl, openBrowser, openRoom, readForm, type TestRoom } from './room.ts';

let database: Database;
let room: TestRoom;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  room = await openRoom(database);
});
afterEach(() => room.server.close());
afterAll(() => database.close());

const link = () => `/r/${room.company.slug}`;
const minute = 60_000;
let hosts = 0;
/** A browser of its own network. */
const openVisitor = () => openBrowser(room.server, baseUrl, `198.51.100.${hosts++ % 250}`);

/** Types name and address; gives the browser on the page for the code. */
async function ask(email: string, name = '髙﨑 花子', browser: Browser = openVisitor()): Promise<Browser> {
  await browser.open(`${link()}?lang=ja`);
  await browser.send({ name, email });
  return browser;
}

const readCodeOf = (text: string | undefined) => /^(\d{6})$/m.exec(text ?? '')?.[1] ?? 'no code';

/** Lets the mail go out; gives the code of the last one. */
async function receive(): Promise<string> {
  await room.jobs.runDue();
  return readCodeOf(room.mailer.sent.at(-1)?.text);
}

const wrong = (code: string) => (code === '000000' ? '111111' : '000000');

async function readPeople() {
  return database.forCompany(room.company.companyId, (tx) =>
    tx.selectFrom('person').selectAll().orderBy('created_at').execute(),
  );
}

async function readRows(): Promise<string> {
  const tables = ['address_proof', 'person', 'link', 'consent', 'outbox_mail', 'audit_entry'] as const;
  return database.forSystem(async (tx) => {
    const counts: string[] = [];
    for (const table of tables) {
      const { count } = await tx
        .selectFrom(table)
        .select((row) => row.fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      counts.push(`${table} ${count}`);
    }
    return counts.join(', ');
  });
}

/** An answer without what is random in every answer. */
function toShape({ statusCode, headers, body }: LightMyRequestResponse, email = ''): unknown {
  const { date: _, ...stable } = headers;
  const hide = (text: string) => text.replaceAll(/[\w-]{43}/g, 'TOKEN').replaceAll(email, 'EMAIL');
  return [statusCode, hide(JSON.stringify(stable)), hide(body).replaceAll(/\d{10}\./g, 'TIME.')];
}

describe('the way of an applicant', () => {
  test('a known address leads to the consent page, and the agreement belongs to the rejection', async () => {
    const known = await room.addApplicant({ familyName: '𠮷野', email: 'yoshino@example.com' });
    const browser = await ask('yoshino@example.com', '別の 名前');

    const asked = await browser.send({ code: await receive() });
    await browser.press('grant');

    expect(asked.body).toContain('name="introduction"');
    const consents = await database.forCompany(room.company.companyId, (tx) =>
      tx.selectFrom('consent').select(['person_id', 'rejection_id', 'decision', 'method']).execute(),
    );
    expect(consents).toEqual([
      { person_id: known.personId, rejection_id: known.rejectionId, decision: 'granted', method: 'page' },
    ]);
    expect(await readPeople()).toMatchObject([{ family_name: '𠮷野', given_name: '花子', source: 'ats' }]);
    expect(room.events.published('consent-granted')).toHaveLength(1);
  });

  test('an unknown address is a new person, called as typed, and the agreement is kept without a rejection', async () => {
    const browser = await ask('ＴＡＲＯ＠example.com', '𠮷野　太郎 🌸');

    await browser.send({ code: await receive() });
    await browser.press('grant');

    const [person] = await readPeople();
    expect(person).toMatchObject({
      family_name: '𠮷野 太郎 🌸',
      given_name: null,
      email: 'TARO@example.com',
      locale: 'ja',
      source: 'static-link',
    });
    const consents = await database.forCompany(room.company.companyId, (tx) =>
      tx.selectFrom('consent').select(['person_id', 'rejection_id', 'decision', 'text_hash']).execute(),
    );
    expect(consents).toEqual([
      { person_id: person?.person_id, rejection_id: null, decision: 'granted', text_hash: expect.any(String) },
    ]);
  });

  test('who comes twice, in other letters, is one person', async () => {
    const first = await ask('taro@example.com');
    await first.send({ code: await receive() });
    const second = await ask(' ＴＡＲＯ＠ｅｘａｍｐｌｅ．ｃｏｍ ');
    await second.send({ code: await receive() });

    expect(await readPeople()).toHaveLength(1);
  });

  test.each(['ja', 'en'])('every page and the mail speak %s when asked to', async (lang) => {
    const browser = openVisitor();
    const asked = await browser.open(`${link()}?lang=${lang}`);
    const coded = await browser.send({ name: "Siobhán O'Neill", email: 'siobhan@example.com' });
    const mistaken = await browser.send({ code: 'x' });
    const consent = await browser.send({ code: await receive() });

    for (const { body } of [asked, coded, mistaken, consent]) expect(body).toContain(`<html lang="${lang}">`);
    expect(room.mailer.sent.at(-1)?.subject).toMatch(lang === 'ja' ? /確認コード/ : /Your code/);
  });

  test('the page says who asks, what for, who receives it and for how long, and runs no script', async () => {
    const { body, headers } = await openVisitor().open(`${link()}?lang=ja`);

    for (const named of ['架空食品株式会社', '架空キャリア株式会社', '使いみち', '誰に伝わるか', '2時間', '15分'])
      expect(body).toContain(named);
    expect(body).not.toMatch(/<script|src="http/);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-robots-tag']).toContain('noindex');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test('a slip of the pen is told kindly, field by field, and what was typed stays', async () => {
    const browser = await ask('hanako@', '<b>"髙﨑"</b>');

    const again = browser.page;
    expect(again?.statusCode).toBe(422);
    expect(again?.body).toContain('メールアドレスの形になっていないようです');
    expect(again?.body).toContain('value="&lt;b&gt;&#34;髙﨑&#34;&lt;/b&gt;"');
    expect(again?.body).not.toContain('<b>');
    expect(again?.body).not.toContain('id="name-fault"');
    expect(room.jobs.waiting).toEqual([]);
    expect((await browser.send({ name: '髙﨑', email: 'hanako@example.com' })).body).toContain('h•••@example.com');
  });
});

describe('whether an address is known', () => {
  test('shows in no answer: page, headers and what is written are alike until the code is right', async () => {
    await room.addApplicant({ email: 'known@example.com' });
    const shapes: unknown[][] = [];

    for (const email of ['known@example.com', 'other@example.com']) {
      const before = await readRows();
      const browser = openVisitor();
      const opened = await browser.open(link());
      const { nonce, action } = readForm(opened.body);
      const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
      const answered = await room.server.inject({
        method: 'POST',
        url: action,
        remoteAddress: '203.0.113.9',
        headers: { origin: baseUrl, cookie, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ nonce, name: '髙﨑', email }).toString(),
      });
      const waiting = room.jobs.waiting.map(({ queue }) => queue);
      const page = await browser.open(String(answered.headers.location));
      const code = await receive();
      const wronged = await browser.send({ code: wrong(code) });
      const masked = `${email[0]}•••@example.com`;
      const growth = [before, await readRows()].map((rows) => Number(/address_proof (\d+)/.exec(rows)?.[1]));
      shapes.push([
        toShape(answered),
        waiting,
        toShape(page, masked),
        toShape(wronged, masked),
        (growth[1] ?? 0) - (growth[0] ?? 0),
      ]);
      const right = await browser.send({ code });
      expect([right.statusCode, right.body.includes('name="introduction"')]).toEqual([200, true]);
    }

    expect(shapes[0]).toEqual(shapes[1]);
    expect(JSON.stringify(shapes[0])).toContain('303');
  });

  test('a code too many is answered like the others', async () => {
    for (let round = 0; round < 3; round += 1) {
      await ask('hanako@example.com');
      await receive();
    }
    const sent = room.mailer.sent.length;

    const fourth = await ask('hanako@example.com');
    await receive();
    const first = await ask('taro@example.com');

    expect(room.mailer.sent.length).toBe(sent);
    expect(toShape(fourth.page as LightMyRequestResponse, 'h•••@example.com')).toEqual(
      toShape(first.page as LightMyRequestResponse, 't•••@example.com'),
    );
    expect((await fourth.send({ code: '123456' })).body).toContain('コードが一致しませんでした');
  });
});

describe('the code', () => {
  test('is mailed to the address with what it is for, without the name that was typed', async () => {
    await ask('hanako@example.com', 'BUY NOW <https://evil.example.com>');
    await receive();

    const [mail] = room.mailer.sent;
    expect(room.mailer.sent).toHaveLength(1);
    expect(mail?.to).toEqual({ name: '', address: 'hanako@example.com' });
    expect(mail?.text).toContain(`https://relay.example.com${link()}`);
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toContain(readCodeOf(mail?.text));
      expect(part).toContain('無視してください');
      expect(part).toContain('15分');
    }
    expect(JSON.stringify(mail)).not.toMatch(/BUY NOW|evil/);
    expect(mail?.subject).not.toMatch(/\d{6}/);
  });

  test('is kept as a hash only, and what was typed is sealed', async () => {
    const browser = await ask('hanako@example.com', '髙﨑 花子');
    const code = await receive();

    const rows = JSON.stringify(
      await database.forCompany(room.company.companyId, (tx) => tx.selectFrom('address_proof').selectAll().execute()),
    );
    expect(rows).not.toMatch(/hanako|髙﨑|198\.51/);
    expect(rows.replaceAll(/[0-9a-f-]{36}|[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')).not.toContain(code);
    expect(rows).not.toContain(browser.cookies.values().next().value);
  });

  test('works once', async () => {
    const browser = await ask('hanako@example.com');
    const coded = browser.page?.body ?? '';
    const code = await receive();
    await browser.send({ code });
    const { nonce, action } = readForm(coded);

    const again = await room.server.inject({
      method: 'POST',
      url: action,
      headers: {
        origin: baseUrl,
        cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; '),
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ nonce, code }).toString(),
    });

    expect(again.statusCode).toBe(410);
    expect(again.body).toContain('使えなくなりました');
  });

  test('is good for fifteen minutes, and not for one moment more', async () => {
    const early = await ask('hanako@example.com');
    const late = await ask('taro@example.com');
    await room.jobs.runDue();
    const [first, second] = room.mailer.sent.map(({ text }) => readCodeOf(text));

    room.clock.advance(15 * minute - 1);
    const inTime = await early.send({ code: first ?? '' });
    room.clock.advance(1);
    const tooLate = await late.send({ code: second ?? '' });

    expect(inTime.body).toContain('name="introduction"');
    expect(tooLate.statusCode).toBe(410);
    expect(await readPeople()).toHaveLength(1);
  });

  test('is ended by a newer one for the same address', async () => {
    const older = await ask('hanako@example.com');
    const first = await receive();
    const newer = await ask('Hanako@Example.com');
    const second = await receive();

    expect((await older.send({ code: first })).statusCode).toBe(410);
    expect((await newer.send({ code: second })).body).toContain('name="introduction"');
  });

  test('takes five tries, however many are made at once, and then not even the right one', async () => {
    const browser = await ask('hanako@example.com');
    const code = await receive();
    const { nonce, action } = readForm(browser.page?.body ?? '');
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const guess = (given: string, host: number) =>
      room.server.inject({
        method: 'POST',
        url: action,
        remoteAddress: `203.0.113.${host}`,
        headers: { origin: baseUrl, cookie, 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ nonce, code: given }).toString(),
      });

    const guesses = await Promise.all(Array.from({ length: 12 }, (_, host) => guess(wrong(code), host)));
    const right = await guess(code, 99);

    expect(guesses.filter(({ statusCode }) => statusCode === 422)).toHaveLength(4);
    expect(guesses.filter(({ statusCode }) => statusCode === 410)).toHaveLength(8);
    expect(right.statusCode).toBe(410);
    expect(await readPeople()).toEqual([]);
  });

  test('costs no try when it is not six digits, and may be typed in any width', async () => {
    const browser = await ask('hanako@example.com');
    const code = await receive();

    for (let round = 0; round < 6; round += 1) await browser.send({ code: 'abc' });
    const typed = [...code].map((digit) => String.fromCodePoint((digit.codePointAt(0) ?? 0) + 0xfee0)).join('');
    const right = await browser.send({ code: ` ${typed.slice(0, 3)}　${typed.slice(3)}` });

    expect(right.body).toContain('name="introduction"');
  });

  test('works in no other browser, and its page is not even shown there', async () => {
    const browser = await ask('hanako@example.com');
    const { action, nonce } = readForm(browser.page?.body ?? '');
    const code = await receive();
    const other = openVisitor();
    await other.open(link());

    const page = await other.open(action);
    const answer = await room.server.inject({
      method: 'POST',
      url: action,
      headers: {
        origin: baseUrl,
        cookie: [...other.cookies].map((pair) => pair.join('=')).join('; '),
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ nonce, code }).toString(),
    });

    const unknown = await other.open(`${link()}/${newToken()}?lang=ja`);
    expect([page.statusCode, page.body]).toEqual([404, unknown.body]);
    expect(answer.statusCode).toBe(404);
    expect(await readPeople()).toEqual([]);
  });

  test('a mail server that says "not now" gets a new one later, and only that one works', async () => {
    const browser = await ask('hanako@example.com');
    room.mailer.outcome = { kind: 'refused', isPermanent: false, reason: 'busy' };
    await expect(room.jobs.runDue()).rejects.toMatchObject({ code: 'mail_unavailable' });
    room.mailer.outcome = { kind: 'sent' };

    const code = await receive();

    expect(room.mailer.sent).toHaveLength(1);
    expect((await browser.send({ code })).body).toContain('name="introduction"');
  });

  test('is sent once, however often its job runs, and never when it would come too late', async () => {
    await ask('hanako@example.com');
    const job = room.jobs.waiting[0];
    await receive();
    await room.jobs.enqueue(undefined as never, 'consent.code', [job?.data as never]);
    await receive();
    await ask('taro@example.com');
    room.clock.advance(15 * minute);
    await receive();

    expect(room.mailer.sent).toHaveLength(1);
  });
});

describe('limits', () => {
  test('one address gets three codes an hour, however it is written and from wherever it is asked for', async () => {
    const count = async (email: string) => {
      await ask(email);
      await receive();
      return room.mailer.sent.length;
    };

    expect(await count('hanako@example.com')).toBe(1);
    room.clock.advance(20 * minute);
    expect(await count('HANAKO@example.com')).toBe(2);
    room.clock.advance(20 * minute);
    expect(await count('ｈanako@example.com')).toBe(3);
    expect(await count('hanako@example.com')).toBe(3);
    room.clock.advance(20 * minute);
    expect(await count('hanako@example.com')).toBe(4);
    expect(await count('hanako@example.com')).toBe(4);
  });

  test('two workers at the same moment send no more than three either', async () => {
    for (let round = 0; round < 6; round += 1) await ask('hanako@example.com');
    const jobs = room.jobs.waiting.map(({ data }) => data);

    await Promise.all(jobs.map((job) => room.runCodes([job])));

    expect(room.mailer.sent).toHaveLength(3);
  });

  test('one network asks thirty times an hour; a household’s IPv6 is one network; others are not held up', async () => {
    const from = async (address: string) =>
      (await ask(`${newId()}@example.com`, '髙﨑', openBrowser(room.server, baseUrl, address))).page?.statusCode;
    for (let round = 0; round < 30; round += 1) {
      expect(await from(`2001:db8:1:1::${round + 1}`)).toBe(200);
      room.clock.advance(minute);
    }

    const one = openBrowser(room.server, baseUrl, '2001:db8:1:1:ffff::1');
    await ask('hanako@example.com', '髙﨑', one);

    expect(one.page?.statusCode).toBe(429);
    expect(one.page?.headers['retry-after']).toBe('3600');
    expect(one.page?.body).toContain('1時間ほど');
    expect(await from('2001:db8:1:2::1')).toBe(200);
    room.clock.advance(31 * minute);
    expect(await from('2001:db8:1:1::1')).toBe(200);
  }, 60_000);
});

describe('what changes nothing', () => {
  test('scanners that open and head the link and the page behind it leave no row and send no mail', async () => {
    const browser = await ask('hanako@example.com');
    const { action } = readForm(browser.page?.body ?? '');
    const code = await receive();
    const before = await readRows();

    for (let round = 0; round < 40; round += 1) {
      for (const url of [link(), `${link()}?name=x&email=taro@example.com`, `${action}&code=${code}`]) {
        const headers = { cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; ') };
        await room.server.inject({ method: 'GET', url, headers, remoteAddress: `198.51.100.${round}` });
        await room.server.inject({ method: 'HEAD', url, headers, remoteAddress: `198.51.100.${round}` });
      }
    }

    expect(await readRows()).toBe(before);
    expect(room.jobs.waiting).toEqual([]);
    expect((await browser.send({ code })).body).toContain('name="introduction"');
  });

  test.each<[string, { headers?: Record<string, string | undefined>; fields?: Record<string, string> }, number]>([
    ['another origin', { headers: { origin: 'https://evil.example.com' } }, 403],
    ['no origin', { headers: { origin: undefined } }, 403],
    ['another browser’s cookie', { headers: { cookie: `__Host-consent=${newToken()}` } }, 403],
    ['a made-up nonce', { fields: { nonce: newToken() } }, 403],
    ['JSON', { headers: { 'content-type': 'application/json' } }, 400],
    ['far too much', { fields: { name: 'x'.repeat(10_000) } }, 413],
    ['a second recipient in the address', { fields: { email: 'a@example.com\r\nBcc: b@example.com' } }, 422],
    ['two addresses', { fields: { email: 'a@example.com,b@example.com' } }, 422],
    ['no name', { fields: { name: '' } }, 422],
    ['a name without end', { fields: { name: '髙'.repeat(101) } }, 422],
  ])('%s: refused, nothing kept, nothing sent', async (_, { headers = {}, fields = {} }, status) => {
    const browser = openVisitor();
    await browser.open(link());
    const before = await readRows();

    const refused = await browser.send({ name: '髙﨑', email: 'hanako@example.com', ...fields }, headers);

    expect(refused.statusCode).toBe(status);
    expect(refused.headers['content-security-policy']).toContain("default-src 'none'");
    expect(await readRows()).toBe(before);
    expect(room.jobs.waiting).toEqual([]);
  });

  test('a link nobody has is met by the page of any unknown link', async () => {
    const browser = openVisitor();
    const unknown = await browser.open(`/c/${newToken()}`);

    for (const url of ['/r/nobody', '/r/%E6%97%A5%E6%9C%AC', '/r/a--', `/r/nobody/${newToken()}`, '/r/a/b/c', '/r/']) {
      const { statusCode, body } = await browser.open(url);
      expect([url, statusCode, body]).toEqual([url, 404, unknown.body]);
    }
  });

  test.each([
    ['incomplete', { registrationUrl: '' }],
    ['without a valid licence', { licenceExpiresOn: '2026-01-01' }],
  ])('while the agency is %s nobody is asked, as on the consent page', async (_, lack) => {
    const { token } = await room.addApplicant();
    const begun = await ask('hanako@example.com');
    const open = openVisitor();
    await open.open(link());
    await room.changeAgency(lack);

    const page = await openVisitor().open(`${link()}?lang=ja`);
    const consent = await openVisitor().open(`/c/${token}?lang=ja`);
    const answered = await open.send({ name: '髙﨑', email: 'taro@example.com' });
    await room.jobs.runDue();

    expect(page.statusCode).toBe(consent.statusCode);
    expect(/<h1>.*<\/h1>/.exec(page.body)?.[0]).toBe(/<h1>.*<\/h1>/.exec(consent.body)?.[0]);
    expect(answered.statusCode).toBe(503);
    expect((await begun.send({ code: '123456' })).statusCode).toBe(503);
    expect(room.mailer.sent).toEqual([]);
  });

  test('what was typed is forgotten after two hours', async () => {
    await ask('hanako@example.com');
    const proofs = () =>
      database.forCompany(room.company.companyId, (tx) => tx.selectFrom('address_proof').select('proof_id').execute());

    room.clock.advance(120 * minute);
    await room.forgetTyped();
    const kept = await proofs();
    room.clock.advance(1);
    await room.forgetTyped();

    expect(kept).toHaveLength(1);
    expect(await proofs()).toEqual([]);
  });
});

describe('whose rejection it is', () => {
  test.each([
    ['brought by an agency', { source: 'agency' }],
    ['of a private application', { is_private: true }],
    ['of a confidential search', { is_confidential: true }],
    ['the applicant’s own', { decided_by: 'candidate' }],
    ['nobody knows whose', { decided_by: 'unknown' }],
    ['taken back', { status: 'reinstated' }],
  ] as const)('a decision %s is not tied to the agreement, nor written to', async (_, change) => {
    const known = await room.addApplicant({ email: 'hanako@example.com' });
    await database.forCompany(room.company.companyId, (tx) =>
      tx.updateTable('rejection').set(change).where('rejection_id', '=', known.rejectionId).execute(),
    );
    const browser = await ask('hanako@example.com');
    await browser.send({ code: await receive() });
    await browser.press('grant');

    await room.events.deliver('consent-granted', room.events.published('consent-granted'));
    await room.events.deliver('rejection-recorded', [{ ...known, ...room.company, connectionId: room.connectionId }]);
    await room.jobs.runDue();

    const consents = await database.forCompany(room.company.companyId, (tx) =>
      tx.selectFrom('consent').select(['person_id', 'rejection_id']).execute(),
    );
    expect(consents).toEqual([{ person_id: known.personId, rejection_id: null }]);
    expect(room.ats.written).toEqual([]);
  });

  test('one that comes later is written back to, once', async () => {
    const browser = await ask('hanako@example.com');
    await browser.send({ code: await receive() });
    await browser.press('grant');
    await room.events.deliver('consent-granted', room.events.published('consent-granted'));
    await room.jobs.runDue();
    const before = room.ats.written.length;
    const [person] = await readPeople();
    const rejectionId = newId();
    const { companyId } = room.company;
    const { connectionId, clock } = room;
    await database.forCompany(companyId, (tx) =>
      addRejection(tx, {
        companyId,
        connectionId,
        personId: person?.person_id ?? '',
        rejectionId,
        candidateRef: 'c-1',
        now: clock.now(),
      }),
    );

    for (const _ of [1, 2]) {
      await room.events.deliver('rejection-recorded', [{ companyId, connectionId, rejectionId }]);
      await room.events.deliver('consent-granted', room.events.published('consent-granted'));
      await room.jobs.runDue();
    }

    expect(before).toBe(0);
    expect(room.ats.written).toMatchObject([{ candidateRef: 'c-1', decision: 'granted' }]);
  });
});
