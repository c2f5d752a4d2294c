import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openPages } from '../../src/consent/pages.ts';
import { findBrokenAudit } from '../../src/platform/audit.ts';
import type { Database } from '../../src/platform/database.ts';
import { newToken, sha256 } from '../../src/platform/ids.ts';
import { openTestDatabase } from '../support/database.ts';
import { baseUrl, openBrowser, openRoom, readForm, type TestRoom } from './room.ts';

let database: Database;
let room: TestRoom;

beforeAll(async () => {
  database = await openTestDatabase();
  room = await openRoom(database);
});
afterAll(async () => {
  await room.server.close();
  await database.close();
});

async function countRows(): Promise<string> {
  const tables = ['consent', 'consent_text', 'audit_entry', 'link', 'receipt', 'write_back'] as const;
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

describe('the way of an applicant', () => {
  test('a ticked box and the button record the agreement and show the code and the way to withdraw', async () => {
    const { token, personId } = await room.addApplicant();
    const browser = openBrowser(room.server);

    const asked = await browser.open(`/c/${token}`);
    const granted = await browser.press('grant');

    const [consent] = await room.readConsents(personId);
    expect(asked.statusCode).toBe(200);
    expect(granted.statusCode).toBe(200);
    expect(consent).toMatchObject({ decision: 'granted' });
    expect(granted.body).toContain(consent?.referralCode);
    expect(granted.body).toContain('https://agency.example.com/register');
    expect(granted.body).toContain('value="withdraw"');
  });

  test('one press withdraws, at once, and the code is shown no more', async () => {
    const { token, personId } = await room.addApplicant();
    const browser = openBrowser(room.server);
    await browser.open(`/c/${token}`);
    await browser.press('grant');

    const withdrawn = await browser.press('withdraw');

    const decisions = await room.readConsents(personId);
    expect(decisions.map(({ decision }) => decision)).toEqual(['granted', 'withdrawn']);
    expect(withdrawn.body).toContain('同意を取り消しました');
    expect(withdrawn.body).not.toContain(decisions[0]?.referralCode ?? 'none');
  });

  test('withdrawing takes no more steps than agreeing: fewer fields, one form, on the page the link opens', async () => {
    const { token } = await room.addApplicant();
    const browser = openBrowser(room.server);
    const asked = await browser.open(`/c/${token}`);
    await browser.press('grant');
    const granted = await browser.open(`/c/${token}`);

    const countInputs = (html: string) => html.match(/<input(?![^>]*hidden)/g)?.length ?? 0;

    expect(countInputs(asked.body)).toBe(1);
    expect(countInputs(granted.body)).toBe(0);
    expect(granted.body.match(/<form/g)).toHaveLength(1);
  });

  test('a "no" is recorded, and may become a "yes" by a fresh act', async () => {
    const { token, personId } = await room.addApplicant();
    const browser = openBrowser(room.server);
    await browser.open(`/c/${token}`);

    const declined = await browser.press('decline');
    const granted = await browser.press('grant');

    expect(declined.body).toContain('お答えを受け付けました');
    expect(granted.body).toContain('同意を受け付けました');
    expect((await room.readConsents(personId)).map(({ decision }) => decision)).toEqual(['declined', 'granted']);
  });

  test('agreeing without the ticked box records nothing and shows the form again with a kind word', async () => {
    const { token, personId } = await room.addApplicant();
    const browser = openBrowser(room.server);
    await browser.open(`/c/${token}`);

    const again = await browser.press('grant', { ticks: [] });

    expect(again.statusCode).toBe(422);
    expect(again.body).toContain('まだ同意は記録されていません');
    expect(await room.readConsents(personId)).toEqual([]);
    expect((await browser.press('grant')).statusCode).toBe(200);
  });

  test('the same form sent twice makes one consent', async () => {
    const { token, personId } = await room.addApplicant();
    const browser = openBrowser(room.server);
    const { body } = await browser.open(`/c/${token}`);
    const once = await browser.press('grant');
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');

    const twice = await room.server.inject({
      method: 'POST',
      url: readForm(body).action,
      headers: { cookie, origin: baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
      payload: `nonce=${readForm(body).nonce}&introduction=on&decision=grant`,
    });

    expect(once.statusCode).toBe(200);
    expect(twice.statusCode).toBe(303);
    expect(await room.readConsents(personId)).toHaveLength(1);
  });

  test('the page speaks the language asked for, else the person’s own, else the company’s', async () => {
    const { token } = await room.addApplicant({ locale: 'en-US' });
    const { token: unknown } = await room.addApplicant();
    const browser = openBrowser(room.server);

    expect((await browser.open(`/c/${token}`)).body).toContain('<html lang="en">');
    expect((await browser.open(`/c/${token}?lang=ja`)).body).toContain('<html lang="ja">');
    expect((await browser.open(`/c/${token}?lang=ja`)).body).toContain('href="?lang=en"');
    expect((await browser.open(`/c/${unknown}`)).body).toContain('<html lang="ja">');
    expect((await browser.open(`/c/${unknown}?lang=fr`)).body).toContain('<html lang="ja">');
  });

  test('who answers in English is answered in English', async () => {
    const { token } = await room.addApplicant();
    const browser = openBrowser(room.server);
    await browser.open(`/c/${token}?lang=en`);

    const granted = await browser.press('grant');

    const held = /href="([^"]+held[^"]*)"/.exec(granted.body)?.[1] ?? '';
    const back = /href="(\/c\/[^"]+)">Back/.exec((await browser.open(held)).body)?.[1] ?? '';
    expect(granted.body).toContain('Your agreement is recorded');
    expect((await browser.open(back)).body).toContain('<html lang="en">');
  });
});

