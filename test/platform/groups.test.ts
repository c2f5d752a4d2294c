import { expect, test } from '@jest/globals';
import { RelayError } from '../../src/platform/errors.ts';
import { openGroups } from '../../src/platform/groups.ts';

interface Item {
  readonly key: string;
  readonly name: string;
}

/** Groups whose work ends when the test says so. */
function openHeldGroups(work: (items: readonly Item[]) => readonly string[] = (items) => items.map(toName), max = 10) {
  const groups: string[][] = [];
  const gates: (() => void)[] = [];
  const ask = openGroups<Item, string>({
    toKey: ({ key }) => key,
    max,
    async work(items, key) {
      groups.push([key, ...items.map(toName)]);
      await new Promise<void>((open) => gates.push(open));
      return work(items);
    },
  });
  return { ask, groups, gates };
}

const toName = ({ name }: Item) => name;

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

test('what arrives while a group is under way makes up the next, and each gets its own outcome', async () => {
  const { ask, groups, gates } = openHeldGroups();
  const answers = ['one', 'two', 'three'].map((name) => ask({ key: 'a', name }));
  gates.shift()?.();
  await settle();
  gates.shift()?.();

  expect(await Promise.all(answers)).toEqual(['one', 'two', 'three']);
  expect(groups).toEqual([
    ['a', 'one'],
    ['a', 'two', 'three'],
  ]);
});

test('another key shares no group and waits for nobody', async () => {
  const { ask, groups, gates } = openHeldGroups();
  const stuck = ask({ key: 'a', name: 'one' });
  const other = ask({ key: 'b', name: 'two' });
  gates.pop()?.();

  expect(await other).toBe('two');
  expect(groups).toEqual([
    ['a', 'one'],
    ['b', 'two'],
  ]);
  gates.pop()?.();
  await stuck;
});

test('a group has no more items than agreed', async () => {
  const { ask, groups, gates } = openHeldGroups(undefined, 2);
  const answers = ['one', 'two', 'three', 'four'].map((name) => ask({ key: 'a', name }));
  for (let turn = 0; turn < 3; turn += 1) {
    gates.shift()?.();
    await settle();
  }

  await Promise.all(answers);
  expect(groups.map(([, ...names]) => names)).toEqual([['one'], ['two', 'three'], ['four']]);
});

test('one that cannot be worked on fails alone', async () => {
  const ask = openGroups<string, string>({
    toKey: () => '',
    max: 10,
    async work(items) {
      await Promise.resolve();
      if (items.includes('bad')) throw new Error('bad');
      return items;
    },
  });

  const outcomes = await Promise.allSettled(['one', 'two', 'bad', 'three'].map((item) => ask(item)));

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(await ask('four')).toBe('four');
});

test('while the other side is away or refuses everybody, a group is not tried one by one', async () => {
  let runs = 0;
  const ask = openGroups<string, string>({
    toKey: () => '',
    max: 10,
    async work() {
      runs += 1;
      await Promise.resolve();
      throw new RelayError('database_unavailable');
    },
  });

  const outcomes = await Promise.allSettled(['one', 'two', 'three'].map((item) => ask(item)));

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(runs).toBe(2);
});
