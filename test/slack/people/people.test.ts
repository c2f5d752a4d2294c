import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { Company } from '../../../src/company/index.ts';
import { listAudit } from '../../../src/platform/audit.ts';
import { openCache } from '../../../src/platform/cache.ts';
import type { Database } from '../../../src/platform/database.ts';
import { newId } from '../../../src/platform/ids.ts';
import { listPeople, openPeople, type People, readViewer } from '../../../src/slack/people/index.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { addCompany, openTestVault } from '../../support/company.ts';
import { openTestDatabase } from '../../support/database.ts';

const vault = openTestVault();
const cache = openCache({ redisUrl: undefined, log: pino({ level: 'silent' }) });
let database: Database;
let clock: TestClock;
let people: People;
let company: Company;
let teamRef: string;
const user = 'U0TAKASAKI';

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  clock = makeTestClock();
  people = openPeople({ database, clock, cache });
  ({ company } = await addCompany(database, vault, clock.now()));
  teamRef = await tie(company.companyId);
});

/** A workspace of its own for this company; gives Slack's id of it. */
async function tie(companyId: string): Promise<string> {
  const workspaceId = newId();
  const ref = `T0${newId().slice(-10).toUpperCase()}`;
  const now = clock.now();
  await database.forSystem(async (tx) => {
    await tx
      .insertInto('slack_workspace')
      .values({
        ...{ workspace_id: workspaceId, team_ref: ref, name: 'x', app_ref: null, bot_user_ref: null },
        ...{ data_key: vault.newDataKey(workspaceId), installation: 'sealed', source: 'oauth' },
        ...{ installed_at: now, uninstalled_at: null, broken_reason: null, updated_at: now },
      })
      .execute();
    const hours = JSON.stringify({ from: '09:00', to: '20:00', days: 'business' });
    await tx.deleteFrom('slack_tie').where('company_id', '=', companyId).execute();
    await tx
      .insertInto('slack_tie')
      .values({ company_id: companyId, workspace_id: workspaceId, hours, tied_at: now, updated_at: now })
      .execute();
  });
  return ref;
}

const view = (ref = teamRef, userRef = user) => database.forSystem((tx) => readViewer(tx, { teamRef: ref, userRef }));
const audit = () => database.forCompany(company.companyId, (tx) => listAudit(tx, { ...company, limit: 20 }));

test('who is linked acts with the role given, until it is taken back', async () => {
  await people.linkPerson(company.companyId, { slackRef: user, role: 'recruiter' }, 'admin');
  const linked = await view();
  await people.changeRole(company.companyId, user, 'viewer', 'admin');
  const changed = await view();
  await people.unlinkPerson(company.companyId, user, 'admin');

  expect(linked.companies).toMatchObject([{ companyId: company.companyId, role: 'recruiter', locale: 'ja' }]);
  expect(changed.companies).toMatchObject([{ role: 'viewer' }]);
  expect(await view()).toMatchObject({ isTied: true, companies: [] });
});

test('every change leaves one line of ids and roles in the audit log, and no change none', async () => {
  await people.linkPerson(company.companyId, { slackRef: user, role: 'recruiter' }, 'admin');
  await people.linkPerson(company.companyId, { slackRef: user, role: 'recruiter' }, 'admin');
  await people.linkPerson(company.companyId, { slackRef: user, role: 'owner' }, 'admin');
  await people.unlinkPerson(company.companyId, user, `slack:${teamRef}:U0OWNER`);

  const lines = (await audit()).items.filter(({ action }) => action.startsWith('slack.')).reverse();
  expect(lines).toMatchObject([
    { action: 'slack.person-linked', actor: 'admin', subject: user, detail: { role: 'recruiter' } },
    { action: 'slack.role-changed', subject: user, detail: { from: 'recruiter', to: 'owner' } },
    { action: 'slack.person-unlinked', actor: `slack:${teamRef}:U0OWNER`, subject: user },
  ]);
});

test('a link made for one workspace is worth nothing in another', async () => {
  await people.linkPerson(company.companyId, { slackRef: user, role: 'owner' }, 'admin');

  const elsewhere = await tie(company.companyId);

  expect(await view(elsewhere)).toMatchObject({ isTied: true, companies: [] });
  expect(await view(teamRef)).toMatchObject({ isTied: false, companies: [] });
  expect(await database.forCompany(company.companyId, (tx) => listPeople(tx, company.companyId))).toEqual([]);
});

