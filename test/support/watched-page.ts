import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';

export interface Watched {
  readonly page: Page;
  /** Everything that must not happen: requests to elsewhere, console errors, page errors. */
  readonly offences: string[];
}

/** Opens a page and keeps what it does that no page of ours may. */
export async function watchPage(context: BrowserContext, origin: string): Promise<Watched> {
  const page = await context.newPage();
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

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds against WCAG 2.2 AA and good practice, outside frames: those are shut in. Evaluated by the test's own channel: the page's policy would let no script in. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axeSource);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const violations = await page.evaluate(
    `axe.run(document, { iframes: false, preload: false, resultTypes: ['violations'], runOnly: ${JSON.stringify(tags)} }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ' ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
  );
  return violations as readonly string[];
}

/** A port nobody listens on, for a service whose address must be known before it opens. */
export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, 'localhost', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
