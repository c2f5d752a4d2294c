import { expect, test } from '@jest/globals';
import { openShortMemory } from '../../src/connector/short-memory.ts';
import { makeTestClock } from '../support/clock.ts';

function open(answer: (id: string) => string | undefined, max = 3) {
  const clock = makeTestClock();
  const asked: string[] = [];
  const memory = openShortMemory<string>({ clock, ttlMs: 5_000, max }, async (id) => {
    asked.push(id);
    return answer(id);
  });
  return { memory, clock, asked };
}

test('an answer is kept until its time is over, and not a moment longer', async () => {
  const { memory, clock, asked } = open((id) => `the ${id}`);

  const first = await memory.get('a');
  clock.advance(4_999);
  await memory.get('a');
  const kept = asked.length;
  clock.advance(1);
  await memory.get('a');

  expect([first, kept, asked.length]).toEqual(['the a', 1, 2]);
});

test('a flood of unknown ids is remembered up to the limit and evicts nothing that is known', async () => {
  const { memory, asked } = open((id) => (id === 'known' ? 'here' : undefined));
  await memory.get('known');

  for (let times = 0; times < 10; times += 1) await memory.get(`unknown ${times}`);
  asked.length = 0;
  for (const id of ['known', 'unknown 9', 'unknown 8', 'unknown 7', 'unknown 0']) await memory.get(id);

  expect(asked).toEqual(['unknown 0']);
});

test('of too many known ids the oldest is looked up again', async () => {
  const { memory, asked } = open((id) => id);

  for (const id of ['a', 'b', 'c', 'd', 'd', 'c', 'b', 'a']) await memory.get(id);

  expect(asked).toEqual(['a', 'b', 'c', 'd', 'a']);
});

test('a look-up that fails is not remembered', async () => {
  let times = 0;
  const { memory } = open(() => {
    times += 1;
    if (times === 1) throw new Error('the database is away');
    return 'here';
  });

  await expect(memory.get('a')).rejects.toThrow('the database is away');
  expect(await memory.get('a')).toBe('here');
});

test('what is forgotten is looked up again, known or not', async () => {
  const { memory, asked } = open((id) => (id === 'known' ? 'here' : undefined));
  await memory.get('known');
  await memory.get('unknown');

  memory.forget('known');
  memory.forget('unknown');
  await memory.get('known');
  await memory.get('unknown');

  expect(asked).toEqual(['known', 'unknown', 'known', 'unknown']);
});

test('many who ask at once share one look-up', async () => {
  const { memory, asked } = open((id) => id);

  await Promise.all(Array.from({ length: 50 }, () => memory.get('a')));

  expect(asked).toEqual(['a']);
});
