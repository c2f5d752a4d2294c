import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { servePage } from '../../src/settings/index.ts';
import { adminToken, type TestRelay } from '../settings/relay.ts';
import { openChromium } from './chromium.ts';
import { type Look, type Reader, widths } from './looks.ts';
import { takePicture } from './pictures.ts';
import { findViolations, type Watched, watchPage } from './watched-page.ts';

/** The settings page in a real browser, over the real server. */
export interface App {
  readonly origin: string;
  readonly browser: Browser;
  /** A browser nobody is signed in to. */
  openStranger(options?: BrowserContextOptions): Promise<Opened>;
  /** Somebody signed in: who he is is answered here, everything else by the server, as an operator may see it. */
  open(options?: BrowserContextOptions, me?: Partial<Me>): Promise<Opened>;
  close(): Promise<void>;
}

interface Me {
  readonly role: string;
  readonly isOperator: boolean;
  readonly companies: readonly Place[];
  readonly user: object;
}

interface Place {
  readonly slug: string;
  readonly id?: string;
  readonly name?: string;
  readonly role?: string;
  /** When it is deleted. */
  readonly endsAt?: string;
}

export interface Opened extends Watched {
  readonly context: BrowserContext;
}

const folder = fileURLToPath(new URL('../../dist-page', import.meta.url));

/**
 * Before anything is asked of the server: it takes no more pages then.
 * @param places the companies of who is signed in; `open` may name others.
 */
export async function openApp(
  relay: Pick<TestRelay, 'server'>,
  places: readonly Place[] | (() => readonly Place[]),
  { hasSlackSignIn = true } = {},
): Promise<App> {
  await servePage(relay.server, { folder, hasSlackSignIn });
  const origin = await relay.server.listen({ port: 0, host: '127.0.0.1' });
  const browser = await openChromium();

  async function openStranger(options: BrowserContextOptions = {}): Promise<Opened> {
    const context = await browser.newContext({
      locale: 'ja',
      reducedMotion: 'reduce',
      viewport: widths.wide,
      ...options,
    });
    context.setDefaultTimeout(10_000);
    return { context, ...(await watchPage(context, origin)) };
  }

  return {
    origin,
    browser,
    openStranger,
    async open(options, { role = 'owner', isOperator = false, companies, user } = {}) {
      const opened = await openStranger({ ...options, extraHTTPHeaders: { authorization: `Bearer ${adminToken}` } });
      const me = {
        kind: 'user',
        actor: 'user:u1',
        isOperator,
        user: {
          ...{ id: 'u1', name: '髙﨑 花子', email: 'hanako@example.com', hasSecondFactor: false, passkeys: 0 },
          ...user,
        },
        companies: (companies ?? (typeof places === 'function' ? places() : places)).map((place) => ({
          id: place.slug,
          name: 'さくら食品株式会社',
          role,
          ...place,
        })),
      };
      await opened.context.route('**/api/v1/me', (route) => route.fulfill({ json: me }));
      return opened;
    },
    close: () => browser.close(),
  };
}

/** How a reader opens a page at first. */
export function toLookOptions({ locale, looks: [{ colorScheme, width }] }: Reader): BrowserContextOptions {
  return { locale, colorScheme, viewport: widths[width] };
}

/** What the pictures of a reader's first look end with. */
export function toLookName({ locale, looks: [{ colorScheme, width }] }: Reader): string {
  return `${locale}-${colorScheme}-${width}`;
}

/**
 * What is wrong with a page in each of the reader's looks, or without one as it stands: what axe finds, and whether it must
 * be scrolled sideways. Keeps a picture of each; the page is left in the reader's first look.
 */
export async function lookAt(page: Page, name: string, reader?: Reader): Promise<readonly string[]> {
  if (!reader) return findFaults(page, name);
  const { locale, looks } = reader;
  const faults: string[] = [];
  for (const look of looks) {
    if (look !== looks[0]) await turnTo(page, look);
    faults.push(...(await findFaults(page, `${name}-${locale}-${look.colorScheme}-${look.width}`)));
  }
  await turnTo(page, looks[0]);
  return faults;
}

async function findFaults(page: Page, name: string): Promise<readonly string[]> {
  const violations = await findViolations(page);
  const isTooWide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  await takePicture(page, name);
  return [...violations, ...(isTooWide ? ['too wide'] : [])].map((fault) => `${name}: ${fault}`);
}

/** Until it has drawn itself anew. */
async function turnTo(page: Page, { colorScheme, width }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(widths[width]);
  await page.evaluate(`(async () => {
    const html = document.documentElement;
    const isTurned = () =>
      matchMedia('(prefers-color-scheme: ${colorScheme})').matches &&
      (html.dataset.mantineColorScheme ?? '${colorScheme}') === '${colorScheme}' &&
      innerWidth === ${widths[width].width};
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    do await nextFrame();
    while (!isTurned());
    await nextFrame();
    const ending = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  })()`);
}
