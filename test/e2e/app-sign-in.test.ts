import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openChromium } from '../support/chromium.ts';
import { findFreePort, type Service, startService } from '../support/service.ts';
import { watchPage } from '../support/watched-page.ts';

const adminToken = 'an-admin-token-of-tests-0123456789';
const dataDir = mkdtempSync(join(tmpdir(), 'career-relay-app-'));

let service: Service;
let browser: Browser;

beforeAll(async () => {
  const port = await findFreePort();
  service = await startService({
    PORT: String(port),
    DATA_DIR: dataDir,
    BASE_URL: `http://127.0.0.1:${port}`,
    ADMIN_TOKEN: adminToken,
  });
  browser = await openChromium();
}, 120_000);
afterAll(async () => {
  await browser.close();
  await service.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${service.baseUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.json();
}

/** The address in the newest mail to somebody. It is sent behind the answer that tells of it. */
async function readMailedLink(email: string): Promise<string> {
  for (;;) {
    const { items } = (await call('GET', '/outbox')) as { items: { to: string; text: string }[] };
    const link = /http\S+code=\S+/.exec(items.find(({ to }) => to === email)?.text ?? '')?.[0];
    if (link) return link;
  }
}

test('the first admin comes in by the printed link, invites somebody, and both sign in again by mail', async () => {
  await call('POST', '/companies', {
    slug: 'sakura-foods',
    name: 'さくら食品株式会社',
    locale: 'ja',
    postalAddress: '東京都港区架空台4-5-6',
    contactEmail: 'recruit@example.com',
  });
  const first = /http\S+\/app\/first\?code=\S+/.exec(service.output())?.[0] ?? '';
  const context = await browser.newContext({ locale: 'ja' });
  context.setDefaultTimeout(10_000);
  const { page, offences } = await watchPage(context, service.baseUrl);

  await page.goto(first);
  await page.getByLabel('お名前').fill('髙﨑 花子');
  await page.getByLabel('メールアドレス').fill('hanako@example.com');
  await page.getByRole('button', { name: 'はじめる' }).click();
  await page.waitForURL('**/app/c/sakura-foods/start');
  await page.getByRole('link', { name: 'メンバー' }).click();
  await page.getByRole('button', { name: 'メンバーを招待する' }).click();
  await page.getByLabel('メールアドレス').fill('yoshino@example.com');
  await page.getByRole('button', { name: '招待メールを送る' }).click();
  await page.getByText('yoshino@example.com').waitFor();

  const other = await browser.newContext({ locale: 'en' });
  other.setDefaultTimeout(10_000);
  const { page: invited, offences: others } = await watchPage(other, service.baseUrl);
  await invited.goto(await readMailedLink('yoshino@example.com'));
  await invited.getByLabel('Your name').fill('𠮷野 次郎');
  await invited.getByRole('button', { name: 'Join' }).click();
  await invited.waitForURL('**/app/c/sakura-foods/dashboard');
  await invited.goto(`${service.baseUrl}/app/c/sakura-foods/credits`);
  await invited.getByRole('button', { name: 'Account menu' }).click();
  await invited.getByRole('menuitem', { name: 'Sign out' }).click();
  await invited.getByRole('heading', { name: 'Sign in' }).waitFor();

  await page.goto(`${service.baseUrl}/app/c/sakura-foods/account`);
  await page.getByText('この端末', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'アカウントメニュー' }).click();
  await page.getByRole('menuitem', { name: 'サインアウト' }).click();
  await page.getByRole('heading', { name: 'サインイン' }).waitFor();
  const before = offences.length;
  await page.goto(`${service.baseUrl}/app/c/sakura-foods/members`);
  await page.getByLabel('メールアドレス').fill('hanako@example.com');
  await page.getByRole('button', { name: 'メールでリンクを受け取る' }).click();
  await page.getByRole('heading', { name: 'メールをご確認ください' }).waitFor();
  await page.goto(await readMailedLink('hanako@example.com'));
  await page.waitForURL('**/app/c/sakura-foods/members');
  await page.getByText('𠮷野 次郎').waitFor();

  expect(others).toEqual([]);
  expect(offences.slice(0, before)).toEqual([]);
  await context.close();
  await other.close();
}, 120_000);
