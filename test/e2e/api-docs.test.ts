import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { adminToken, openRelay, type TestRelay } from '../settings/relay.ts';
import { openChromium } from '../support/chromium.ts';

let relay: TestRelay;
let origin: string;
let browser: Browser;

beforeAll(async () => {
  relay = await openRelay();
  origin = await relay.server.listen({ port: 0, host: '127.0.0.1' });
  browser = await openChromium();
}, 60_000);
afterAll(async () => {
  await browser.close();
  await relay.close();
});

/**
 * A page that notes what must not happen: requests to elsewhere, console errors, page errors. So high that all of it is on
 * the screen: of a long document only what is near is drawn.
 */
async function openPage(): Promise<{ readonly page: Page; readonly offences: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 20_000 } });
  const offences: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'data:' && url.origin !== origin) offences.push(`request to ${url.origin}`);
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) offences.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => offences.push(`error: ${error.message}`));
  return { page, offences };
}

test.each(['/api/docs', '/api/docs/'])(
  '%s shows every operation, loads nothing from elsewhere and breaks no rule',
  async (path) => {
    const { page, offences } = await openPage();

    await page.goto(`${origin}${path}`);
    await page.locator('.opblock').first().waitFor();
    const title = await page.locator('h1.title, h2.title').first().textContent();
    const routes = relay.routes.filter(
      ({ method, url }) => url.startsWith('/api/v1') && method !== 'HEAD' && !url.endsWith('openapi.json'),
    );
    const operations = page.locator('.opblock');
    await operations.nth(routes.length - 1).waitFor();
    const shown = await operations.count();
    await page.close();

    expect(title).toContain('Career Relay connector');
    expect(shown).toBe(routes.length);
    expect(offences).toEqual([]);
  },
);

test('an operation is tried from the page with the token', async () => {
  const { page, offences } = await openPage();

  await page.goto(`${origin}/api/docs/`);
  await page.locator('.btn.authorize').first().click();
  await page.locator('#auth-bearer-value').fill(adminToken);
  await page.locator('.auth-btn-wrapper .authorize').first().click();
  await page.locator('.auth-btn-wrapper .btn-done').first().click();
  await page.locator('#operations-Connections-listConnectors .opblock-summary-control').click();
  await page.locator('#operations-Connections-listConnectors .execute').click();
  const status = page.locator('#operations-Connections-listConnectors .live-responses-table .response-col_status');
  await status.last().waitFor();
  const answered = await status.last().textContent();
  await page.close();

  expect(answered).toContain('200');
  expect(offences).toEqual([]);
});

test('the page may not be framed and runs no script but its own files', async () => {
  const response = await relay.server.inject({ method: 'GET', url: '/api/docs' });

  const policy = String(response.headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(policy).not.toContain('https:');
});
