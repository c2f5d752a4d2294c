import { expect } from '@jest/globals';
import type { TestClock } from '../support/clock.ts';
import { type FakeSlack, type FakeWorkspace, startFakeSlack } from '../support/fake-slack.ts';
import { addCompany, openRelay, type TestRelay } from './relay.ts';

/** The API with a Slack beside it, for what an admin settles there. */
export interface SlackRoom {
  readonly slack: FakeSlack;
  readonly relay: TestRelay;
  /** A company tied to this workspace, else to one of its own; its notices arrive at all hours. */
  tie(workspace?: FakeWorkspace): Promise<Tied>;
  /** A live connection of the company to the ATS. */
  connectAts(company: string): Promise<string>;
  /** As many rejections, whose letters the next notice tells of. */
  reject(connectionId: string, count: number, job?: string): Promise<void>;
  /** Lets everything that is due happen, also what waits some seconds for others of its kind. */
  work(): Promise<void>;
  /** What changed about Slack, oldest first. */
  listActions(company: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Tied {
  readonly slug: string;
  readonly companyId: string;
  readonly workspace: FakeWorkspace;
  /** The API below the company: `/companies/…/slack`. */
  call(method: Parameters<TestRelay['call']>[0], path: string, body?: object): ReturnType<TestRelay['call']>;
}

export async function openSlackRoom(clock: TestClock): Promise<SlackRoom> {
  const slack = await startFakeSlack({ now: () => clock.now() });
  slack.limitRates(false);
  const { clientId, clientSecret, signingSecret, authorizeUrl, url: apiUrl } = slack;
  const relay = await openRelay({ clock, slack: { clientId, clientSecret, signingSecret, authorizeUrl, apiUrl } });
  let people = 0;
  return {
    slack,
    relay,
    async tie(workspace = slack.addWorkspace({ name: '架空さくら' })) {
      const { slug, id: companyId } = await addCompany(relay);
      const call: Tied['call'] = (method, path, body) => relay.call(method, `/companies/${slug}/slack${path}`, body);
      const { status } = await call('POST', '/connect', { botToken: workspace.token });
      await call('PUT', '/hours', { from: '00:00', to: '23:59', days: 'every' });
      expect(status).toBe(200);
      return { slug, companyId, workspace, call };
    },
    async connectAts(company) {
      const settings = relay.settings;
      const { body } = await relay.call('POST', '/connections', { company, connector: 'greenhouse', settings });
      await relay.call('PATCH', `/connections/${body.id}`, { state: 'live' });
      return body.id;
    },
    async reject(connectionId, count, job = '営業職（東京）') {
      for (let index = 0; index < count; index += 1) {
        people += 1;
        const email = `hanako${people}@example.com`;
        const { headers, body } = relay.fake.reject({ givenName: '花子', familyName: '髙﨑', email, job });
        await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
      }
    },
    async work() {
      for (let round = 0; round < 4; round += 1) {
        await relay.jobs.runDue();
        await relay.letters.sweep();
        await relay.jobs.runDue();
        await relay.slack.sweeps.unsent();
        clock.advance(6_000);
      }
    },
    async listActions(company) {
      const { body } = await relay.call('GET', `/audit?company=${company}`);
      return body.items
        .map(({ action }: { readonly action: string }) => action)
        .filter((action: string) => action.startsWith('slack.'))
        .toReversed();
    },
    async close() {
      await relay.close();
      await slack.close();
    },
  };
}

/** Everything a message or view says, to look for words in. */
export const textOf = (thing: unknown): string => JSON.stringify(thing) ?? '';
