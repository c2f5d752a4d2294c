import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { sha256 } from '../../src/platform/ids.ts';
import { toAppPictures } from './app-pictures.ts';
import { openChromium } from './chromium.ts';
import { toNoticePictures } from './notice-pictures.ts';
import { toPalettePng } from './palette-png.ts';

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

/** Lets the browser read its own picture. */
async function readPixels(page: Page, png: Buffer): Promise<{ readonly width: number; readonly rgba: Buffer }> {
  const read = (await page.evaluate(`(async () => {
    const bytes = Uint8Array.fromBase64('${png.toString('base64')}');
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return { width: bitmap.width, rgba: new Uint8Array(data.buffer).toBase64() };
  })()`)) as { width: number; rgba: string };
  return { width: read.width, rgba: Buffer.from(read.rgba, 'base64') };
}
