import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { HttpResponse, http } from 'msw';
import { greenhouse } from '../../connectors/greenhouse/index.ts';
import { verifyDelivery } from '../../src/connector/index.ts';
import { openTestNetwork, type TestNetwork } from '../support/msw.ts';
import { api, callsOf, hanako, openVendor, origin, type Vendor } from './greenhouse-support.ts';

let network: TestNetwork;
beforeAll(() => {
  network = openTestNetwork();
});
afterEach(() => {
  expect(network.strays).toEqual([]);
  network.reset();
});
afterAll(() => network.close());

const { webhooks, listReasons, listStages, listTemplates, readLinkToken, writeLink, reject, reread } = api as Required<
  typeof api
>;
const events = greenhouse.webhook?.events ?? [];

function apply({ fake }: Vendor, change: object = {}) {
  const delivery = fake.apply?.({ ...hanako, ...change });
  if (!delivery) throw new Error('the fake takes no applications');
  return delivery;
}

const parse = ({ body }: { readonly body: Buffer }) => greenhouse.webhook?.parse(JSON.parse(body.toString())) ?? [];

describe('webhooks by API', () => {
  const target = { url: 'https://relay.example.com/hooks/1', secret: 'a-secret-of-at-least-16' };
  const openPartner = (change: object = {}) => openVendor(network, { access: 'authorization-code', fake: change });

  test('only a partner may make them', () => {
    expect(webhooks.mayBy).toEqual(['authorization-code']);
  });

  test('one is made per event, each signs with our secret, and a repeat makes none', async () => {
    const vendor = openPartner();
    expect(await webhooks.create(vendor.context, target)).toEqual([]);
    const made = callsOf(vendor).filter((call) => call === 'POST /v3/webhooks');
    await webhooks.create(vendor.context, target);

    expect(made).toHaveLength(events.length);
    expect(callsOf(vendor).filter((call) => call === 'POST /v3/webhooks')).toHaveLength(events.length);
    const { headers, body } = vendor.fake.reject(hanako);
    const signature = greenhouse.webhook?.signature;
    expect(signature && verifyDelivery(signature, target.secret, headers, body)).toBe(true);
  });

  test('what is missing is added, also beside webhooks at other addresses', async () => {
    const vendor = openPartner();
    await webhooks.create(vendor.context, { ...target, url: 'https://relay.example.com/hooks/2' });
    let failing = 1;
    network.use(
      http.post(`${origin}/v3/webhooks`, async ({ request }) => {
        failing -= 1;
        if (failing === -2) return new HttpResponse(null, { status: 500 });
        const answer = await vendor.fake.handle(request);
        return new HttpResponse(answer.body, answer);
      }),
    );
    await expect(webhooks.create(vendor.context, target)).rejects.toMatchObject({ kind: 'transient' });
    await webhooks.create(vendor.context, target);

    expect(callsOf(vendor).filter((call) => call === 'POST /v3/webhooks')).toHaveLength(2 * events.length);
  });

  test('one that was switched off because its ping met nobody is switched on again', async () => {
    const vendor = openPartner({ answersPings: false });
    await webhooks.create(vendor.context, target);
    await webhooks.create(vendor.context, target);

    expect(callsOf(vendor).filter((call) => call.startsWith('PATCH /v3/webhooks/'))).toHaveLength(events.length);
  });
});

test('an application is reported as applied, a prospect is not', () => {
  const vendor = openVendor(network);
  const delivery = apply(vendor);

  expect(parse(delivery)).toEqual([
    {
      kind: 'applied',
      applicationRef: delivery.applicationRef,
      candidateRef: delivery.candidateRef,
      job: 'デザイナー',
      isConfidential: false,
    },
  ]);
  expect(parse(vendor.fake.addProspect(hanako))).toEqual([]);
  const asProspect = JSON.parse(delivery.body.toString());
  asProspect.payload.application.prospect = true;
  expect(greenhouse.webhook?.parse(asProspect)).toEqual([]);
});

