import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { openRelay, type TestRelay } from '../settings/relay.ts';
import { type App, lookAt, openApp, toLookName, toLookOptions } from '../support/app.ts';
import { readers, widths } from '../support/looks.ts';
import { takePicture } from '../support/pictures.ts';

const places = [{ slug: 'sakura-foods' }, { slug: 'obrien-works', name: "O'Brien Works", role: 'viewer' }];

let relay: TestRelay;
let app: App;
let origin: string;

beforeAll(async () => {
  relay = await openRelay();
  app = await openApp(relay, places);
  origin = app.origin;
  await relay.call('POST', '/companies', {
    slug: 'sakura-foods',
    name: 'さくら食品株式会社',
    locale: 'ja',
    postalAddress: '東京都港区架空台4-5-6',
    contactEmail: 'recruit@example.com',
  });
}, 120_000);
afterAll(async () => {
  await app?.close();
  await relay?.close();
});

function toPosting(index: number, total: number): object {
  const seq = total - index;
  const isReserved = index % 5 === 1;
  return {
    id: `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`,
    seq,
    kind: isReserved ? 'credit-reserved' : 'referral-counted',
    postedAt: new Date(Date.UTC(2026, 10, 28) - index * 40_000_000).toISOString(),
    referralId: null,
    creditId: null,
    reservationId: isReserved ? `10000000-0000-4000-8000-${String(seq).padStart(12, '0')}` : null,
    reason: isReserved ? '営業職の紹介（𠮷野様より依頼）' : null,
    entries: isReserved
      ? [
          { account: 'available', amount: -1 },
          { account: 'reserved', amount: 1 },
        ]
      : [
          { account: 'world', amount: -1 },
          { account: 'counted', amount: 1 },
        ],
    available: 3,
    towardsNext: seq % 10,
  };
}

/** A ledger of any length, in pages as the server makes them. */
async function answerLedger(context: BrowserContext, total: number): Promise<void> {
  await context.route('**/api/v1/credits?*', (route) =>
    route.fulfill({
      json: {
        referrals: { counted: total, towardsNext: 7, perCredit: 10 },
        credits: { available: 3, reserved: 1, used: 12, expired: 0 },
        projection: { referralsPerWeek: 1.5, weeks: 3, weeksToNextCredit: 2, isRough: true },
      },
    }),
  );
  await context.route('**/api/v1/credits/entries?*', (route) => {
    const asked = new URL(route.request().url()).searchParams;
    const from = Number(asked.get('cursor') ?? 0);
    const to = Math.min(total, from + Number(asked.get('limit')));
    const items = Array.from({ length: to - from }, (_, index) => toPosting(from + index, total));
    return route.fulfill({ json: { items, nextCursor: to < total ? String(to) : null } });
  });
}

const signInPages = [
  ['sign-in', '/app/sign-in'],
  ['sign-in-refused', '/app/sign-in?refused=slack'],
  ['sign-in-mail', '/app/sign-in/mail'],
  ['second-factor', '/app/sign-in/second-factor'],
  ['first', '/app/first?code=invented'],
  ['invitation', '/app/invitation?code=invented'],
] as const;

describe.each(readers)('in $locale', (reader) => {
  test('everybody can use the screens of signing in, and they ask nobody else', async () => {
    const { page, offences, context } = await app.openStranger(toLookOptions(reader));
    const faults: string[] = [];
    const invitation = { company: "O'Brien Works", email: 'jiro@example.com', role: 'recruiter', isKnown: false };
    await context.route('**/api/auth/invitation/look', (route) => route.fulfill({ json: invitation }));

    for (const [name, path] of signInPages) {
      await page.goto(`${origin}${path}`);
      await page.locator('form, ul').first().waitFor();
      faults.push(...(await lookAt(page, name, reader)));
      expect(await page.getAttribute('html', 'lang')).toBe(reader.locale);
    }

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  });

  test('everybody can read the credits, and they ask nobody else', async () => {
    const { page, offences, context } = await app.open(toLookOptions(reader));
    await answerLedger(context, 130);

    await page.goto(`${origin}/app/c/sakura-foods/credits`);
    await page.locator('tbody tr[data-index="0"]').waitFor();
    await page.locator('.recharts-surface').first().waitFor();
    const faults = await lookAt(page, 'credits', reader);
    await page.locator('tbody tr[data-index="1"]').scrollIntoViewIfNeeded();
    await takePicture(page, `ledger-${toLookName(reader)}`);

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  });
});

