import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectors } from '../../connectors/index.ts';
import { checks, variantChecks } from './checks.ts';
import { findMissing } from './missing.ts';
import { type Bench, openBench } from './rig.ts';
import { listFolders, subjects } from './subjects.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

for (const subject of subjects) {
  describe(subject.name, () => {
    const missing = findMissing(subject);
    test('nothing is missing', () => {
      if (missing.length > 0) throw new Error(missing.map((what) => `${subject.folder}: missing ${what}`).join('\n'));
    });
    if (missing.length > 0) return;
    for (const check of subject.isVariant ? variantChecks : checks) {
      const reason = check.skip?.(subject);
      if (reason) test.skip(`${check.name} (not asked: ${reason})`, () => undefined);
      else test(check.name, () => check.run(subject, bench));
    }
  });
}

test('every folder has a connector in the suite, and the list holds those that do not begin with _', () => {
  const folders = listFolders();

  expect([...new Set(subjects.map((subject) => subject.folder))].toSorted()).toEqual([...folders].toSorted());
  expect(connectors.map(({ id }) => id).toSorted()).toEqual(folders.filter((name) => !name.startsWith('_')).toSorted());
});

test('no call went anywhere but to the vendor', () => {
  expect(bench.strays).toEqual([]);
});