test('reading an open application tells who it is; of somebody hired nothing is read', async () => {
  const vendor = openVendor(network);
  const open = apply(vendor);
  const hired = apply(vendor);
  vendor.fake.hire(hired.applicationRef);
  const prospect = vendor.fake.addProspect(hanako);

  const person = { givenName: '花子', familyName: '髙﨑', email: 'hanako@example.com', locale: null };
  const applications = await reread(
    vendor.context,
    [open, hired, prospect].map(({ applicationRef }) => applicationRef),
  );
  expect(applications.map((one) => ('person' in one ? [one.state, one.person] : one.state))).toEqual([
    ['active', person],
    ['hired', null],
    ['active', null],
  ]);
});

test('every reason is listed with who decides by it, Greenhouse’s own among them', async () => {
  expect(await listReasons(openVendor(network).context)).toEqual([
    { reasonRef: '31', name: 'Took another offer', decidedBy: 'candidate' },
    { reasonRef: '42', name: 'Other', decidedBy: 'unknown' },
    { reasonRef: '14001', name: 'スキル・経験の不一致', decidedBy: 'company' },
  ]);
});

describe('the stages', () => {
  test('of all jobs are listed once each, without those no longer used', async () => {
    expect(await listStages(openVendor(network).context)).toEqual(['書類選考', '一次面接', '最終面接']);
  });

  test('are not told where the credential lacks the scope, and that is no error', async () => {
    const vendor = openVendor(network);
    network.use(http.get(`${origin}/v3/job_interview_stages`, () => new HttpResponse(null, { status: 403 })));

    expect(await listStages(vendor.context)).toBeUndefined();
  });
});

describe('templates', () => {
  test('rejection templates are listed, and which of them show the link field', async () => {
    const { context } = openVendor(network, { settings: { linkField: 'career_relay_link' } });

    const templates = await listTemplates(context);

    expect(templates.map(({ templateRef, showsPersonalLink }) => [templateRef, showsPersonalLink])).toEqual([
      ['501', false],
      ['502', true],
      ['503', false],
    ]);
    expect(templates[0]?.content).toContain('<p>{{CANDIDATE_NAME}} 様');
  });

  test('without a link field none shows one, and there is no token', async () => {
    const { context } = openVendor(network);

    expect((await listTemplates(context)).some(({ showsPersonalLink }) => showsPersonalLink)).toBe(false);
    expect(await readLinkToken(context)).toBeNull();
  });

  test('the token is that of the field; a field without one has none', async () => {
    const tokenOf = (linkField: string) => readLinkToken(openVendor(network, { settings: { linkField } }).context);

    expect(await tokenOf('career_relay_link_text')).toBe('{{CAREER_RELAY_LINK_TEXT}}');
    expect(await tokenOf('interview_memo')).toBeNull();
  });
});

describe('the personal link', () => {
  const url = 'https://relay.example.com/c/0123456789abcdefghijklmnopqrstuvwxyzABCDEFG';

  test.each(['career_relay_link', 'career_relay_link_text'])(
    'is written to %s beside what others wrote, once',
    async (linkField) => {
      const vendor = openVendor(network, { settings: { linkField } });
      const { applicationRef, candidateRef } = apply(vendor);

      expect(await writeLink(vendor.context, { applicationRef, candidateRef, url })).toEqual({ ok: true });
      await writeLink(vendor.context, { applicationRef, candidateRef, url });

      expect(vendor.fake.written(candidateRef).fields).toMatchObject({
        [linkField]: url,
        interview_memo: '一次面接：山本',
      });
      expect(callsOf(vendor).filter((call) => call.startsWith('PATCH'))).toHaveLength(1);
    },
  );

  test('of a candidate who is gone is not written', async () => {
    const vendor = openVendor(network, { settings: { linkField: 'career_relay_link' } });
    const { applicationRef, candidateRef } = apply(vendor);
    vendor.fake.eraseCandidate(candidateRef);

    expect(await writeLink(vendor.context, { applicationRef, candidateRef, url })).toEqual({
      ok: false,
      reason: 'candidate-gone',
    });
  });

  test.each([
    ['', /needs a candidate field/],
    ['nowhere', /no active candidate field/],
    ['retired_field', /no active candidate field/],
    ['career_relay_consent_flag', /type yes_no cannot hold a link/],
  ])('in the field "%s" is refused with the reason', async (linkField, message) => {
    const vendor = openVendor(network, { settings: { linkField } });
    const { applicationRef, candidateRef } = apply(vendor);

    await expect(writeLink(vendor.context, { applicationRef, candidateRef, url })).rejects.toMatchObject({
      code: 'vendor_field_unsuitable',
      message: expect.stringMatching(message),
    });
    expect(callsOf(vendor).filter((call) => call.startsWith('PATCH'))).toEqual([]);
  });

  test('that would empty the fields of others stops after one candidate', async () => {
    const vendor = openVendor(network, {
      settings: { linkField: 'career_relay_link' },
      fake: { replacesCustomFields: true },
    });
    const { applicationRef, candidateRef } = apply(vendor);

    await expect(writeLink(vendor.context, { applicationRef, candidateRef, url })).rejects.toMatchObject({
      code: 'vendor_field_unsuitable',
      message: expect.stringContaining('interview_memo'),
    });
  });
});

