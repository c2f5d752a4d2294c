import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Tx } from '../../../src/platform/database.ts';
import { tieCompany } from '../../../src/slack/workspace/store.ts';
import { meet } from '../../support/meet.ts';
import { openRoom, type Room } from './support.ts';

let room: Room;

beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

// The embedded database has one connection, so there no transaction ever waits for a row of another.
const onServer = process.env.DATABASE_URL ? test : test.skip;

/** A workspace that one company uses. */
async function openStory() {
  const workspace = room.slack.addWorkspace();
  const companyId = await room.newCompany();
  await room.connect(companyId, workspace);
  const row = await room.rowOf(workspace.teamRef);
  return { workspace, companyId, workspaceId: row?.workspace_id ?? '' };
}

const lockWorkspace = (workspaceId: string) => (tx: Tx) =>
  tx.selectFrom('slack_workspace').select('name').where('workspace_id', '=', workspaceId).forUpdate().execute();
const lockCompany = (companyId: string) => (tx: Tx) =>
  tx.selectFrom('company').select('name').where('company_id', '=', companyId).forNoKeyUpdate().execute();

onServer('a workspace is installed again just while Slack tells that it was uninstalled', async () => {
  const { workspace, companyId, workspaceId } = await openStory();
  // As an uninstall writes them: the workspace, then the audit line of each of its companies.
  const uninstall = { first: lockWorkspace(workspaceId), second: lockCompany(companyId) };

  const installed = await meet(room.database, uninstall, () => room.connect(companyId, workspace));

  expect(installed).toMatchObject({ ok: true });
});

onServer(
  'the last company leaves a workspace just while another one joins it, and takes nothing from that',
  async () => {
    const { workspace, companyId, workspaceId } = await openStory();
    const otherId = await room.newCompany();
    const join = async (tx: Tx) => {
      await lockWorkspace(workspaceId)(tx);
      await tieCompany(tx, { companyId: otherId, workspaceId, now: room.clock.now() });
    };

    const left = await meet(room.database, { first: join }, () => room.disconnect(companyId));

    expect(left).toBe('kept');
    expect(await room.tieOf(otherId)).toMatchObject({ state: 'installed', teamRef: workspace.teamRef });
  },
);

onServer('two companies that leave a workspace at once leave no token behind', async () => {
  const { workspace, companyId, workspaceId } = await openStory();
  const otherId = await room.newCompany();
  await room.connect(otherId, workspace);
  const leave = async (tx: Tx) => {
    await lockWorkspace(workspaceId)(tx);
    await tx.deleteFrom('slack_tie').where('company_id', '=', otherId).execute();
  };

  const left = await meet(room.database, { first: leave }, () => room.disconnect(companyId));

  expect(left).toBe('uninstalled');
  expect((await room.rowOf(workspace.teamRef))?.installation).toBeNull();
});
