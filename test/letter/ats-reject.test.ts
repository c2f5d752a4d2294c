import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection, VendorTemplate } from '../../src/connector/index.ts';
import { listRejectionTemplates, previewRejection, rejectInAts } from '../../src/letter/index.ts';
import { addCompany, baseUrl, openRelay, type TestRelay } from '../settings/relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

const hanako = { givenName: '花子', familyName: '𠮷野', email: 'hanako@example.com', job: 'デザイナー' };

async function prepare(mode = 'ats-triggered') {
  const { slug } = await addCompany(relay);
  const { body } = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });
  await relay.call('PATCH', `/connections/${body.id}`, { mode });
  const templateRef = relay.fake.addTemplate(
    'O’Brien の手紙 🌸',
    `{{CANDIDATE_NAME}} 様\n<!channel> ${baseUrl}/r/${slug}`,
  );
  const { applicationRef = '' } = relay.fake.apply?.(hanako) ?? {};
  return { slug, id: body.id as string, asked: { applicationRef, reasonRef: '14001', templateRef } };
}

const parts = () => ({ ...relay, baseUrl });
const read = async (id: string): Promise<Connection> =>
  (await relay.database.forSystem((tx) => relay.connections.read(tx, id))) as Connection;
const countRejects = () => relay.fake.calls.filter(({ path }) => path.endsWith('/reject')).length;

describe('before rejecting in the ATS', () => {
  test('a person sees whom it is about and what the ATS will say, and nothing is done', async () => {
    const { slug, id, asked } = await prepare();
    const before = countRejects();

    const preview = await previewRejection(parts(), await read(id), asked);

    expect(preview).toEqual({
      ok: true,
      state: 'active',
      job: null,
      stage: expect.any(String),
      givenName: '花子',
      familyName: '𠮷野',
      reasonName: 'スキル・経験の不一致',
      templateName: 'O’Brien の手紙 🌸',
      templateText: `{{CANDIDATE_NAME}} 様\n<!channel> ${baseUrl}/r/${slug}`,
    });
    expect(countRejects()).toBe(before);
    expect(relay.logged.join('\n')).not.toContain('𠮷野');
  });

  test.each([
    [{ templateRef: '99' }, 'unknown-template'],
    [{ templateRef: '501' }, 'template-without-link'],
    [{ reasonRef: '999' }, 'unknown-reason'],
    [{ applicationRef: '404' }, 'application-gone'],
  ] as const)('with %j it is said to be %s', async (change, reason) => {
    const { id, asked } = await prepare();

    const preview = await previewRejection(parts(), await read(id), { ...asked, ...change });

    expect(preview).toEqual({ ok: false, reason });
  });

  test('one that is rejected by now is said to be', async () => {
    const { id, asked } = await prepare();
    await relay.call('POST', `/connections/${id}/reject`, asked);

    const preview = await previewRejection(parts(), await read(id), asked);

    expect(preview).toEqual({ ok: false, reason: 'already-rejected' });
  });

  test('a connection in another mode asks the ATS for nothing', async () => {
    const { id, asked } = await prepare('relay-sent');
    const before = relay.fake.calls.length;

    const preview = await previewRejection(parts(), await read(id), asked);

    expect(preview).toEqual({ ok: false, reason: 'wrong-mode' });
    expect(relay.fake.calls).toHaveLength(before);
  });
});

test('who rejected stands in the audit log, by an id', async () => {
  const { slug, id, asked } = await prepare();

  const answer = await rejectInAts(parts(), await read(id), { ...asked, sendAt: null }, 'slack:U0AAAAAAA');

  const { items } = (await relay.call('GET', `/audit?company=${slug}`)).body;
  expect(answer).toEqual({ ok: true });
  expect(items.slice(0, 2)).toMatchObject([
    { actor: 'slack:U0AAAAAAA', action: 'rejection.answered', detail: { outcome: 'done' } },
    { actor: 'slack:U0AAAAAAA', action: 'rejection.asked', detail: asked },
  ]);
});

describe('a template that has markup alone', () => {
  async function readText(content: string): Promise<string | undefined> {
    const { id } = await prepare();
    const template: VendorTemplate = { templateRef: '1', name: 'x', content };
    const connections = { listTemplates: async () => [template] } as unknown as TestRelay['connections'];
    const [read1] = await listRejectionTemplates({ ...parts(), connections }, await read(id));
    return read1?.text;
  }

  test.each([
    ['<p>髙﨑 様</p><p>一行目<br>二行目</p>', '髙﨑 様\n\n一行目\n二行目'],
    [
      '<style>p { color: red }</style><!-- note --><div>O&#39;Brien &amp; &lt;!channel&gt; &#x1F338;</div>',
      "O'Brien & <!channel> 🌸",
    ],
    ['plain 🌸 text,  3 < 5 &unknown; &#0; &#9999999;', 'plain 🌸 text, 3 < 5 &unknown; &#0; &#9999999;'],
  ])('is shown as lines: %s', async (content, text) => {
    expect(await readText(content)).toBe(text);
  });
});