describe('rejecting from here', () => {
  const item = { reasonRef: '14001', templateRef: '502', sendAt: null };

  test('Greenhouse rejects, mails the template with the person’s link, and reports it as any other', async () => {
    const vendor = openVendor(network, { settings: { linkField: 'career_relay_link' } });
    const { applicationRef, candidateRef } = apply(vendor);
    const url = 'https://relay.example.com/c/token';
    await writeLink(vendor.context, { applicationRef, candidateRef, url });
    const sendAt = new Date('2026-11-25T00:00:00Z');

    expect(await reject(vendor.context, { ...item, applicationRef, sendAt })).toEqual({ ok: true });

    expect(vendor.fake.mails).toEqual([
      { applicationRef, sendAt: sendAt.toISOString(), text: expect.stringContaining(url) },
    ]);
    expect(vendor.fake.sent.flatMap(parse)).toMatchObject([{ kind: 'rejected', applicationRef }]);
    expect(await reread(vendor.context, [applicationRef])).toMatchObject([
      { state: 'rejected', decidedBy: 'company', reason: { ref: '14001' } },
    ]);
  });

  test('what is rejected already, or gone, is said, and no mail leaves', async () => {
    const vendor = openVendor(network);
    const { applicationRef } = vendor.fake.reject(hanako);

    expect(await reject(vendor.context, { ...item, applicationRef })).toEqual({
      ok: false,
      reason: 'already-rejected',
    });
    expect(await reject(vendor.context, { ...item, applicationRef: '77' })).toEqual({
      ok: false,
      reason: 'application-gone',
    });
    expect(await reject(vendor.context, { ...item, applicationRef: '../candidates/1' })).toEqual({
      ok: false,
      reason: 'application-gone',
    });
    expect(vendor.fake.mails).toEqual([]);
  });

  test.each([
    ['reason', { reasonRef: '999' }],
    ['reason that is no number', { reasonRef: 'x' }],
    ['template', { templateRef: '999' }],
    ['template of one recruiter', { templateRef: '503' }],
    ['template of another type', { templateRef: '504' }],
  ])('an unknown %s rejects nobody', async (_name, change) => {
    const vendor = openVendor(network);
    const { applicationRef } = apply(vendor);

    await expect(reject(vendor.context, { ...item, applicationRef, ...change })).rejects.toMatchObject({
      code: 'vendor_refused',
    });
    expect(await reread(vendor.context, [applicationRef])).toMatchObject([{ state: 'active' }]);
  });

  test('an answer that is lost is not followed by a second call', async () => {
    const vendor = openVendor(network);
    const { applicationRef } = apply(vendor);
    network.use(
      http.post(`${origin}/v3/applications/:id/reject`, async ({ request }) => {
        await vendor.fake.handle(request);
        return new HttpResponse(null, { status: 502 });
      }),
    );

    await expect(reject(vendor.context, { ...item, applicationRef })).rejects.toMatchObject({ kind: 'transient' });
    expect(callsOf(vendor).filter((call) => call.endsWith('/reject'))).toHaveLength(1);
    expect(vendor.fake.mails).toHaveLength(1);
  });
});
