import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Database } from '../../../src/platform/database.ts';
import { openTestDatabase } from '../../support/database.ts';
import { makeConnection, makeLetter, noticeId, openRig, type Rig, textOf } from './rig.ts';

let database: Database;
let rig: Rig;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  rig = await openRig(database);
});
afterEach(() => rig.close());

/** As bad as names of others get. */
const worst = `<!channel> 髙﨑 𠮷野 O'Brien & 🌱 ${'&'.repeat(500)}${'𠮷'.repeat(2_000)}`;

/** An owner who reads this language, and fifty connections of everything. */
async function prepare(locale: 'ja' | 'en'): Promise<string> {
  const user = await rig.addUser('owner');
  await database.forSystem((tx) =>
    tx.updateTable('slack_person').set({ locale }).where('slack_ref', '=', user).execute(),
  );
  rig.stream.connections = Array.from({ length: 120 }, (_, index) =>
    makeConnection(rig.company.companyId, { mode: 'ats-triggered', state: index % 2 ? 'paused' : 'live' }),
  );
  const connectionId = rig.stream.connections[0]?.connectionId ?? '';
  const letter = {
    job: worst,
    stage: worst,
    rejectionReason: worst,
    applicationRef: worst,
    givenName: worst,
    familyName: worst,
  };
  const states = ['held', 'failed', 'unknown'] as const;
  rig.stream.letters = Array.from({ length: 200 }, (_, index) =>
    makeLetter(connectionId, { ...letter, status: states[index % 3] ?? 'held' }),
  );
  rig.stream.unknownReasons = [{ connectionId, reasonRef: 'r'.repeat(150), name: worst, heldLetters: 100_000 }];
  rig.stream.reasons = Array.from({ length: 300 }, (_, index) => ({
    ...{ reasonRef: `${index}`, name: worst, decidedBy: 'company' as const },
  }));
  rig.stream.reservations = [
    {
      ...{ reservationId: '01890000-0000-7000-8000-0000000000dd', reason: worst, reservedAt: rig.clock.now() },
      ...{ companyId: rig.company.companyId, key: '' },
    },
  ];
  return user;
}

// The fake refuses every view that Slack would refuse, so a modal that is shown is within the limits.
describe.each(['ja', 'en'] as const)('with the worst names, in %s, Slack takes', (locale) => {
  test.each([
    ['letters-review', /7100101|𠮷/],
    ['reasons-map', /𠮷/],
    ['credit-reserve', /200/],
    ['credit-settle', /𠮷/],
    ['connection-pause', /ATS/],
    ['connection-resume', /ATS/],
    ['reject-begin', /ATS/],
  ])('the modal of %s', async (actionId, expected) => {
    const user = await prepare(locale);
    const channel = rig.workspace.addChannel();
    rig.stream.hasNames.add(channel);

    await rig.press(user, actionId, { companyId: rig.company.companyId, noticeId }, channel);

    expect(textOf(rig.modal(user).view)).toMatch(expected);
    expect(rig.workspace.broadcasts).toEqual([]);
  });

  test('the confirmation of a reason', async () => {
    const user = await prepare(locale);
    await rig.press(user, 'reasons-map', { companyId: rig.company.companyId });

    await rig.submit(user, { 'decided-by': 'unknown', letter: 'hold' });
    const asked = textOf(rig.modal(user).view);
    await rig.submit(user);

    expect(asked).toContain('100000');
    expect(rig.did).toHaveLength(1);
    expect(JSON.stringify(rig.modal(user).view)).toContain('reasons-map');
  });

  test('every step of a rejection', async () => {
    const user = await prepare(locale);
    rig.stream.connections = rig.stream.connections.slice(0, 2);
    await rig.press(user, 'reject-begin', { companyId: rig.company.companyId });

    const connection = rig.stream.connections[1]?.connectionId ?? '';
    await rig.submit(user, { connection, application: '7100101' });
    await rig.submit(user, { reason: '42', template: '502' });
    const preview = textOf(rig.modal(user).view);
    await rig.click(user, 'reject-confirm');

    expect(preview).toMatch(/7100101/);
    expect(rig.did).toHaveLength(1);
    expect(rig.workspace.broadcasts).toEqual([]);
  });
});