const peoplePages = ['members', 'tokens', 'account', 'dashboard'] as const;

describe.each(readers)('people in $locale', (reader) => {
  test('everybody can read who is let in, and the pages ask nobody else', async () => {
    const { page, offences, context } = await app.open(toLookOptions(reader));
    await answerPeople(context);
    const faults: string[] = [];

    for (const name of peoplePages) {
      await page.goto(`${origin}/app/c/sakura-foods/${name}`);
      await page
        .locator(name === 'dashboard' ? 'main h2' : 'main ul li')
        .first()
        .waitFor();
      faults.push(...(await lookAt(page, `people-${name}`, reader)));
    }

    expect(faults).toEqual([]);
    expect(offences).toEqual([]);
    await context.close();
  });
});

async function answerPeople(context: BrowserContext): Promise<void> {
  const at = '2026-11-20T01:02:03.000Z';
  const person = { role: 'owner', hasSecondFactor: true, joinedAt: at };
  const lists = {
    members: [
      { ...person, userId: 'u1', name: '髙﨑 花子', email: 'hanako@example.com' },
      { ...person, userId: 'u2', name: "Conan O'Brien", email: 'conan@example.com', role: 'viewer' },
    ],
    invitations: [
      { id: 'i1', email: 'yoshino@example.com', role: 'recruiter', invitedBy: 'user:u1', createdAt: at, expiresAt: at },
    ],
    tokens: [
      {
        id: 't1',
        name: '集計 (BI)',
        role: 'viewer',
        createdBy: 'user:u1',
        createdAt: at,
        lastUsedAt: null,
        expiresAt: null,
      },
    ],
    sessions: [
      {
        id: 's1',
        isCurrent: true,
        createdAt: at,
        lastSeenAt: at,
        ipAddress: '192.0.2.7',
        userAgent: 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/153.0 Safari/537.36',
      },
    ],
  };
  await context.route('**/api/auth/passkey/list-user-passkeys', (route) =>
    route.fulfill({ json: [{ id: 'p1', name: 'Chrome, Mac', createdAt: at }] }),
  );
  for (const [name, items] of Object.entries(lists))
    await context.route(`**/api/v1/**${name}`, (route) => route.fulfill({ json: { items, nextCursor: null } }));
}

test('asking for a link answers alike for every address, and remembers where one wanted to go', async () => {
  const { page, offences, context } = await app.openStranger();
  const asked: unknown[] = [];
  await context.route('**/api/v1/me', (route) => route.fulfill({ status: 401, json: {} }));
  await context.route('**/api/auth/sign-in/magic-link', (route) => {
    asked.push(route.request().postDataJSON());
    return route.fulfill({ json: { status: true } });
  });

  await page.goto(`${origin}/app/c/sakura-foods/credits`);
  await page.getByLabel('メールアドレス').fill('ｈａｎａｋｏ＠example.com');
  await page.getByRole('button', { name: 'メールでリンクを受け取る' }).click();
  await page.getByRole('heading', { name: 'メールをご確認ください' }).waitFor();

  expect(asked).toEqual([{ email: 'hanako@example.com' }]);
  expect(await page.evaluate("localStorage.getItem('career-relay-back')")).toBe('/c/sakura-foods/credits');
  expect(offences).toEqual([
    'console: Failed to load resource: the server responded with a status of 401 (Unauthorized)',
  ]);
  await context.close();
});

test('when the session ends one is led to sign in, and the address keeps the way back', async () => {
  const { page, context } = await app.open();
  await answerLedger(context, 130);
  await page.goto(`${origin}/app/c/sakura-foods/credits`);
  await page.locator('.recharts-surface').first().waitFor();
  await page.getByRole('button', { name: 'クレジットを確保する' }).click();
  await page.getByLabel('用途').fill('営業職の紹介');
  await takePicture(page, 'reserve');
  await context.unroute('**/api/v1/me');
  await context.route('**/api/v1/**', (route) => route.fulfill({ status: 401, json: {} }));

  await page.getByRole('dialog').getByRole('button', { name: 'クレジットを確保する' }).click();
  await page.getByRole('heading', { name: 'サインイン' }).waitFor();

  expect(new URL(page.url()).searchParams.get('back')).toBe('/c/sakura-foods/credits');
  await context.close();
});

