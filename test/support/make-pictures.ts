import { writeFileSync } from 'node:fs';
import { sha256 } from '../../src/platform/ids.ts';
import { toAppPictures } from './app-pictures.ts';
import { openChromium } from './chromium.ts';
import { toNoticePictures } from './notice-pictures.ts';
import { toPalettePng } from './palette-png.ts';
import { readPixels } from './read-pixels.ts';

// `npm run pictures`: takes the pictures of docs/slack anew. Needs fonts for Japanese and emoji (fonts-noto-cjk and
// fonts-noto-color-emoji on Debian).
const folder = new URL('../../docs/slack/', import.meta.url);
const browser = await openChromium();
const page = await browser.newPage({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 1.5 });
const pictures = [...toNoticePictures(), ...(await toAppPictures())];
for (const { name, html } of pictures) {
  await page.setContent(html);
  const { width, rgba } = await readPixels(page, await page.screenshot({ fullPage: true }));
  writeFileSync(new URL(`${name}.png`, folder), toPalettePng(rgba, width));
}
await browser.close();
const madeFrom = Object.fromEntries(pictures.map(({ name, html }) => [`${name}.png`, sha256(html)]));
writeFileSync(new URL('pictures.json', folder), `${JSON.stringify(madeFrom, null, 2)}\n`);
