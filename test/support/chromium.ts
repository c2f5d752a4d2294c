import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const systemChromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A real browser without a window: the Chromium that comes from npm, else the system's. */
export async function openChromium(): Promise<Browser> {
  const executablePath = (await unpack()) ?? systemChromium.find((path) => existsSync(path));
  if (!executablePath)
    throw new Error(`no Chromium: neither in @sparticuz/chromium nor at ${systemChromium.join(', ')}`);
  // Not the package's own arguments: they switch off web security, which is among what is tested here.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'], headless: true });
}

/** Its npm package holds it for x64 Linux only. */
async function unpack(): Promise<string | undefined> {
  return process.platform === 'linux' && process.arch === 'x64' ? sparticuz.executablePath() : undefined;
}