test('the way back never leads out of the page', async () => {
  const { page, context } = await app.open();
  await context.route('**/api/auth/sign-in/magic-link', (route) => route.fulfill({ json: {} }));
  await context.route('**/api/auth/two-factor/verify-totp', (route) => route.fulfill({ json: {} }));
  await page.goto(`${origin}/app/sign-in?back=${encodeURIComponent('//elsewhere.example.com/')}`);
  await page.getByLabel('メールアドレス').fill('hanako@example.com');
  await page.getByRole('button', { name: 'メールでリンクを受け取る' }).click();
  await page.getByRole('heading', { name: 'メールをご確認ください' }).waitFor();

  await page.goto(`${origin}/app/sign-in?step=second-factor`);
  await page.getByLabel('確認コード').fill('１２３ ４５６');
  await page.getByRole('button', { name: '確認する' }).click();
  await page.waitForURL(`${origin}/app/c/sakura-foods/dashboard`);

  await context.close();
});

test('the keyboard alone leads past the navigation, through the list, and to its end', async () => {
  const { page, offences, context } = await app.open();
  await answerLedger(context, 130);
  await page.goto(`${origin}/app/c/sakura-foods/credits`);
  await page.locator('tbody tr[data-index="0"]').waitFor();

  await page.keyboard.press('Tab');
  const first = await page.evaluate('document.activeElement.textContent');
  await page.keyboard.press('Enter');
  const second = await page.evaluate('document.activeElement.id');
  await page.locator('tbody tr[data-index="0"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const third = await page.evaluate('document.activeElement.dataset.index');
  await page.keyboard.press('End');
  await page.locator('tbody tr:focus[data-index="99"]').waitFor();

  expect([first, second, third]).toEqual(['本文へ移動', 'content', '2']);
  expect(offences).toEqual([]);
  await context.close();
});

test('the language is changed in place and remembered', async () => {
  const { page, context } = await app.open();
  await answerLedger(context, 3);
  await page.goto(`${origin}/app/c/sakura-foods/credits`);

  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Credits', exact: true }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Credits', exact: true }).waitFor();

  expect(await page.getAttribute('html', 'lang')).toBe('en');
  await context.close();
});

test('on a phone the navigation is a drawer that closes behind one', async () => {
  const { page, context, offences } = await app.open({ viewport: widths.phone });
  await answerLedger(context, 3);
  await page.goto(`${origin}/app/c/sakura-foods/dashboard`);

  await page.getByRole('button', { name: 'メニュー', exact: true }).click();
  await takePicture(page, 'drawer');
  await page.getByRole('link', { name: 'クレジット' }).click();
  await page.getByRole('heading', { name: 'クレジット', exact: true }).waitFor();

  expect(await page.getByRole('link', { name: '応募者ページ' }).isVisible()).toBe(false);
  expect(offences).toEqual([]);
  await context.close();
});

test('over the real server a company without a ledger is taught what comes, and a foreign one is not there', async () => {
  const { page, offences, context } = await app.open();

  await page.goto(`${origin}/app/c/sakura-foods/credits`);
  await page.getByText('まだ記録がありません').waitFor();
  await takePicture(page, 'credits-empty');
  await page.goto(`${origin}/app/c/nobodys/credits`);
  await page.getByText('ページが見つかりません').waitFor();

  expect(offences).toEqual([]);
  await context.close();
});

test('a list of 100,000 rows is walked page by page, and only what is in sight is drawn', async () => {
  const { page, offences, context } = await app.open();
  await answerLedger(context, 100_000);
  await page.goto(`${origin}/app/c/sakura-foods/credits`);
  await page.locator('tbody tr[data-index="0"]').focus();

  for (const least of [99, 199, 299, 399]) {
    await page.keyboard.press('End');
    await page.locator('tbody tr:focus').waitFor();
    expect(Number(await page.locator('tbody tr:focus').getAttribute('data-index'))).toBeGreaterThanOrEqual(least);
    // The next page is there once a row follows the one that was last.
    await page.locator('tbody tr:focus + tr[data-index]').waitFor();
  }

  expect(await page.locator('tbody tr').count()).toBeLessThan(60);
  expect(offences).toEqual([]);
  await context.close();
});