describe('the text', () => {
  test.each(['ja', 'en'])('names who, what, to whom, why, how long and how to stop, in %s', async (lang) => {
    const { token } = await room.addApplicant();

    const { body } = await openBrowser(room.server).open(`/c/${token}?lang=${lang}`);

    for (const named of [
      '架空キャリア株式会社',
      '東京都千代田区架空町1-2-3',
      '髙﨑 一郎',
      '13-ユ-999999',
      '架空食品株式会社',
    ])
      expect(body).toContain(named);
    expect(body).toContain('recruit@example.com');
    expect(body).toContain('https://agency.example.com/privacy');
    const promises =
      lang === 'ja'
        ? ['影響しません', '取り消すまで', '応募し、採用に至らなかったこと', '10名になるごとに', '費用はかかりません']
        : [
            'no effect on any selection',
            'until you take it back',
            'were not hired',
            'every 10 people',
            'costs you nothing',
          ];
    for (const promise of promises) expect(body).toContain(promise);
  });

  test.each(['ja', 'en'])('has a box that is not ticked and two buttons of the same kind, in %s', async (lang) => {
    const { token } = await room.addApplicant();

    const { body } = await openBrowser(room.server).open(`/c/${token}?lang=${lang}`);

    expect(body.match(/type="checkbox"/g)).toHaveLength(1);
    expect(body).not.toMatch(/\bchecked\b/);
    expect(body.match(/<button type="submit" name="decision" value="(grant|decline)">/g)).toHaveLength(2);
  });

  test('offers no gift and presses nobody', () => {
    const pages = openPages();
    const facts = {
      company: room.company,
      agency: { ...agencyFacts },
      terms: { countsAt: 'consent', perCredit: 10 },
      own: {},
    } as const;

    const words = (['ja', 'en'] as const)
      .flatMap((locale) =>
        (['introduction', 'withdrawal'] as const).map((name) => pages.renderText(name, locale, facts)),
      )
      .map(({ body }) => body)
      .join(' ');

    expect(words).not.toMatch(/ギフト|お祝い金|ポイント|謝礼|¥|今だけ|残りわずか|gift|bonus|hurry|last chance/i);
  });

  test('the evidence is the exact text shown: made again it has the same hash, and it names no person', async () => {
    const { token, personId } = await room.addApplicant({ familyName: '𠮷野' });
    const browser = openBrowser(room.server);
    const { body } = await browser.open(`/c/${token}?lang=en`);
    await browser.press('grant');

    const row = await database.forSystem((tx) =>
      tx
        .selectFrom('consent')
        .innerJoin('consent_text', (join) =>
          join
            .onRef('consent_text.text_hash', '=', 'consent.text_hash')
            .onRef('consent_text.company_id', '=', 'consent.company_id'),
        )
        .selectAll('consent')
        .select([
          'consent_text.body',
          'consent_text.locale as text_locale',
          'consent_text.text_version as version_of_text',
        ])
        .where('person_id', '=', personId)
        .executeTakeFirstOrThrow(),
    );

    expect(body).toContain(row.body);
    expect(sha256(row.body)).toBe(row.text_hash);
    expect(row).toMatchObject({
      locale: 'en',
      text_locale: 'en',
      method: 'page',
      user_agent: 'Test/1.0',
      ticks: ['introduction'],
      decided_at: room.clock.now(),
    });
    expect(row.text_version).toMatch(/^introduction-[0-9a-f]{12}$/);
    expect(row.version_of_text).toBe(row.text_version);
    expect(row.body).not.toContain('𠮷野');
    expect(row.body).not.toContain('example.com/c/');
  });

  test('kept evidence can be neither changed nor removed', async () => {
    const { token } = await room.addApplicant();
    const browser = openBrowser(room.server);
    await browser.open(`/c/${token}`);
    await browser.press('decline');

    const attempts = await Promise.allSettled([
      database.forSystem((tx) => tx.updateTable('consent_text').set({ body: 'x' }).execute()),
      database.forSystem((tx) => tx.deleteFrom('consent').execute()),
    ]);

    expect(attempts.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('an agreement to a text that was changed meanwhile does not count: the new one is shown first', async () => {
    const own = await openRoom(database);
    const { token, personId } = await own.addApplicant();
    const browser = openBrowser(own.server);
    await browser.open(`/c/${token}`);
    await own.changeAgency({ representative: '𠮷野 次郎' });

    const again = await browser.press('grant');

    expect(again.statusCode).toBe(409);
    expect(again.body).toContain('𠮷野 次郎');
    expect(await own.readConsents(personId)).toEqual([]);
    expect((await browser.press('grant')).statusCode).toBe(200);
    await own.server.close();
  });

  test('what a company is called is shown as text, never as markup', async () => {
    const own = await openRoom(database);
    await own.changeAgency({ name: `<img src=x onerror=alert(1)>"O'Neil", 髙﨑` });
    const { token } = await own.addApplicant();

    const { body } = await openBrowser(own.server).open(`/c/${token}`);

    expect(body).not.toContain('<img');
    expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;');
    await own.server.close();
  });
});

const agencyFacts = {
  agencyId: '',
  name: '架空キャリア株式会社',
  address: '東京都',
  representative: '髙﨑 一郎',
  licenceNumber: '13-ユ-999999',
  licenceExpiresOn: '2029-03-31',
  privacyUrl: 'https://agency.example.com/privacy',
  registrationUrl: 'https://agency.example.com/register',
};

describe('what opens nothing', () => {
  test('scanners that open and head every link by the hundred leave not a single row', async () => {
    const { token, personId } = await room.addApplicant();
    const before = await countRows();

    for (let round = 0; round < 150; round += 1) {
      const remoteAddress = `198.51.100.${round}`;
      const headers = { 'user-agent': 'Mozilla/5.0 (compatible; MailScanner/1.0; SafeLinks)' };
      for (const url of [`/c/${token}`, `/c/${token}/held`, `/c/${token}?decision=grant&introduction=yes`]) {
        await room.server.inject({ method: 'GET', url, headers, remoteAddress });
        await room.server.inject({ method: 'HEAD', url, headers, remoteAddress });
      }
    }

    expect(await countRows()).toBe(before);
    expect(await room.readConsents(personId)).toEqual([]);
  });

  test('an unknown, a run-out, a malformed and an erased link are answered alike, byte for byte', async () => {
    const expired = await room.addApplicant();
    const erased = await room.addApplicant();
    await database.forSystem(async (tx) => {
      await tx
        .updateTable('link')
        .set({ grants_until: new Date('2026-11-24T00:00:00Z') })
        .where('person_id', '=', expired.personId)
        .execute();
      await tx
        .updateTable('person')
        .set({ erased_at: room.clock.now(), email: null, email_key: null })
        .where('person_id', '=', erased.personId)
        .execute();
    });
    const tokens = [
      newToken(),
      expired.token,
      erased.token,
      'x',
      '日本語',
      `${newToken()}x`,
      `${newToken()}/more/still`,
    ];

    const answers = await Promise.all(
      tokens.flatMap((token) =>
        ['', '/held'].map(async (rest) => {
          const { statusCode, headers, body } = await openBrowser(room.server).open(`/c/${encodeURI(token)}${rest}`);
          const { date: _, ...stable } = headers;
          return JSON.stringify([statusCode, stable, body]);
        }),
      ),
    );

    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('このページは表示できません');
    expect(answers[0]).toMatch(/^\[404,/);
  });

  test('an answer sent to an unknown link is met by the same page', async () => {
    const browser = openBrowser(room.server);
    const unknown = await browser.open(`/c/${newToken()}`);

    const answered = await room.server.inject({
      method: 'POST',
      url: `/c/${newToken()}`,
      headers: { origin: baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'decision=grant&introduction=yes&nonce=x',
    });

    expect([answered.statusCode, answered.body]).toEqual([404, unknown.body]);
  });
});

describe('an answer counts only from its own page', () => {
  test.each<[string, { headers?: Record<string, string | undefined>; payload?: string }, number]>([
    ['another origin', { headers: { origin: 'https://evil.example.com' } }, 403],
    ['our host by another scheme', { headers: { origin: 'http://relay.example.com' } }, 403],
    ['no origin', { headers: { origin: undefined } }, 403],
    ['an opaque origin', { headers: { origin: 'null' } }, 403],
    ['an opaque origin from elsewhere', { headers: { origin: 'null', 'sec-fetch-site': 'cross-site' } }, 403],
    ['no cookie', { headers: { cookie: undefined } }, 403],
    ['another browser’s cookie', { headers: { cookie: `__Host-consent=${newToken()}` } }, 403],
    ['no nonce', { payload: 'decision=grant&introduction=yes' }, 400],
    ['a made-up nonce', { payload: `decision=grant&introduction=yes&nonce=${newToken()}` }, 403],
    ['no decision', { payload: 'introduction=yes&nonce=NONCE' }, 400],
    ['a decision that does not exist', { payload: 'decision=sell&introduction=yes&nonce=NONCE' }, 400],
    ['two decisions', { payload: 'decision=decline&decision=grant&introduction=yes&nonce=NONCE' }, 400],
    ['JSON', { headers: { 'content-type': 'application/json' }, payload: '{"decision":"grant"}' }, 400],
    ['plain text', { headers: { 'content-type': 'text/plain' }, payload: 'decision=grant' }, 400],
    ['nothing', { headers: { 'content-type': undefined }, payload: '' }, 400],
    ['far too much', { payload: `decision=grant&nonce=${'x'.repeat(10_000)}` }, 413],
  ])('%s: refused, nothing changed, a way back', async (_what, { headers = {}, payload }, status) => {
    const { token, personId } = await room.addApplicant();
    const browser = openBrowser(room.server);
    const { nonce, action } = readForm((await browser.open(`/c/${token}`)).body);
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const sent = {
      cookie,
      origin: baseUrl,
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    };

    const refused = await room.server.inject({
      method: 'POST',
      url: action,
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)),
      payload: (payload ?? 'decision=grant&introduction=yes&nonce=NONCE').replace('NONCE', nonce),
    });

    expect(refused.statusCode).toBe(status);
    expect(refused.body).toContain(`href="/c/${token}"`);
    expect(await room.readConsents(personId)).toEqual([]);
  });

  test('the nonce of one link does not open another', async () => {
    const mine = await room.addApplicant();
    const theirs = await room.addApplicant();
    const browser = openBrowser(room.server);
    const { nonce } = readForm((await browser.open(`/c/${mine.token}`)).body);
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');

    const refused = await room.server.inject({
      method: 'POST',
      url: `/c/${theirs.token}`,
      headers: { cookie, origin: baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
      payload: `decision=grant&introduction=yes&nonce=${nonce}`,
    });

    expect(refused.statusCode).toBe(403);
    expect(await room.readConsents(theirs.personId)).toEqual([]);
  });

  test('a form that lay open for more than half an hour is refused kindly, and the page opened anew works', async () => {
    const own = await openRoom(database);
    const { token } = await own.addApplicant();
    const browser = openBrowser(own.server);
    await browser.open(`/c/${token}`);
    own.clock.advance(31 * 60_000);

    const refused = await browser.press('grant');
    await browser.open(`/c/${token}`);

    expect(refused.statusCode).toBe(403);
    expect((await browser.press('grant')).statusCode).toBe(200);
    await own.server.close();
  });

  test('a browser that keeps its origin back is believed when it says the page was ours', async () => {
    const { token, personId } = await room.addApplicant();
    const browser = openBrowser(room.server);
    await browser.open(`/c/${token}`);

    await browser.press('grant', { headers: { origin: 'null', 'sec-fetch-site': 'same-origin' } });

    expect(await room.readConsents(personId)).toHaveLength(1);
  });

  test('the cookie is for this host, over https, unreadable to scripts, and short-lived', async () => {
    const { token } = await room.addApplicant();

    const { headers } = await openBrowser(room.server).open(`/c/${token}`);

    expect(headers['set-cookie']).toMatch(
      /^__Host-consent=[\w-]{43}; Max-Age=1800; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  test('on this machine over http the cookie works too', async () => {
    const own = await openRoom(database, { baseUrl: 'http://localhost:3000' });
    const { token } = await own.addApplicant();
    const browser = openBrowser(own.server, 'http://localhost:3000');

    const { headers } = await browser.open(`/c/${token}`);

    expect(headers['set-cookie']).toMatch(/^consent=[\w-]{43}; Max-Age=1800; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await browser.press('grant')).statusCode).toBe(200);
    await own.server.close();
  });
});

describe('many answers at once', () => {
  test('twenty agreements sent at once make one consent, one audit line and one event', async () => {
    const own = await openRoom(database);
    const { token, personId } = await own.addApplicant();
    const browser = openBrowser(own.server);
    const { nonce, action } = readForm((await browser.open(`/c/${token}`)).body);
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const send = (_: unknown, index: number) =>
      own.server.inject({
        method: 'POST',
        url: action,
        remoteAddress: `203.0.113.${index}`,
        headers: { cookie, origin: baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
        payload: `decision=grant&introduction=yes&nonce=${nonce}`,
      });

    const answers = await Promise.all(Array.from({ length: 20 }, send));

    const { companyId } = own.company;
    const audit = await database.forCompany(companyId, (tx) => tx.selectFrom('audit_entry').select('action').execute());
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 303));
    expect(await own.readConsents(personId)).toHaveLength(1);
    expect(own.events.published('consent-granted')).toHaveLength(1);
    expect(audit.filter(({ action: what }) => what === 'consent.granted')).toHaveLength(1);
    expect(await database.forCompany(companyId, (tx) => findBrokenAudit(tx, companyId))).toBeUndefined();
    await own.server.close();
  });

  test('agreements and withdrawals mixed at once form one chain, each following exactly one other', async () => {
    const own = await openRoom(database);
    const { token, personId } = await own.addApplicant();
    const browser = openBrowser(own.server);
    const { nonce, action } = readForm((await browser.open(`/c/${token}`)).body);
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');

    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        own.server.inject({
          method: 'POST',
          url: action,
          remoteAddress: `203.0.113.${index}`,
          headers: { cookie, origin: baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
          payload: `decision=${index % 2 ? 'withdraw' : 'grant'}&introduction=yes&nonce=${nonce}`,
        }),
      ),
    );

    const rows = await database.forSystem((tx) =>
      tx.selectFrom('consent').selectAll().where('person_id', '=', personId).execute(),
    );
    const next = new Map(rows.map((row) => [row.previous_consent_id, row]));
    const chain: string[] = [];
    for (let row = next.get(null); row; row = next.get(row.consent_id)) chain.push(row.decision);
    expect(chain).toHaveLength(rows.length);
    expect(chain).toEqual(chain.map((_, index) => (index % 2 ? 'withdrawn' : 'granted')));
    expect(own.events.published('consent-granted').length).toBe(chain.filter((one) => one === 'granted').length);
    await own.server.close();
  });
});

describe('when the agency may not be named', () => {
  test.each([
    ['its licence has expired', { licenceExpiresOn: '2026-11-23' }],
    ['its representative is missing', { representative: ' ' }],
    ['its licence number is missing', { licenceNumber: '' }],
  ])('nobody is asked while %s, and what is held can still be seen', async (_why, change) => {
    const own = await openRoom(database);
    const { token, personId } = await own.addApplicant();
    const browser = openBrowser(own.server);
    await browser.open(`/c/${token}`);
    await own.changeAgency(change);

    const answered = await browser.press('grant');
    const asked = await browser.open(`/c/${token}`);

    expect([answered.statusCode, asked.statusCode]).toEqual([503, 503]);
    expect(asked.body).toContain('ただいまご案内を');
    expect(asked.body).not.toContain('type="checkbox"');
    expect((await browser.open(`/c/${token}/held`)).statusCode).toBe(200);
    expect(await own.readConsents(personId)).toEqual([]);
    await own.server.close();
  });

  test('a licence counts to its last minute in Japan', async () => {
    const own = await openRoom(database);
    await own.changeAgency({ licenceExpiresOn: '2026-11-24' });
    const { token } = await own.addApplicant();
    const browser = openBrowser(own.server);

    own.clock.set('2026-11-24T14:59:59Z');
    const lastMinute = await browser.open(`/c/${token}`);
    own.clock.set('2026-11-24T15:00:00Z');
    const midnight = await browser.open(`/c/${token}`);

    expect([lastMinute.statusCode, midnight.statusCode]).toEqual([200, 503]);
    await own.server.close();
  });

  test('who agreed can still withdraw, after the licence and the link have run out, but is sent to no unlicensed agency', async () => {
    const own = await openRoom(database);
    const { token, personId } = await own.addApplicant();
    const browser = openBrowser(own.server);
    await browser.open(`/c/${token}`);
    await browser.press('grant');
    own.clock.set('2029-11-24T01:00:00Z');

    const later = await browser.open(`/c/${token}`);
    const withdrawn = await browser.press('withdraw');

    expect(later.statusCode).toBe(200);
    expect(later.body).not.toContain('agency.example.com/register');
    expect(withdrawn.body).toContain('同意を取り消しました');
    expect(withdrawn.body).not.toContain('type="checkbox"');
    expect((await own.readConsents(personId)).map(({ decision }) => decision)).toEqual(['granted', 'withdrawn']);
    await own.server.close();
  });

  test.each(['reinstated', 'hired'] as const)('who is %s by now is not asked about other companies', async (status) => {
    const applicant = await room.addApplicant();
    await room.setRejection(applicant, status);

    const { statusCode } = await openBrowser(room.server).open(`/c/${applicant.token}`);

    expect(statusCode).toBe(503);
  });
});

describe('what is held', () => {
  test('is shown with masked address, jobs, answers and the texts answered to, and nobody else’s', async () => {
    const applicant = await room.addApplicant({ email: `taro.${newToken().slice(0, 6)}@example.com` });
    const browser = openBrowser(room.server);
    await browser.open(`/c/${applicant.token}`);
    await browser.press('grant');

    const { body } = await browser.open(`/c/${applicant.token}/held`);

    expect(body).toContain('髙﨑 花子');
    expect(body).toContain('t•••@example.com');
    expect(body).not.toContain('taro.');
    expect(body).toContain('ﾊﾞｯｸｴﾝﾄﾞ&lt;エンジニア&gt;, 🚀');
    expect(body).toMatch(/紹介に同意.*introduction-[0-9a-f]{12}/s);
    expect(body).toContain('recruit@example.com');
    expect(body.match(/紹介コード/g)).toHaveLength(1);
  });

  test('a name stands in the order of its own writing', async () => {
    const { token } = await room.addApplicant({ givenName: 'Hanako', familyName: 'Takasaki' });

    const { token: japanese } = await room.addApplicant({ givenName: '花子', familyName: '髙﨑' });
    const browser = openBrowser(room.server);

    expect((await browser.open(`/c/${token}/held?lang=en`)).body).toContain('Hanako Takasaki');
    expect((await browser.open(`/c/${japanese}/held?lang=en`)).body).toContain('髙﨑 花子');
  });
});

describe('the fences', () => {
  const expected = {
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    ),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, nofollow',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'content-type': 'text/html; charset=utf-8',
  };

  test('every page has the same strict headers, those of errors too', async () => {
    const { token } = await room.addApplicant();
    const form = { origin: baseUrl, 'content-type': 'application/x-www-form-urlencoded' };
    const answers = [
      await room.server.inject({ url: `/c/${token}` }),
      await room.server.inject({ url: `/c/${token}/held` }),
      await room.server.inject({ method: 'HEAD', url: `/c/${token}` }),
      await room.server.inject({ url: `/c/${newToken()}` }),
      await room.server.inject({ url: '/c/' }),
      await room.server.inject({ url: `/c/${'x'.repeat(200)}` }),
      await room.server.inject({ url: `/c/${token}/elsewhere` }),
      await room.server.inject({ method: 'DELETE', url: `/c/${token}` }),
      await room.server.inject({ method: 'POST', url: `/c/${token}`, headers: form, payload: 'decision=grant' }),
      await room.server.inject({ method: 'POST', url: `/c/${token}`, headers: form, payload: 'x'.repeat(20_000) }),
      await room.server.inject({
        method: 'POST',
        url: `/c/${token}`,
        headers: { 'content-type': 'text/x' },
        payload: 'x',
      }),
    ];

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([
      200, 200, 200, 404, 404, 404, 404, 404, 400, 413, 400,
    ]);
    for (const { headers } of answers) expect(headers).toMatchObject(expected);
  });

  test.each([`/c/${'x'.repeat(500)}`, '/c/%ZZ'])('an address no router can read is not repeated: %s', async (url) => {
    const { statusCode, headers, body } = await room.server.inject({ url });

    expect(statusCode).toBe(404);
    expect(body).not.toContain(url);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  test('the redirect after an answer carries them as well', async () => {
    const { token } = await room.addApplicant();
    const browser = openBrowser(room.server);
    const { nonce, action } = readForm((await browser.open(`/c/${token}`)).body);
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');

    const { statusCode, headers } = await room.server.inject({
      method: 'POST',
      url: action,
      headers: { cookie, origin: baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
      payload: `decision=decline&nonce=${nonce}`,
    });

    const { 'content-type': _, ...strict } = expected;
    expect(statusCode).toBe(303);
    expect(headers).toMatchObject(strict);
  });

  test('a broken database is told by a calm page with the same fences, and names nothing', async () => {
    const failing: Database = { ...database, forSystem: () => Promise.reject(new Error('select token from link')) };
    const own = await openRoom(database, { broken: failing });

    const answer = await own.server.inject({ url: `/c/${newToken()}` });

    expect(answer.statusCode).toBe(500);
    expect(answer.headers).toMatchObject(expected);
    expect(answer.body).not.toContain('from link');
    await own.server.close();
  });

  test('one address asking for one link too often must wait, however it names itself; another link is not held up', async () => {
    const own = await openRoom(database);
    const { token } = await own.addApplicant();
    const { token: other } = await own.addApplicant();
    const ask = (one: string, hop = 0) =>
      own.server.inject({
        url: `/c/${one}`,
        remoteAddress: '192.0.2.77',
        headers: { 'x-forwarded-for': `10.0.0.${hop}` },
      });

    const answers: number[] = [];
    for (let count = 0; count < 61; count += 1) answers.push((await ask(token, count)).statusCode);
    const last = await ask(token);

    expect(answers.slice(0, 60)).toEqual(answers.slice(0, 60).map(() => 200));
    expect(answers[60]).toBe(429);
    expect(last.headers).toMatchObject(expected);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask(other)).statusCode).toBe(200);
    await own.server.close();
  });

  test('guessing many links from one address is stopped', async () => {
    const own = await openRoom(database);

    const answers: number[] = [];
    for (let count = 0; count < 620; count += 1)
      answers.push((await own.server.inject({ url: `/c/${newToken()}`, remoteAddress: '2001:db8::1' })).statusCode);
    const neighbour = await own.server.inject({ url: `/c/${newToken()}`, remoteAddress: '2001:db8::ffff:1' });

    expect(answers.filter((status) => status === 429)).toHaveLength(20);
    expect(neighbour.statusCode).toBe(429);
    await own.server.close();
  });
});
