import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readLastActivity } from '../../src/intake/index.ts';
import { newId } from '../../src/platform/ids.ts';
import { addFileCompany, hanako } from '../settings/files.ts';
import { openRelay, type TestRelay } from '../settings/relay.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

const read = (companyId: string) => relay.database.forCompany(companyId, (tx) => readLastActivity(tx, companyId));

test('the last thing that came in by each connection is told, until it is removed', async () => {
  const company = await addFileCompany(relay);
  const added = await relay.call('POST', '/connections', {
    company: company.slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  const { id: connectionId, companyId } = added.body;
  const before = await read(companyId);
  relay.fake.apply?.(hanako);
  for (const _delivery of [1, 2]) {
    relay.clock.advance(1_000);
    const { headers, body: payload } = relay.fake.reject(hanako);
    await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload });
  }
  const heardAt = relay.clock.now();
  relay.clock.advance(1_000);
  await relay.call('POST', `/connections/${connectionId}/poll`);
  const polledAt = relay.clock.now();
  relay.clock.advance(1_000);
  company.fake.apply(hanako);
  await company.importNow();

  const after = await read(companyId);
  await relay.call('DELETE', `/connections/${connectionId}`);

  const none = { lastDeliveryAt: null, lastPolledAt: null, lastImportAt: null };
  const imported = { connectionId: company.connectionId, ...none, lastImportAt: relay.clock.now() };
  expect(before).toEqual([
    { connectionId: company.connectionId, ...none },
    { connectionId, ...none },
  ]);
  expect(after).toEqual([imported, { connectionId, ...none, lastDeliveryAt: heardAt, lastPolledAt: polledAt }]);
  expect(await read(companyId)).toEqual([imported]);
  expect(await read(newId())).toEqual([]);
});
