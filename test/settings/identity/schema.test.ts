import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getAuthTables } from 'better-auth/db';
import { getMigrations } from 'better-auth/db/migration';
import { openRelay, type TestRelay } from '../relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

test('our tables are those the sign-in library wants: it would neither make nor change one', async () => {
  const { toBeCreated, toBeAdded } = await getMigrations(relay.identity.library.options);

  expect(toBeCreated.map(({ table }) => table)).toEqual([]);
  expect(toBeAdded.map(({ table, fields }) => [table, Object.keys(fields)])).toEqual([]);
});

test('every table of the library is one of ours by name', () => {
  const names = Object.values(getAuthTables(relay.identity.library.options)).map(({ modelName }) => modelName);

  expect(names.toSorted()).toEqual([
    'auth_account',
    'auth_passkey',
    'auth_session',
    'auth_two_factor',
    'auth_user',
    'auth_verification',
  ]);
});
