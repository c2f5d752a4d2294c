import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/platform/ids.ts';
import { addCompany, baseUrl, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;

beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

const hanako = { givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', job: 'デザイナー' };

async function connect(settings: Readonly<Record<string, string>> = {}) {
  const { slug } = await addCompany(relay);
  const answer = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: { ...relay.settings, ...settings },
  });
  return { slug, id: answer.body.id as string, generated: answer.body.generated };
}

const switchTo = (id: string, mode: string) => relay.call('PATCH', `/connections/${id}`, { mode });
const calls = (path: string) => relay.fake.calls.filter((call) => call.path.endsWith(path)).length;
const audited = async (slug: string) =>
  (await relay.call('GET', `/audit?company=${slug}`)).body.items.map(({ action, detail }: Record<string, object>) => [
    action,
    detail,
  ]);

describe('a secret that we made up', () => {
  test('is told when the connection is made, works, and is never told again', async () => {
    const { webhookSecret: _, ...given } = relay.settings;
    const { slug } = await addCompany(relay);

    const added = await relay.call('POST', '/connections', { company: slug, connector: 'greenhouse', settings: given });

    const secret: string = added.body.generated.webhookSecret;
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(Object.keys(added.body.generated)).toEqual(['webhookSecret']);
    const later = [
      await relay.call('GET', `/connections/${added.body.id}`),
      await relay.call('PATCH', `/connections/${added.body.id}`, { letter: { holdMinutes: 5 } }),
      await relay.call('GET', `/audit?company=${slug}`),
    ];
    expect(JSON.stringify(later) + relay.logged.join('\n')).not.toContain(secret);
    expect(later[0]?.body).not.toHaveProperty('generated');
  });

  test('is none where one was given', async () => {
    expect((await connect()).generated).toEqual({});
  });
});

describe('webhooks', () => {
  test('by a credential of the company are a guide with the address filled in, and nothing is made', async () => {
    const { id } = await connect();

    const { status, body } = await relay.call('POST', `/connections/${id}/webhooks`);

    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'by-hand', webhookUrl: `${baseUrl}/hooks/${id}` });
    expect(body.events).toContain('reject_candidate');
    expect(JSON.stringify(body.steps)).toContain(`${baseUrl}/hooks/${id}`);
    expect(JSON.stringify(body.steps)).not.toContain('{url}');
    expect(calls('/v3/webhooks')).toBe(0);
  });

  test('of a connection that is not there are not found', async () => {
    expect((await relay.call('POST', `/connections/${newId()}/webhooks`)).status).toBe(404);
  });
});

test('reasons are listed with who decides by them and with the company’s rule', async () => {
  const { id } = await connect();
  await relay.call('PATCH', `/connections/${id}`, { mapping: { reasons: { '42': { letter: 'skip' } } } });

  const { body } = await relay.call('GET', `/connections/${id}/reasons`);

  expect(body).toEqual({
    items: [
      { reasonRef: '31', name: 'Took another offer', decidedBy: 'candidate', rule: null },
      { reasonRef: '42', name: 'Other', decidedBy: 'unknown', rule: { letter: 'skip' } },
      { reasonRef: '14001', name: 'スキル・経験の不一致', decidedBy: 'company', rule: null },
    ],
    nextCursor: null,
  });
});

test('templates are told apart by the link they carry, and the address of another company is none of ours', async () => {
  const { id, slug } = await connect({ linkField: 'career_relay_link' });
  const ours = relay.fake.addTemplate('自社のリンク', `こちら: ${baseUrl}/r/${slug}\nよろしく`);
  const theirs = relay.fake.addTemplate('他社のリンク', `${baseUrl}/r/${slug}-holdings`);

  const { body } = await relay.call('GET', `/connections/${id}/templates`);

  const links = new Map(
    body.items.map((item: { readonly templateRef: string; readonly carriesLink: string }) => [
      item.templateRef,
      item.carriesLink,
    ]),
  );
  expect([...['501', '502', '503'], ours, theirs].map((ref) => links.get(ref))).toEqual([
    'none',
    'personal',
    'none',
    'static',
    'none',
  ]);
  expect(links.has('504')).toBe(false);
});

describe('rejecting from here', () => {
  async function prepare() {
    const { id, slug } = await connect();
    await switchTo(id, 'ats-triggered');
    const templateRef = relay.fake.addTemplate('自社のリンク', `${baseUrl}/r/${slug}`);
    const applicationRef = relay.fake.apply?.(hanako).applicationRef ?? '';
    return { id, slug, body: { applicationRef, templateRef, reasonRef: '14001' } };
  }

  test('rejects once with that template, and both steps stand in the audit log', async () => {
    const { id, slug, body } = await prepare();
    const before = calls('/reject');

    const first = await relay.call('POST', `/connections/${id}/reject`, {
      ...body,
      sendAt: '2026-11-25T00:00:00.000Z',
    });
    const again = await relay.call('POST', `/connections/${id}/reject`, body);

    expect(first).toEqual({ status: 200, body: { ok: true } });
    expect(again).toEqual({ status: 200, body: { ok: false, reason: 'already-rejected' } });
    expect(calls('/reject') - before).toBe(2);
    expect(relay.fake.mails.filter(({ applicationRef }) => applicationRef === body.applicationRef)).toEqual([
      { applicationRef: body.applicationRef, sendAt: '2026-11-25T00:00:00.000Z', text: `${baseUrl}/r/${slug}` },
    ]);
    const lines = await audited(slug);
    expect(lines).toContainEqual(['rejection.asked', { ...body, sendAt: '2026-11-25T00:00:00.000Z' }]);
    expect(lines).toContainEqual(['rejection.answered', { applicationRef: body.applicationRef, outcome: 'done' }]);
  });

  test.each(['relay-sent', 'ats-static', 'ats-personal'])('is refused in mode %s', async (mode) => {
    const { id, body } = await prepare();
    await switchTo(id, mode);
    const before = calls('/reject');

    const answer = await relay.call('POST', `/connections/${id}/reject`, body);

    expect(answer).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
    expect(calls('/reject')).toBe(before);
  });

  test.each(['501', '502', '504', '99'])(
    'is refused with template %s, which does not carry our link',
    async (templateRef) => {
      const { id, body } = await prepare();
      const before = calls('/reject');

      const answer = await relay.call('POST', `/connections/${id}/reject`, { ...body, templateRef });

      expect(answer).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
      expect(calls('/reject')).toBe(before);
    },
  );

  test('is refused with a template of the personal link, which would stand empty in the mail', async () => {
    const { id } = await connect({ linkField: 'career_relay_link' });
    await switchTo(id, 'ats-triggered');
    const { applicationRef = '' } = relay.fake.apply?.(hanako) ?? {};
    const before = calls('/reject');

    const answer = await relay.call('POST', `/connections/${id}/reject`, {
      applicationRef,
      reasonRef: '14001',
      templateRef: '502',
    });

    expect(answer).toMatchObject({ status: 409, body: { code: 'request_conflict' } });
    expect(calls('/reject')).toBe(before);
  });

  test('a refusal of the ATS is told, noted, and not tried again', async () => {
    const { id, slug, body } = await prepare();
    const before = calls('/reject');

    const answer = await relay.call('POST', `/connections/${id}/reject`, { ...body, reasonRef: '999' });

    expect(answer.body).toMatchObject({ code: 'vendor_refused' });
    expect(calls('/reject') - before).toBe(1);
    expect(await audited(slug)).toContainEqual([
      'rejection.answered',
      { applicationRef: body.applicationRef, outcome: 'vendor_refused' },
    ]);
  });
});
