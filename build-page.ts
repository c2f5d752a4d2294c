import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const target = join(root, 'dist-page');
const stamp = '.sources';

/**
 * Builds the settings page into dist-page, unless it stands there as its sources are now. It is built aside and then
 * moved, so a server that runs meanwhile never finds half of it.
 */
async function buildPage(): Promise<void> {
  const sources = readSources();
  if (existsSync(join(target, stamp)) && readFileSync(join(target, stamp), 'utf8') === sources) return;
  const { build } = await import('vite');
  const aside = mkdtempSync(join(root, 'dist-page-'));
  try {
    await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'warn', build: { outDir: aside } });
    writeFileSync(join(aside, stamp), sources);
    rmSync(target, { recursive: true, force: true });
    renameSync(aside, target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** What a build is made of, as one hash. */
function readSources(): string {
  const page = join(root, 'src', 'settings', 'page');
  const files = readdirSync(page, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of [
    ...files,
    ...['build-page.ts', 'vite.config.ts', 'package-lock.json'].map((name) => join(root, name)),
  ])
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Where only what runs is installed nothing can be built, and an install must not fail for it. */
async function main(): Promise<void> {
  // Whatever the shell says: with another word React would be built for development, twice as large.
  process.env.NODE_ENV = 'production';
  if (existsSync(join(root, 'node_modules', 'vite'))) await buildPage();
  else process.stderr.write('the settings page is not built: the packages of development are not installed\n');
}

await main();