test('who is not linked is told the owners, three at the most', async () => {
  for (const slackRef of ['U0OWNER1', 'U0OWNER2', 'U0OWNER3', 'U0OWNER4']) {
    clock.advance(1_000);
    await people.linkPerson(company.companyId, { slackRef, role: 'owner' }, 'admin');
  }

  expect((await view()).ownerRefs).toEqual(['U0OWNER1', 'U0OWNER2', 'U0OWNER3']);
});

test.each(['', 'takasaki', 'C0123456789', 'u0takasaki', "U0'; drop"])(
  '%p is no Slack user to link',
  async (slackRef) => {
    await expect(people.linkPerson(company.companyId, { slackRef, role: 'viewer' }, 'admin')).rejects.toMatchObject({
      code: 'request_invalid',
    });
  },
);

test('nobody is linked to a company without a workspace, and nobody unknown is changed', async () => {
  const { company: untied } = await addCompany(database, vault, clock.now());

  await expect(people.linkPerson(untied.companyId, { slackRef: user, role: 'owner' }, 'admin')).rejects.toMatchObject({
    code: 'slack_not_connected',
  });
  await expect(people.makeLinkCode(untied.companyId, 'owner', 'admin')).rejects.toMatchObject({
    code: 'slack_not_connected',
  });
  await expect(people.changeRole(company.companyId, user, 'owner', 'admin')).rejects.toMatchObject({
    code: 'request_not_found',
  });
  await expect(people.unlinkPerson(company.companyId, user, 'admin')).rejects.toMatchObject({
    code: 'request_not_found',
  });
});

test('a code has eighty random bits, is kept as a hash, and links once', async () => {
  const { code } = await people.makeLinkCode(company.companyId, 'recruiter', 'admin');
  const kept = await database.forCompany(company.companyId, (tx) =>
    tx.selectFrom('slack_link_code').selectAll().execute(),
  );

  const together = await Promise.all(
    ['U0FIRST00', 'U0SECOND0'].map((userRef) => people.redeem({ teamRef, userRef }, code)),
  );

  expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  expect(JSON.stringify(kept)).not.toContain(code.slice(0, 9));
  expect(together.map(({ kind }) => kind).sort()).toEqual(['linked', 'unknown-code']);
});

test('a code is read however it is typed, and after a day no more', async () => {
  const first = await people.makeLinkCode(company.companyId, 'recruiter', 'admin');
  const second = await people.makeLinkCode(company.companyId, 'viewer', 'admin');
  const typed = first.code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');

  const linked = await people.redeem({ teamRef, userRef: user }, typed);
  clock.advance(24 * 3_600_000);
  const late = await people.redeem({ teamRef, userRef: user }, second.code);

  expect(linked).toEqual({ kind: 'linked', companyId: company.companyId, company: company.name, role: 'recruiter' });
  expect(late).toEqual({ kind: 'unknown-code' });
});

test('a code of a company of another workspace is not used up there', async () => {
  const { company: other } = await addCompany(database, vault, clock.now());
  const otherTeam = await tie(other.companyId);
  const { code } = await people.makeLinkCode(company.companyId, 'owner', 'admin');

  const there = await people.redeem({ teamRef: otherTeam, userRef: user }, code);
  const here = await people.redeem({ teamRef, userRef: user }, code);

  expect([there.kind, here.kind]).toEqual(['unknown-code', 'linked']);
});

test('after five wrong codes within a minute even the right one has to wait', async () => {
  const { code } = await people.makeLinkCode(company.companyId, 'owner', 'admin');
  const guess = () => people.redeem({ teamRef, userRef: 'U0GUESSER' }, 'AAAA-AAAA-AAAA-AAAA');
  for (let tries = 0; tries < 5; tries += 1) expect(await guess()).toEqual({ kind: 'unknown-code' });

  const right = await people.redeem({ teamRef, userRef: 'U0GUESSER' }, code);
  clock.advance(60_001);
  const later = await people.redeem({ teamRef, userRef: 'U0GUESSER' }, code);

  expect([right.kind, later.kind]).toEqual(['slow-down', 'linked']);
});
