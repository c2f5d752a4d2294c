import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readStandardWording } from '../../src/letter/wording/standard.ts';
import { newId } from '../../src/platform/ids.ts';
import { addMember } from './identity/browser.ts';
import { addCompany, adminToken, openRelay, type TestRelay } from './relay.ts';

/** A company's own letter templates, through the API: written, judged, published, kept, and sent. */

let relay: TestRelay;
beforeAll(async () => {
  relay = await openRelay();
});
afterAll(() => relay.close());

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The API with its ETags. */
async function ask(method: Method, path: string, body?: object, ifMatch?: string) {
  const response = await relay.server.inject({
    method,
    url: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${adminToken}`,
      'accept-language': 'ja',
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
    ...(body && { payload: body }),
  });
  return { status: response.statusCode, body: response.json(), etag: String(response.headers.etag ?? '') };
}

interface Template {
  readonly slug: string;
  readonly companyId: string;
  readonly id: string;
  readonly draft: string;
}

async function openTemplate(name = '一次選考'): Promise<Template> {
  const { slug, id: companyId } = await addCompany(relay);
  const { body } = await ask('POST', '/letter-templates', { company: slug, name });
  return { slug, companyId, id: body.id, draft: `/letter-templates/${body.id}/drafts/ja` };
}

const { subject, blocks } = readStandardWording('ja');
const saying = (text: string) => ({ subject, blocks: blocks.with(1, { kind: 'paragraph', text }) });

async function publish({ draft }: Pick<Template, 'draft'>, text: string) {
  await ask('PUT', draft, saying(text));
  return ask('POST', `${draft}/publish`, {});
}

async function readAudit({ slug }: Template) {
  const { body } = await ask('GET', `/audit?company=${slug}&limit=100`);
  return body.items.filter(({ action }: { readonly action: string }) => action.startsWith('template.'));
}

async function connect({ slug }: Template): Promise<string> {
  const connection = { company: slug, connector: 'greenhouse', settings: relay.settings };
  const { body } = await relay.call('POST', '/connections', connection);
  await relay.call('PATCH', `/connections/${body.id}`, {
    state: 'live',
    letter: { holdMinutes: 0, window: 'always' },
  });
  return body.id;
}

async function reject(connectionId: string, email = 'ichiro@example.com'): Promise<void> {
  const { headers, body } = relay.fake.reject({ givenName: '一郎', familyName: '髙﨑', email, job: '営業' });
  await relay.server.inject({ method: 'POST', url: `/hooks/${connectionId}`, headers, payload: body });
  await relay.jobs.runDue();
  await relay.letters.sweep();
  await relay.jobs.runDue();
}

describe('a template', () => {
  test('begins as a sound copy of the standard letter in each language, and nothing goes out with it yet', async () => {
    const { slug, id, draft } = await openTemplate();

    const list = await ask('GET', `/letter-templates?company=${slug}`);
    const [ja, en] = [await ask('GET', draft), await ask('GET', draft.replace('/ja', '/en'))];

    const state = { hasDraft: true, publishedVersion: null, publishedAt: null };
    expect(list.body).toMatchObject({
      items: [{ id, name: '一次選考', isDefault: false, isArchived: false, locales: { ja: state, en: state } }],
      nextCursor: null,
    });
    expect(ja.body).toMatchObject({ version: 1, isDraft: true, subject, blocks, faults: [] });
    expect(en.body).toMatchObject({ ...readStandardWording('en'), faults: [] });
  });

  test('can be copied from another, with the words that are newest there', async () => {
    const first = await openTemplate();
    await publish(first, '最初の文面');
    await ask('PUT', first.draft, saying('書きかけの文面'));

    const { body } = await ask('POST', '/letter-templates', { company: first.slug, name: '写し', from: first.id });
    const copy = await ask('GET', `/letter-templates/${body.id}/drafts/ja`);

    expect(copy.body).toMatchObject({ version: 1, isDraft: true, ...saying('書きかけの文面') });
  });

  test('has a name of its own, until the other of that name is archived', async () => {
    const first = await openTemplate('同じ名前');
    const taken = await ask('POST', '/letter-templates', { company: first.slug, name: '  同じ名前 ' });
    await ask('PATCH', `/letter-templates/${first.id}`, { isArchived: true });
    const free = await ask('POST', '/letter-templates', { company: first.slug, name: '同じ名前' });
    const back = await ask('PATCH', `/letter-templates/${first.id}`, { isArchived: false });
    const renamed = await ask('PATCH', `/letter-templates/${first.id}`, { isArchived: false, name: '別の名前' });

    expect([taken.status, taken.body.code]).toEqual([409, 'request_conflict']);
    expect(taken.body.title).toContain('同じ名前のテンプレートがあります');
    expect([free.status, back.status, renamed.status]).toEqual([201, 409, 200]);
  });

  test('of one name is made once, however many ask at once, and a rename beside it is told so', async () => {
    const first = await openTemplate('甲');
    const name = '取り合い';

    const answers = await Promise.all([
      ask('POST', '/letter-templates', { company: first.slug, name }),
      ask('PATCH', `/letter-templates/${first.id}`, { name }),
      ask('POST', '/letter-templates', { company: first.slug, name }),
    ]);

    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
  });

  test('of another company can neither be copied nor be named', async () => {
    const [own, other] = [await openTemplate(), await openTemplate()];

    const { status } = await ask('POST', '/letter-templates', { company: own.slug, name: '写し', from: other.id });

    expect(status).toBe(404);
  });
});

describe('the default', () => {
  test('is one at the most, must be published, and is none once it is archived', async () => {
    const first = await openTemplate('甲');
    const { body: second } = await ask('POST', '/letter-templates', { company: first.slug, name: '乙' });
    const early = await ask('PATCH', `/letter-templates/${first.id}`, { isDefault: true });
    await publish(first, '甲');
    await publish({ draft: `/letter-templates/${second.id}/drafts/ja` }, '乙');
    await ask('PATCH', `/letter-templates/${first.id}`, { isDefault: true });
    await ask('PATCH', `/letter-templates/${second.id}`, { isDefault: true });
    const two = await ask('GET', `/letter-templates?company=${first.slug}`);
    await ask('PATCH', `/letter-templates/${second.id}`, { isArchived: true });
    const none = await ask('GET', `/letter-templates?company=${first.slug}`);

    const defaults = (list: typeof two) =>
      list.body.items.flatMap((one: { isDefault: boolean; name: string }) => (one.isDefault ? [one.name] : []));
    expect([early.status, early.body.code]).toEqual([409, 'request_conflict']);
    expect([defaults(two), defaults(none)]).toEqual([['乙'], []]);
  });

  test('is what the letter says where nothing else is named, also in the preview of the wording', async () => {
    const template = await openTemplate();
    const connectionId = await connect(template);
    await publish(template, '当社の言葉で、髙﨑さんへ');
    await ask('PATCH', `/letter-templates/${template.id}`, { isDefault: true });

    await reject(connectionId);

    const { body } = await ask('GET', `/outbox?company=${template.slug}`);
    const sample = await ask('GET', `/letter-template?company=${template.slug}&locale=ja`);
    const { body: letters } = await ask('GET', `/letters?company=${template.slug}`);
    const letter = await ask('GET', `/letters/${letters.items[0].id}`);
    expect(body.items[0].text).toContain('当社の言葉で、髙﨑さんへ');
    expect(sample.body.mail.text).toContain('当社の言葉で、髙﨑さんへ');
    expect(letter.body).toMatchObject({ status: 'sent', template: '一次選考' });
  });
});

describe('a draft', () => {
  test('is kept with its faults, each with what to do; a second admin who read the old one is told', async () => {
    const template = await openTemplate();
    const { etag } = await ask('GET', template.draft);

    const saved = await ask('PUT', template.draft, saying('{{ salary }} ギフト券'), etag);
    const second = await ask('PUT', template.draft, saying('上書き'), etag);
    const third = await ask('PUT', template.draft, saying('続き'), saved.etag);

    expect(saved.body.faults).toEqual([
      {
        code: 'token-unknown',
        at: 1,
        found: 'salary',
        message: { ja: expect.stringContaining('salary'), en: expect.stringContaining('salary') },
      },
      expect.objectContaining({ code: 'gift-word', at: 1, found: 'ギフト' }),
    ]);
    expect([second.status, second.body.code]).toEqual([412, 'request_outdated']);
    expect([third.status, third.body.version]).toEqual([200, 1]);
  });

  test.each([
    ['HTML of its own', { subject, blocks: [{ kind: 'html', html: '<b>x</b>' }] }],
    ['a field too many', { subject, blocks: [{ kind: 'divider', text: 'x' }] }],
    ['a text of 100 kB', saying('a'.repeat(100_000))],
    ['many long texts', { subject, blocks: Array(20).fill({ kind: 'paragraph', text: 'あ'.repeat(3_000) }) }],
    ['too many blocks', { subject, blocks: Array(41).fill({ kind: 'divider' }) }],
  ])('with %s is refused', async (_what, wording) => {
    const { draft } = await openTemplate();

    const { status, body } = await ask('PUT', draft, wording);

    expect([status, body.code]).toEqual([400, 'request_invalid']);
  });

  test('loses what no mail can bear: control characters, a second line of the subject', async () => {
    const { draft } = await openTemplate();
    const hostile = { subject: `件名\r\nBcc: evil@example.com\u0000`, blocks: saying('一\u0000\r\n二\u202e').blocks };

    const saved = await ask('PUT', draft, hostile);
    const shown = await ask('POST', '/letter-templates/preview', {
      company: (await addCompany(relay)).slug,
      locale: 'ja',
      wording: { subject: saved.body.subject, blocks: saved.body.blocks },
    });

    expect(saved.status).toBe(200);
    expect(saved.body.blocks[1].text).toBe('一\n二');
    expect(shown.body.mail.subject).toBe('件名 Bcc: evil@example.com');
  });

  test('is thrown away, and what is published stands again', async () => {
    const template = await openTemplate();
    await publish(template, '公開した文面');
    await ask('PUT', template.draft, saying('やめた文面'));

    const gone = await ask('DELETE', template.draft);

    expect(gone.body).toMatchObject({ version: 1, isDraft: false, ...saying('公開した文面') });
  });

  test('of an archived template is not changed', async () => {
    const template = await openTemplate();
    await ask('PATCH', `/letter-templates/${template.id}`, { isArchived: true });

    const { status, body } = await ask('PUT', template.draft, saying('x'));

    expect([status, body.title]).toEqual([409, 'アーカイブしたテンプレートは変更できません。先に元に戻してください。']);
  });
});

describe('publishing', () => {
  test('is refused while there are faults, and says what to do about each', async () => {
    const template = await openTemplate();
    await ask('PUT', template.draft, { subject: '', blocks: [{ kind: 'paragraph', text: '不採用です' }] });

    const { status, body } = await ask('POST', `${template.draft}/publish`, {
      giftReason: '見返りの意味ではありません',
    });

    expect([status, body.code]).toEqual([422, 'letter_template_faulty']);
    for (const words of ['件名を入力してください', '「リンク」のブロック', '断れることの説明', '「署名」のブロック'])
      expect(body.title).toContain(words);
    expect((await readAudit(template)).map(({ action }: { action: string }) => action)).not.toContain(
      'template.published',
    );
  });

  test('publishes what was read, and nothing else', async () => {
    const template = await openTemplate();
    const read = await ask('PUT', template.draft, saying('読んだ文面'));
    await ask('PUT', template.draft, saying('ほかの人の文面'));

    const late = await ask('POST', `${template.draft}/publish`, {}, read.etag);
    const newest = await ask('GET', template.draft);
    const done = await ask('POST', `${template.draft}/publish`, {}, newest.etag);
    const again = await ask('POST', `${template.draft}/publish`, {}, done.etag);

    expect([late.status, done.status, again.status]).toEqual([412, 200, 409]);
    expect(done.body).toMatchObject({ version: 1, isDraft: false, ...saying('ほかの人の文面') });
  });

  test('of a word that looks like a reward needs a written reason, which stays with it and in the log', async () => {
    const template = await openTemplate();
    await ask('PUT', template.draft, saying('評価のポイントをお伝えします'));

    const refused = await ask('POST', `${template.draft}/publish`, {});
    const careless = await ask('POST', `${template.draft}/publish`, { giftReason: 'ok' });
    const giftReason = '「評価のポイント」は選考の観点のことで、見返りではありません';
    const done = await ask('POST', `${template.draft}/publish`, { giftReason });

    const { body: versions } = await ask('GET', `/letter-templates/${template.id}/versions/ja`);
    const [line] = await readAudit(template);
    expect([refused.status, careless.status, done.status]).toEqual([422, 400, 200]);
    expect(versions.items[0]).toMatchObject({ version: 1, giftReason });
    expect(line).toMatchObject({ action: 'template.published', detail: { locale: 'ja', version: 1, giftReason } });
  });

  test('of sound words keeps no reason, whatever was sent along', async () => {
    const template = await openTemplate();
    await ask('POST', `${template.draft}/publish`, { giftReason: '念のための長い理由です。以上です' });

    const { body } = await ask('GET', `/letter-templates/${template.id}/versions/ja`);

    expect(body.items).toMatchObject([{ version: 1, giftReason: null }]);
  });

  test('by two at once publishes one version', async () => {
    const template = await openTemplate();

    const answers = await Promise.all([1, 2].map(() => ask('POST', `${template.draft}/publish`, {})));

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });
});

describe('the history', () => {
  test('has every version with who and when, page by page, and lays an old one on the desk again', async () => {
    const template = await openTemplate();
    const { browser } = await addMember(relay, template.slug, 'owner');
    await browser.call('PUT', template.draft, saying('一'));
    await browser.call('POST', `${template.draft}/publish`, {});
    await publish(template, '二');
    await publish(template, '三');

    const at = `/letter-templates/${template.id}/versions/ja`;
    const first = await ask('GET', `${at}?limit=2`);
    const rest = await ask('GET', `${at}?limit=2&cursor=${first.body.nextCursor}`);
    const restored = await ask('POST', `${template.draft}/restore`, { version: 1 });
    const unknown = await ask('POST', `${template.draft}/restore`, { version: 9 });

    expect(first.body.items.map(({ version }: { version: number }) => version)).toEqual([3, 2]);
    expect(rest.body).toMatchObject({
      items: [{ version: 1, ...saying('一'), savedBy: { name: expect.any(String) }, publishedBy: expect.anything() }],
      nextCursor: null,
    });
    expect(restored.body).toMatchObject({ version: 4, isDraft: true, ...saying('一') });
    expect(unknown.status).toBe(404);
  });
});

test('whatever changes a template is in the audit log, under who did it, and without a word of the letter', async () => {
  const template = await openTemplate();
  await publish(template, 'ひみつの文面');
  await ask('POST', `${template.draft}/restore`, { version: 1 });
  await ask('DELETE', template.draft);
  await ask('PATCH', `/letter-templates/${template.id}`, { isDefault: true, name: '新しい名前' });

  const lines = await readAudit(template);

  expect(lines.map(({ action }: { action: string }) => action).toReversed()).toEqual([
    'template.created',
    'template.saved',
    'template.published',
    'template.restored',
    'template.discarded',
    'template.changed',
  ]);
  expect(new Set(lines.map(({ subject }: { subject: string }) => subject))).toEqual(new Set([template.id]));
  expect(JSON.stringify(lines)).not.toMatch(/ひみつ|新しい名前/);
});

describe('a preview', () => {
  const preview = (template: Template, change: object = {}) => ({
    company: template.slug,
    locale: 'ja',
    wording: saying('{{ candidateName }}、{{ application }}'),
    ...change,
  });

  test('shows words that are not saved, to an invented applicant', async () => {
    const template = await openTemplate();

    const { body } = await ask('POST', '/letter-templates/preview', preview(template));

    expect(body).toMatchObject({ faults: [], lacks: [] });
    expect(body.mail.text).toContain('髙﨑 一郎 様、「営業職」へのご応募');
    expect(body.mail.html).toContain('<p>髙﨑 一郎 様、「営業職」へのご応募</p>');
  });

  test('is addressed to a real applicant, whose name only those see who decide about letters', async () => {
    const template = await openTemplate();
    await reject(await connect(template));
    const { body: list } = await ask('GET', `/letters?company=${template.slug}`);
    const asked = preview(template, { letterId: list.items[0].id });
    const viewer = await addMember(relay, template.slug, 'viewer');

    const seen = await ask('POST', '/letter-templates/preview', asked);
    const masked = await viewer.browser.call('POST', '/letter-templates/preview', asked);
    const foreign = await ask('POST', '/letter-templates/preview', { ...asked, company: (await openTemplate()).slug });

    expect(seen.body.mail.text).toContain('髙﨑 一郎 様、「営業」へのご応募');
    expect(masked.body.mail.text).toContain('●● ●● 様');
    expect(masked.body.mail.text).not.toContain('髙﨑 一郎');
    expect(foreign.status).toBe(404);
  });

  test('says what is missing for a letter', async () => {
    const { slug } = await addCompany(relay, false);

    const { body } = await ask('POST', '/letter-templates/preview', {
      company: slug,
      locale: 'ja',
      wording: saying('x'),
    });

    expect(body).toMatchObject({ mail: null, lacks: ['agencyName'] });
  });
});

describe('a test mail', () => {
  test('of the draft goes to who asks and to nobody else, with a link that leads nowhere', async () => {
    const template = await openTemplate();
    await ask('PUT', template.draft, saying('試しの文面'));
    const { browser, email } = await addMember(relay, template.slug, 'recruiter');

    const { status, body } = await browser.call('POST', `${template.draft}/test`, {});

    const outbox = await ask('GET', `/outbox?company=${template.slug}`);
    const [mail] = outbox.body.items;
    expect([status, body]).toEqual([200, { to: email }]);
    expect(mail.subject).toMatch(/^【テスト】/);
    expect(mail.text).toContain('試しの文面');
    expect(mail.text).toContain('/c/sample');
    expect((await readAudit(template))[0]).toMatchObject({ action: 'template.tested' });
  });

  test('is not for a program, which has no address', async () => {
    const { draft } = await openTemplate();

    expect((await ask('POST', `${draft}/test`, {})).body.code).toBe('request_conflict');
  });
});

test('a template that is not there is not found, whatever is asked of it', async () => {
  const at = `/letter-templates/${newId()}`;

  const answers = await Promise.all([
    ask('GET', at),
    ask('PATCH', at, { isDefault: true }),
    ask('GET', `${at}/drafts/ja`),
    ask('PUT', `${at}/drafts/ja`, saying('x')),
    ask('GET', `${at}/versions/ja`),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
});
