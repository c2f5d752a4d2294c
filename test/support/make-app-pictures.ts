import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openChromium } from './chromium.ts';
import { toPalettePng } from './palette-png.ts';
import { readPixels } from './read-pixels.ts';

// `npm run pictures:app`: takes the pictures of docs/app anew: those the README shows, of all that the browser tests of
// the settings page keep; of a folder where they lie already, if one is named. Needs fonts for Japanese and emoji (fonts-noto-cjk and fonts-noto-color-emoji on Debian).
const root = fileURLToPath(new URL('../../', import.meta.url));
const [given] = process.argv.slice(2);
const taken = given ?? mkdtempSync(join(tmpdir(), 'career-relay-pictures-'));
const names = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/docs\/app\/([^"')]+)\.png/g)].map(
  ([, name = '']) => name,
);
try {
  if (given === undefined)
    execFileSync('npm', ['test', '--', 'test/e2e/app'], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, PICTURES: taken },
    });
  mkdirSync(join(root, 'docs', 'app'), { recursive: true });
  const browser = await openChromium();
  const page = await browser.newPage();
  for (const name of new Set(names)) {
    const { width, rgba } = await readPixels(page, readFileSync(join(taken, `${name}.png`)));
    writeFileSync(join(root, 'docs', 'app', `${name}.png`), toPalettePng(rgba, width));
  }
  await browser.close();
} finally {
  if (given === undefined) rmSync(taken, { recursive: true, force: true });
}
