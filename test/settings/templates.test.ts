import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readStandardWording } from '../../src/letter/wording/standard.ts';
import { addCompany, openRelay, type TestRelay } from './relay.ts';

let relay: TestRelay;
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

test('our letter is exported in the tokens of an ATS, before anything is connected', async () => {
  const { slug } = await addCompany(relay);

  const ja = await relay.call('GET', `/connectors/greenhouse/template?company=${slug}&locale=ja`);
  const en = await relay.call('GET', `/connectors/greenhouse/template?company=${slug}&locale=en`);

  expect([ja.status, en.status]).toEqual([200, 200]);
  expect(ja.body.text).toContain('{{CANDIDATE_NAME}} 様');
  expect(en.body.text).toContain('Dear {{CANDIDATE_NAME}},');
  for (const { body } of [ja, en]) {
    expect(body.html).toContain(`<a href="https://relay.example.com/r/${slug}">`);
    expect(body.notes.length).toBeGreaterThan(0);
  }
});

test('a connection gives the letter of its mode, by default in the language of its company', async () => {
  const { slug } = await addCompany(relay);
  const connection = await relay.call('POST', '/connections', {
    company: slug,
    connector: 'greenhouse',
    settings: relay.settings,
  });

  const { status, body } = await relay.call('GET', `/connections/${connection.body.id}/template`);

  expect(status).toBe(200);
  expect(body.subject).toContain('選考結果のご連絡');
  expect(body.text.split('\n')).toContain(`https://relay.example.com/r/${slug}`);
});

test('no letter is exported that would name an agency which may not be asked for', async () => {
  const { slug } = await addCompany(relay, false);

  const { status, body } = await relay.call('GET', `/connectors/greenhouse/template?company=${slug}`);

  expect([status, body.code]).toEqual([409, 'agency_incomplete']);
});

test.each([
  ['an unknown connector', '/connectors/nothing/template?company=COMPANY', 'connector_unknown'],
  ['an unknown company', '/connectors/greenhouse/template?company=nobody', 'request_not_found'],
  ['no company', '/connectors/greenhouse/template', 'request_invalid'],
  ['a third language', '/connectors/greenhouse/template?company=COMPANY&locale=fr', 'request_invalid'],
  ['an unknown connection', '/connections/0199f0c2-1111-7000-8000-000000000001/template', 'request_not_found'],
])('%s is refused by name', async (_what, path, code) => {
  const { slug } = await addCompany(relay);

  const { body } = await relay.call('GET', path.replace('COMPANY', slug));

  expect(body.code).toBe(code);
});

describe("a company's own template", () => {
  const standard = readStandardWording('ja');
  const saying = (text: string) => ({ ...standard, blocks: standard.blocks.with(1, { kind: 'paragraph', text }) });

  async function prepare() {
    const { slug } = await addCompany(relay);
    const made = await relay.call('POST', '/letter-templates', { company: slug, name: '一次選考の𠮷野' });
    const added = await relay.call('POST', '/connections', {
      company: slug,
      connector: 'greenhouse',
      settings: relay.settings,
    });
    await relay.call('PATCH', `/connections/${added.body.id}`, { mode: 'ats-static' });
    return { slug, template: made.body.id as string, connection: added.body.id as string };
  }

  async function publish(template: string, text: string) {
    await relay.call('PUT', `/letter-templates/${template}/drafts/ja`, saying(text));
    await relay.call('POST', `/letter-templates/${template}/drafts/ja/publish`, {});
  }

  test('is exported in its published words, and each answer says whose words it holds', async () => {
    const { slug, template, connection } = await prepare();
    await publish(template, '{{ application }}に、まず感謝します。');
    await relay.call('PUT', `/letter-templates/${template}/drafts/ja`, saying('下書きです。'));

    const own = await relay.call('GET', `/connections/${connection}/template?template=${template}`);
    const byConnector = await relay.call('GET', `/connectors/lever/template?company=${slug}&template=${template}`);
    const usual = await relay.call('GET', `/connections/${connection}/template`);

    expect(own.body.template).toEqual({ id: template, name: '一次選考の𠮷野', version: 1 });
    expect(own.body.text).toContain('{{CANDIDATE_NAME}} 様\n\nご応募に、まず感謝します。');
    expect(own.body.notes.join()).toContain('職種名が入るところは');
    expect(byConnector.body.html).toContain('<p>{{Candidate full name}} 様</p>');
    expect(usual.body).toMatchObject({ template: null, text: expect.not.stringContaining('まず感謝') });
  });

  test('is refused by name where it is not published, archived, or of another company', async () => {
    const { template, connection } = await prepare();
    const others = await prepare();
    await publish(others.template, '公開しています。');
    const ask = async (id: string, query = '') => {
      const { status, body } = await relay.call('GET', `/connections/${connection}/template?template=${id}${query}`);
      return [status, body.code];
    };

    expect(await ask(template)).toEqual([409, 'request_conflict']);
    await publish(template, '公開します。');
    expect(await ask(template, '&locale=en')).toEqual([409, 'request_conflict']);
    await relay.call('PATCH', `/letter-templates/${template}`, { isArchived: true });
    expect(await ask(template)).toEqual([409, 'request_conflict']);
    expect(await ask(others.template)).toEqual([404, 'request_not_found']);
    expect(await ask('own')).toEqual([400, 'request_invalid']);
  });

  test('is found again in the ATS with its version, and said to be old once a newer one is published', async () => {
    const { template, connection } = await prepare();
    await publish(template, '一次選考の結果をお知らせします。お時間をいただき、ありがとうございました。');
    const pasted = await relay.call('GET', `/connections/${connection}/template?template=${template}`);
    const usual = await relay.call('GET', `/connections/${connection}/template?locale=en`);
    const refs = [relay.fake.addTemplate('自社', pasted.body.text), relay.fake.addTemplate('英語', usual.body.text)];
    const check = async () => {
      const { body } = await relay.call('GET', `/connections/${connection}/templates`);
      const of = (ref: string) =>
        body.items.find(({ templateRef }: Record<string, string>) => templateRef === ref).ours;
      return ['501', ...refs].map(of);
    };
    const own = { template: { id: template, name: '一次選考の𠮷野', version: 1 }, locale: 'ja' };

    expect(await check()).toEqual([
      null,
      { ...own, state: 'newest' },
      { template: null, locale: 'en', state: 'newest' },
    ]);
    await publish(template, '選考の結果をお知らせします。言い回しをすっかり変え、長さも変えました。');
    expect((await check())[1]).toEqual({ ...own, state: 'older' });
    await relay.call('PATCH', `/letter-templates/${template}`, { isArchived: true });
    expect((await check())[1]).toEqual({ ...own, state: 'older' });
  });
});
