import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { SlackConfig } from '../../../src/config.ts';
import type { Database } from '../../../src/platform/database.ts';
import { RelayError } from '../../../src/platform/errors.ts';
import { newToken } from '../../../src/platform/ids.ts';
import { openWorkspaces, readTie, type SlackWorkspaces } from '../../../src/slack/index.ts';
import { makeTestClock, type TestClock } from '../../support/clock.ts';
import { addCompany, openTestVault } from '../../support/company.ts';
import { openTestDatabase } from '../../support/database.ts';
import { type FakeSlack, type FakeWorkspace, startFakeSlack } from '../../support/fake-slack.ts';

export const baseUrl = 'https://relay.example.com';

/** The workspaces of one process, on an empty database, over a fake Slack. */
export interface Room extends SlackWorkspaces {
  readonly database: Database;
  readonly vault: ReturnType<typeof openTestVault>;
  readonly clock: TestClock;
  readonly slack: FakeSlack;
  readonly config: SlackConfig;
  readonly logged: readonly string[];
  /** The same in another process. */
  openAnother(change?: SlackConfig): SlackWorkspaces;
  newCompany(): Promise<string>;
  /** Installs it, as an admin and a person in Slack do it together. */
  connect(companyId: string, workspace: FakeWorkspace): ReturnType<SlackWorkspaces['install']['finish']>;
  tieOf(companyId: string): ReturnType<typeof readTie>;
  actionsOf(companyId: string): Promise<readonly string[]>;
  rowOf(teamRef: string): Promise<Row | undefined>;
  close(): Promise<void>;
}
type Row = { readonly workspace_id: string; readonly data_key: string; readonly installation: string | null };

export async function openRoom(): Promise<Room> {
  const database = await openTestDatabase();
  const vault = openTestVault();
  const clock = makeTestClock();
  const slack = await startFakeSlack({ now: () => clock.now() });
  slack.limitRates(false);
  const logged: string[] = [];
  const log = pino(
    { level: 'debug' },
    new Writable({ write: (chunk, _encoding, done) => done(void logged.push(String(chunk))) }),
  );
  const { clientId, clientSecret, signingSecret, authorizeUrl, url: apiUrl } = slack;
  const config = { clientId, clientSecret, signingSecret, authorizeUrl, apiUrl };
  const open = (change: SlackConfig = {}) =>
    openWorkspaces({ database, vault, clock, log, slack: { ...config, ...change }, baseUrl });
  const own = open();
  return {
    ...own,
    ...{ database, vault, clock, slack, config, logged },
    openAnother: open,
    newCompany: async () => (await addCompany(database, vault, clock.now())).company.companyId,
    async connect(companyId, workspace) {
      const browser = newToken();
      const { url } = await own.install.begin({ companyId, browser });
      const back = new URL(slack.agree(url, workspace, workspace.addUser()));
      const { state = '', code = '' } = Object.fromEntries(back.searchParams);
      return own.install.finish({ state, browser, answer: { code } });
    },
    tieOf: (companyId) => database.forSystem((tx) => readTie(tx, companyId)),
    actionsOf: (companyId) =>
      database.forSystem(async (tx) =>
        (
          await tx
            .selectFrom('audit_entry')
            .select('action')
            .where('company_id', '=', companyId)
            .where('action', 'like', 'slack.%')
            .orderBy('seq')
            .execute()
        ).map(({ action }) => action),
      ),
    rowOf: (teamRef) =>
      database.forSystem((tx) =>
        tx
          .selectFrom('slack_workspace')
          .select(['workspace_id', 'data_key', 'installation'])
          .where('team_ref', '=', teamRef)
          .executeTakeFirst(),
      ),
    async close() {
      await slack.close();
      await database.close();
    },
  };
}

/** The code of the error that work ends with; 'none' where it ends well. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof RelayError) return error.code;
    throw error;
  }
}
