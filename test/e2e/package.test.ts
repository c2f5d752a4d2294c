import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'career-relay-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Packs the project and lays the package under a node_modules, where Node refuses TypeScript, beside its dependencies. */
function installPackage(): string {
  const modules = join(folder, 'node_modules');
  const home = join(modules, 'career-relay-connector');
  mkdirSync(home, { recursive: true });
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: 'ignore' });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', home, '--strip-components=1']);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  return home;
}

test('the packed program runs as JavaScript, templates and migrations with it, and tells the whole story', () => {
  const home = installPackage();

  const run = spawnSync(process.execPath, [join(home, 'bin', 'career-relay.js'), 'demo', '--exit', '--json'], {
    encoding: 'utf8',
  });

  expect(readdirSync(home).sort()).toEqual([
    'LICENSE',
    'README.md',
    'bin',
    'dist',
    'manifest.json',
    'manifest.schema.json',
    'package.json',
    'templates',
  ]);
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toMatchObject({
    rejections: 15,
    letters: { sent: 12 },
    consents: 10,
    credits: { available: 1 },
  });
}, 120_000);
