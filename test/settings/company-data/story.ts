import { addMember, type Browser } from '../identity/browser.ts';
import { addCompany, baseUrl, type TestRelay } from '../relay.ts';

/** A company whose letters leave at once and whose first referral earns a credit, with an owner and everything a stream leaves. */
export interface Story {
  readonly slug: string;
  readonly id: string;
  readonly connectionId: string;
  readonly owner: Browser;
  readonly ownerEmail: string;
  readonly emails: readonly string[];
}

let stories = 0;

/** Two people are rejected and written to; the first agrees, and the company reserves the credit it got. */
export async function tellStory(relay: TestRelay): Promise<Story> {
  stories += 1;
  const { slug, id } = await addCompany(relay);
  const terms = { countsAt: 'consent', perCredit: 1, referralPeriodMonths: 12, creditValidMonths: null };
  await relay.call('PUT', `/companies/${slug}/agency/terms`, terms);
  const { browser: owner, email: ownerEmail } = await addMember(relay, slug, 'owner', '𠮷野 太郎');
  await relay.call('POST', `/companies/${slug}/invitations`, { email: `guest${stories}@example.com`, role: 'viewer' });
  await relay.call('POST', `/companies/${slug}/tokens`, { name: '集計', role: 'viewer' });
  const { body: connection } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  await relay.call('PATCH', `/connections/${connection.id}`, {
    state: 'live',
    letter: { holdMinutes: 0, window: 'always' },
  });
  const emails = [`taro${stories}@example.com`, `jiro${stories}@example.com`];
  for (const email of emails) await reject(relay, connection.id, email);
  await agree(relay, emails[0] ?? '');
  await relay.call('POST', '/credits/reserve', { company: slug, reason: '営業職' });
  await relay.jobs.runDue();
  return { slug, id, connectionId: connection.id, owner, ownerEmail, emails };
}

export async function reject(relay: TestRelay, connectionId: string, email: string) {
  const person = { givenName: '太郎', familyName: '髙﨑', email, job: '営業, 東京' };
  const { headers, body, ...refs } = relay.fake.reject(person);
  const { statusCode } = await relay.server.inject({
    method: 'POST',
    url: `/hooks/${connectionId}`,
    headers,
    payload: body,
  });
  await work(relay);
  return { status: statusCode, ...refs };
}

async function work(relay: TestRelay): Promise<void> {
  await relay.jobs.runDue();
  await relay.letters.sweep();
  await relay.jobs.runDue();
}

/** The applicant opens the link of the mail, ticks the box and presses the button. */
async function agree(relay: TestRelay, email: string): Promise<void> {
  const { body } = await relay.call('GET', '/outbox');
  const mail = body.items.find(({ to }: { readonly to: string }) => to.includes(email));
  const [link = ''] = /https:\/\/relay\.example\.com\/c\/[\w-]+/.exec(mail.text) ?? [];
  const path = new URL(link).pathname;
  const page = await relay.server.inject({ method: 'GET', url: path });
  const [, nonce = ''] = /name="nonce" value="([^"]+)"/.exec(page.body) ?? [];
  const [cookie] = page.cookies;
  await relay.server.inject({
    method: 'POST',
    url: path,
    headers: { origin: baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
    cookies: { [cookie?.name ?? '']: cookie?.value ?? '' },
    payload: new URLSearchParams({ nonce, introduction: 'yes', decision: 'grant' }).toString(),
  });
  await work(relay);
}
