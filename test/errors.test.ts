import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { errorCodes } from '../src/platform/error-codes.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const table = readme.slice(readme.indexOf('| code'), readme.indexOf('## What it promises'));

test('the README lists every error code, and no other', () => {
  const listed = [...table.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code);

  expect(listed.sort()).toEqual(Object.keys(errorCodes).sort());
});

test.each(Object.entries(errorCodes))(
  '%s says in both languages what happened, and names no code',
  (_code, { ja, en }) => {
    expect(ja).toMatch(/[ぁ-ん]/);
    expect(en).toMatch(/^[A-Z].+[.]$/);
    expect(`${ja}${en}`).not.toMatch(/\b\d{3}\b|Error/);
  },
);
