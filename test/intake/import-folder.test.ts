import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type HandedIn, watchFolder } from '../../src/intake/index.ts';
import { openLog } from '../../src/platform/log.ts';
import { addFileCompany, type FileCompany, hanako } from '../settings/files.ts';
import { openRelay, type TestRelay } from '../settings/relay.ts';

let relay: TestRelay;
let company: FileCompany;
let root: string;
let own: string;
let taken: HandedIn[];
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());
beforeEach(async () => {
  relay.clock.set('2026-11-24T01:00:00Z');
  company = await addFileCompany(relay);
  root = await mkdtemp(join(tmpdir(), 'career-relay-import-'));
  own = join(root, company.connectionId);
  await mkdir(own);
  taken = [];
});
afterEach(() => rm(root, { recursive: true }));

/** One worker's watch. */
function watch() {
  const { database, connections, imports } = relay;
  return watchFolder({
    folder: root,
    database,
    connections,
    log: openLog('silent'),
    imports: {
      take(connection, file, actor) {
        taken.push(file);
        return imports.take(connection, file, actor);
      },
    },
  });
}

async function rejectSomebody() {
  company.fake.apply(hanako);
  await company.importNow();
  relay.clock.advance(3_600_000);
  company.fake.reject({ ...hanako, applicationRef: '1001' });
  return company.fake.exportFile();
}

test('a file that stopped growing is taken once and moved to done', async () => {
  const { name, bytes } = await rejectSomebody();
  const sweep = watch();
  await writeFile(join(own, name), bytes.subarray(0, 100));
  await sweep();
  await writeFile(join(own, name), bytes);
  await sweep();
  expect(taken).toEqual([]);

  await sweep();
  await sweep();

  expect(taken.map((file) => file.name)).toEqual([name]);
  expect(await readdir(own)).toEqual(['done']);
  expect(await readFile(join(own, 'done', name))).toEqual(bytes);
  expect(await company.list('rejections')).toMatchObject([{ applicationRef: '1001' }]);
});

test('two workers at once take a file once', async () => {
  const { name, bytes } = await rejectSomebody();
  await writeFile(join(own, name), bytes);
  const workers = [watch(), watch(), watch()];

  // Each round one of the three gets the turn at least: after four, one of them has looked twice.
  for (let round = 0; round < 4; round += 1) await Promise.all(workers.map((sweep) => sweep()));

  expect(await readdir(join(own, 'done'))).toEqual([name]);
  expect(taken).toHaveLength(1);
  expect(await company.list('rejections')).toHaveLength(1);
});

test('a file whose columns nobody confirmed waits, and goes when somebody does', async () => {
  company.fake.reject(hanako);
  const { name, bytes } = company.fake.exportFile();
  await writeFile(join(own, name), bytes);
  const sweep = watch();
  for (let round = 0; round < 4; round += 1) await sweep();

  expect(await readdir(own)).toEqual([name]);
  expect(taken).toHaveLength(1);
  const { items } = (await relay.call('GET', `/connections/${company.connectionId}/imports`)).body;
  expect(items).toMatchObject([{ state: 'needs-confirmation', name }]);

  await relay.call('POST', `/imports/${items[0].id}/confirm`);
  await sweep();
  expect(await readdir(own)).toEqual(['done']);
  expect(await company.list('rejections')).toHaveLength(1);
});

test('what is no file of ours is moved to refused, with the reason in both languages beside it', async () => {
  await writeFile(join(own, 'photo.csv'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]));
  const sweep = watch();
  await sweep();
  await sweep();

  expect((await readdir(join(own, 'refused'))).toSorted()).toEqual(['photo.csv', 'photo.csv.reason.txt']);
  const reason = await readFile(join(own, 'refused', 'photo.csv.reason.txt'), 'utf8');
  expect(reason).toMatch(/ファイルを読み取れませんでした[\s\S]+The file cannot be read[\s\S]+file_not_understood/);
});

test('nothing outside the folder is read or moved: links are refused, and folders of nobody are left alone', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'career-relay-outside-'));
  const { bytes } = await rejectSomebody();
  await writeFile(join(outside, 'secret.csv'), bytes);
  await symlink(join(outside, 'secret.csv'), join(own, 'link.csv'));
  const other = await addFileCompany(relay);
  await symlink(outside, join(root, other.connectionId));
  await mkdir(join(root, 'not-a-connection'));
  await mkdir(join(root, '0199f0c2-0000-7000-8000-000000000000'));
  for (const folder of ['not-a-connection', '0199f0c2-0000-7000-8000-000000000000'])
    await writeFile(join(root, folder, 'a.csv'), bytes);
  const sweep = watch();

  // Each round one of the three gets the turn at least: after four, one of them has looked twice.
  for (let round = 0; round < 4; round += 1) await sweep();

  expect(taken).toEqual([]);
  expect(await readdir(outside)).toEqual(['secret.csv']);
  expect((await readdir(join(own, 'refused'))).toSorted()).toEqual(['link.csv', 'link.csv.reason.txt']);
  expect(await readdir(join(root, 'not-a-connection'))).toEqual(['a.csv']);
  await rm(outside, { recursive: true });
});
