/** Connectors that are wrong on purpose. Each must fail the check it is named under, and for the reason it gives. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { greenhouse } from '../../connectors/greenhouse/index.ts';
import { createHrmosFake } from '../../connectors/hrmos/fake.ts';
import { hrmos } from '../../connectors/hrmos/index.ts';
import {
  type Application,
  type Connector,
  type Context,
  type Fake,
  type FakeOptions,
  type Field,
  type FileIntake,
  type Reason,
  type RejectedApplication,
  RelayError,
  type Report,
  verifyDelivery,
  type WriteBack,
} from '../../src/connector/index.ts';
import { checks } from './checks.ts';
import { hintSample } from './hint-sample.ts';
import { type Bench, openBench, type Subject } from './rig.ts';
import { greenhouseWithTag, sampleSubject } from './subjects.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

interface Broken {
  readonly what: string;
  readonly fails: string;
  readonly because: RegExp;
  readonly subject: Subject;
}

const sound: Connector = greenhouse;
const readSentAt = (body: unknown) => hintSample.connector.webhook?.freshness?.sentAt(body) ?? null;
const soundWebhook = sound.webhook as NonNullable<Connector['webhook']>;
type Api = NonNullable<Connector['api']>;
const soundApi = sound.api as Api;
const soundWriteBack = soundApi.writeBack as NonNullable<Api['writeBack']>;

function connector(change: Partial<Connector>, subject: Partial<Subject> = {}): Subject {
  return { ...greenhouseWithTag, ...subject, connector: { ...sound, ...change } };
}

function api(change: Partial<Api>): Subject {
  return connector({ api: { ...soundApi, ...change } });
}

function field(name: string, change: Partial<Field>): Subject {
  const known = sound.settings[name] as Field;
  return connector({ settings: { ...sound.settings, [name]: { ...known, ...change } } });
}

function webhook(change: Partial<NonNullable<Connector['webhook']>>): Subject {
  return connector({ webhook: { ...soundWebhook, ...change } });
}

function signature(change: object): Subject {
  return webhook({ signature: { ...soundWebhook.signature, ...change } });
}

function parsing(parse: (body: unknown) => readonly Report[]): Subject {
  return webhook({ parse });
}

function rereading(change: (application: RejectedApplication) => Application): Subject {
  return api({
    reread: async (context, refs) =>
      (await soundApi.reread(context, refs)).map((one) => (one.state === 'rejected' ? change(one) : one)),
  });
}

function writing(writeBack: NonNullable<Api['writeBack']>): Subject {
  return api({ writeBack });
}

/** A connector whose deliveries prove nothing but a token and an instant. */
function hinting(change: Partial<NonNullable<Connector['webhook']>>): Subject {
  const known = hintSample.connector.webhook as NonNullable<Connector['webhook']>;
  return { ...hintSample, connector: { ...hintSample.connector, webhook: { ...known, ...change } } };
}

type Poll = NonNullable<Api['poll']>;
const soundPoll = () => (sampleSubject.connector.api as Api).poll as Poll;

/** The sample ATS, polled wrongly. */
function polling(change: Partial<Poll>): Subject {
  const api = sampleSubject.connector.api as Api;
  return {
    ...sampleSubject,
    connector: { ...sampleSubject.connector, api: { ...api, poll: { ...soundPoll(), ...change } } },
  };
}

function pulling(change: (page: Awaited<ReturnType<Poll['pull']>>) => Awaited<ReturnType<Poll['pull']>>): Subject {
  return polling({ pull: async (...given) => change(await soundPoll().pull(...given)) });
}

const hrmosSubject: Subject = {
  name: 'hrmos',
  folder: 'hrmos',
  connector: hrmos,
  isOffered: true,
  createFake: createHrmosFake,
  rereadCalls: { first: 0, further: 0 },
  fixtures: [],
};
const soundFile = hrmos.file as FileIntake;

const { reason: _reason, ...withoutReason } = soundFile.columns;

/** An ATS of files, read wrongly. */
function filing(change: Partial<FileIntake>): Subject {
  return { ...hrmosSubject, connector: { ...hrmos, file: { ...soundFile, ...change } } };
}

/** Makes a subscription for every event, and once more each time. */
function subscribingAgain(): Subject {
  const subscriptions: string[] = [];
  const broken = api({
    webhooks: {
      mayBy: ['client-credentials'],
      async create(_context, { url }) {
        subscriptions.push(...soundWebhook.events.map((event) => `${event} ${url}`));
        return [];
      },
    },
  });
  const createFake = (options: FakeOptions) => ({ ...broken.createFake(options), subscriptions: () => subscriptions });
  return { ...broken, createFake };
}

function candidatePath(item: WriteBack): string {
  return `/v3/candidates/${item.candidateRef}`;
}

const anything = z.unknown();
const anyReason: Reason = { reasonRef: '1', name: '理由', decidedBy: 'company' };
const kinds: Readonly<Record<string, string>> = { hired: 'rejected' };

/** Its token endpoint answers once. */
function withOneToken(fake: Fake): Fake {
  let tokens = 0;
  return {
    ...fake,
    handle: async (request) => {
      if (!new URL(request.url).pathname.endsWith('/token')) return fake.handle(request);
      tokens += 1;
      return tokens === 1 ? fake.handle(request) : new Response(null, { status: 401 });
    },
  };
}

/** A fake whose answers are changed on the way, for what only a vendor can do wrong. */
function faking(change: (fake: Fake) => Partial<Fake>): Subject {
  return {
    ...greenhouseWithTag,
    createFake(options) {
      const fake = greenhouseWithTag.createFake(options);
      return { ...fake, ...change(fake) };
    },
  };
}

async function postNote(context: Context, item: WriteBack): Promise<void> {
  const body = `${item.agencyName} ${item.consentId} ${item.decision}`;
  const note = { candidate_id: Number(item.candidateRef), body, note_type: 'NOTE', visibility: 'private' };
  await context.http.post('/v3/notes', note, anything);
}

async function patch(context: Context, item: WriteBack, change: object): Promise<void> {
  await context.http.patch(candidatePath(item), change, anything);
}

let sequence = 0;

const brokens: readonly Broken[] = [
  // Declaration
  {
    what: 'an id that is not the folder',
    fails: 'the id is the folder, and the list offers it',
    because: /is not the folder/,
    subject: connector({ id: 'green-house' }),
  },
  {
    what: 'a connector nobody listed',
    fails: 'the id is the folder, and the list offers it',
    because: /not in connectors\/index\.ts/,
    subject: { ...sampleSubject, isOffered: true },
  },
  {
    what: 'a label in English only',
    fails: 'every setting has a label and help in both languages',
    because: /clientId has no label/,
    subject: field('clientId', { label: { ja: '', en: 'Client ID' } }),
  },
  {
    what: 'help that says nothing',
    fails: 'every setting has a label and help in both languages',
    because: /webhookSecret has no help/,
    subject: field('webhookSecret', { help: { ja: ' ', en: ' ' } }),
  },
  {
    what: 'an example its own schema refuses',
    fails: 'every example is accepted, and nothing is not where a value is needed',
    because: /example of webhookSecret is refused/,
    subject: field('webhookSecret', { example: 'short' }),
  },
  {
    what: 'a required field that may be empty',
    fails: 'every example is accepted, and nothing is not where a value is needed',
    because: /clientSecret is required but may be empty/,
    subject: field('clientSecret', { schema: z.string() }),
  },
  {
    what: 'a secret declared as text',
    fails: 'what is secret is declared secret, and every name leads to a setting',
    because: /webhookSecret is not declared secret/,
    subject: field('webhookSecret', { kind: 'text' }),
  },
  {
    what: 'a vendor page without https',
    fails: 'the vendor page it was written from is named',
    because: /not an https address/,
    subject: connector({ docs: 'http://docs.example.com' as 'https://' }),
  },
  {
    what: 'limits from nowhere',
    fails: 'the vendor page it was written from is named',
    because: /limits name no source/,
    subject: api({ limits: { ...soundApi.limits, source: '' } }),
  },
  {
    what: 'a mode that is impossible without a reason',
    fails: 'what it cannot do is told with reasons in both languages',
    because: /ats-personal is impossible without a reason/,
    subject: connector({
      template: {
        ...sound.template,
        modes: { ...sound.template.modes, 'ats-personal': { possible: false, why: { ja: '', en: 'no' } } },
      },
    }),
  },
  {
    what: 'a connector that hides what it cannot do',
    fails: 'what it cannot do is told with reasons in both languages',
    because: /does not say so/,
    subject: { ...sampleSubject, connector: { ...sampleSubject.connector, cannot: [] } },
  },
  // Settings
  {
    what: 'a check that asks for what no vendor has',
    fails: 'good settings pass the check',
    because: /good settings were refused/,
    subject: api({ check: async ({ http }) => void (await http.get('/v3/unicorns', anything)) }),
  },
  {
    what: 'a check that asks nothing',
    fails: 'refused credentials and missing permissions are for the customer to mend',
    because: /a wrong secret: nothing was thrown/,
    subject: api({ check: async () => undefined }),
  },
  {
    what: 'a check that calls a missing permission a passing fault',
    fails: 'refused credentials and missing permissions are for the customer to mend',
    because: /missing permission: the error is transient/,
    subject: api({
      check: (context) =>
        soundApi.check(context).catch((error: RelayError) => {
          throw error.code === 'vendor_forbidden' ? new RelayError('vendor_unavailable') : error;
        }),
    }),
  },
  {
    what: 'an error that quotes the secret',
    fails: 'no error carries a secret',
    because: /an error carries a secret/,
    subject: api({
      check: (context) =>
        soundApi.check(context).catch(() => {
          throw new Error(`refused: ${context.settings.clientSecret}`);
        }),
    }),
  },
  // Reread
  {
    what: 'one call per application',
    fails: 'fifty rejections are read in the documented number of calls',
    because: /the first read took \d+ calls, not 4/,
    subject: api({
      reread: async (context, refs) => (await Promise.all(refs.map((ref) => soundApi.reread(context, [ref])))).flat(),
    }),
  },
  {
    what: 'reasons looked up every time',
    fails: 'fifty rejections are read in the documented number of calls',
    because: /a further read took 4 calls, not 3/,
    subject: api({
      reread: (context, refs) =>
        soundApi.reread({ ...context, remember: (_key, _ttlMs, _schema, load) => load() }, refs),
    }),
  },
  {
    what: 'a reinstated applicant told as rejected',
    fails: 'every application asked for is answered once, in the state it is in',
    because: /states are not those of the ATS/,
    subject: api({
      reread: async (context, refs) =>
        (await soundApi.reread(context, refs)).map((one) =>
          one.state === 'active' ? { ...one, state: 'hired' } : one,
        ),
    }),
  },
  {
    what: 'silence about what is gone',
    fails: 'every application asked for is answered once, in the state it is in',
    because: /states are not those of the ATS/,
    subject: api({
      reread: async (context, refs) => (await soundApi.reread(context, refs)).filter((one) => one.state !== 'gone'),
    }),
  },
  {
    what: 'names the wrong way round',
    fails: 'a rejected person is told as the ATS tells them',
    because: /the name is another/,
    subject: rereading((one) => ({
      ...one,
      person: { ...one.person, givenName: one.person.familyName, familyName: one.person.givenName },
    })),
  },
  {
    what: 'a refusal of e-mail overlooked',
    fails: 'who must not be written to is told',
    because: /refusal of e-mail is lost/,
    subject: rereading((one) => ({ ...one, canEmail: true })),
  },
  {
    what: 'every rejection taken for the company’s',
    fails: 'who must not be written to is told',
    because: /decided by candidate is told as company/,
    subject: rereading((one) => ({ ...one, decidedBy: 'company' })),
  },
  {
    what: 'an agency’s candidate taken for direct',
    fails: 'who must not be written to is told',
    because: /agency’s candidate is told as direct/,
    subject: rereading((one) => ({ ...one, source: 'direct' })),
  },
  {
    what: 'an instant made up on reading',
    fails: 'a further decision has an instant of its own, and reading twice gives the same',
    because: /reading twice gives two answers/,
    subject: rereading((one) => {
      sequence += 1;
      return { ...one, decidedAt: new Date(one.decidedAt.getTime() + sequence) };
    }),
  },
  {
    what: 'the same instant for every decision',
    fails: 'a further decision has an instant of its own, and reading twice gives the same',
    because: /not told with its own instant/,
    subject: rereading((one) => ({ ...one, decidedAt: new Date('2026-11-24T01:00:00Z') })),
  },
  {
    what: 'a strange answer taken for nothing',
    fails: 'an answer of another shape is data for us to learn',
    because: /nothing was thrown/,
    subject: api({ reread: (context, refs) => soundApi.reread(context, refs).catch(() => []) }),
  },
  {
    what: 'a rate limit whose wait is lost',
    fails: 'a rate limit is passed on with the wait',
    because: /told as undefined ms/,
    subject: api({
      reread: (context, refs) =>
        soundApi.reread(context, refs).catch((error: RelayError) => {
          throw new RelayError(error.code);
        }),
    }),
  },
  {
    what: 'an ATS that is down taken for our bug',
    fails: 'a failing ATS is tried again, and then later',
    because: /the error is internal, not transient/,
    subject: api({
      reread: (context, refs) =>
        soundApi.reread(context, refs).catch(() => {
          throw new RelayError('internal_error');
        }),
    }),
  },
  {
    what: 'a vendor that never gives a second token',
    fails: 'a token that expires or is revoked midway is replaced',
    because: /an expired token is not replaced/,
    subject: faking((fake) => {
      let tokens = 0;
      return {
        async handle(request) {
          if (new URL(request.url).pathname === '/token') tokens += 1;
          return tokens > 1 ? new Response(null, { status: 401 }) : fake.handle(request);
        },
      };
    }),
  },
  // Webhook
  {
    what: 'a signature without the vendor’s prefix',
    fails: 'a signed delivery is accepted and names itself',
    because: /as the vendor signs it is refused/,
    subject: signature({ prefix: 'sha256=' }),
  },
  {
    what: 'deliveries named by a header that is not there',
    fails: 'a signed delivery is accepted and names itself',
    because: /have not two names/,
    subject: webhook({ deliveryRef: { header: 'x-request-id' } }),
  },
  {
    what: 'a header as the vendor prints it',
    fails: 'headers are looked for as Node gives them',
    because: /Signature is never found/,
    subject: signature({ header: 'Signature' }),
  },
  {
    what: 'a door that believes everything',
    fails: 'a delivery that is not the sender’s is refused',
    because: /a changed body is accepted/,
    subject: { ...greenhouseWithTag, verify: () => true },
  },
  {
    what: 'a door that compares only the beginning',
    fails: 'a delivery that is not the sender’s is refused',
    because: /a changed body is accepted|a short signature is accepted/,
    subject: {
      ...greenhouseWithTag,
      verify: (known, _secret, headers) =>
        known.scheme === 'hmac-header' && String(headers[known.header] ?? '').startsWith(known.prefix),
    },
  },
  {
    what: 'a door that opens where no secret is set',
    fails: 'an empty secret accepts nothing',
    because: /signed with nothing is accepted/,
    subject: { ...greenhouseWithTag, verify: (_signature, secrets) => [secrets].flat().includes('') },
  },
  {
    what: 'a job title cut down to ASCII',
    fails: 'a body beyond ASCII is verified by its bytes and read as it is',
    because: /the job is another/,
    subject: parsing((body) =>
      soundWebhook
        .parse(body)
        .map((one) => ('job' in one ? { ...one, job: one.job?.replace(/[^ -~]/g, '') ?? null } : one)),
    ),
  },
  {
    what: 'a hire reported as a rejection',
    fails: 'each event is reported as what it is',
    because: /reported as another/,
    subject: parsing((body) =>
      soundWebhook.parse(body).map((one) => ({ ...one, kind: kinds[one.kind] ?? one.kind }) as Report),
    ),
  },
  {
    what: 'a confidential job reported as open',
    fails: 'each event is reported as what it is',
    because: /reported as another/,
    subject: parsing((body) =>
      soundWebhook.parse(body).map((one) => ('isConfidential' in one ? { ...one, isConfidential: false } : one)),
    ),
  },
  {
    what: 'an error on events nobody asked for',
    fails: 'a ping and an unknown event are understood and not for us',
    because: /not for us is an error/,
    subject: parsing((body) => {
      const reports = soundWebhook.parse(body);
      if (reports.length === 0) throw new RelayError('delivery_not_understood');
      return reports;
    }),
  },
  {
    what: 'a replay that is reported as new',
    fails: 'the same delivery again says the same',
    because: /a replay is reported differently/,
    subject: parsing((body) => {
      sequence += 1;
      return soundWebhook.parse(body).map((one) => ('job' in one ? { ...one, job: `job ${sequence}` } : one));
    }),
  },
  {
    what: 'an error that quotes the delivery',
    fails: 'a known event that does not fit is set aside without naming the person',
    because: /the error names the person/,
    subject: parsing((body) => {
      try {
        return soundWebhook.parse(body);
      } catch {
        throw new RelayError('delivery_not_understood', { message: JSON.stringify(body) });
      }
    }),
  },
  {
    what: 'an event that does not fit, swallowed',
    fails: 'a known event that does not fit is set aside without naming the person',
    because: /nothing was thrown/,
    subject: parsing((body) => {
      try {
        return soundWebhook.parse(body);
      } catch {
        return [];
      }
    }),
  },
  // Write-back
  {
    what: 'a note and no mark',
    fails: 'an agreement stands on the candidate, with a note that names it',
    because: /neither a field nor a tag/,
    subject: writing(async (context, item) => {
      await postNote(context, item);
      return { ok: true };
    }),
  },
  {
    what: 'a mark and no note',
    fails: 'an agreement stands on the candidate, with a note that names it',
    because: /0 notes were written/,
    subject: writing(async (context, item) => {
      await patch(context, item, { custom_fields: [{ name_key: 'career_relay_consent', value: item.decision }] });
      return { ok: true };
    }),
  },
  {
    what: 'a note for every attempt',
    fails: 'writing an agreement twice changes nothing',
    because: /a repeat wrote something again/,
    subject: writing(async (context, item) => {
      await postNote(context, item);
      return { ok: true };
    }),
  },
  {
    what: 'a note that only our own memory guards',
    fails: 'writing an agreement twice changes nothing',
    because: /a repeat that remembers nothing wrote something again/,
    subject: writing(async (context, item, steps) => {
      if (!steps.isDone('note')) await postNote(context, item);
      await steps.finish('note');
      return { ok: true };
    }),
  },
  {
    what: 'a note that is finished only after its answer was heard',
    fails: 'an interrupted write-back is completed and writes nothing twice',
    because: /after the ATS did it: something stands twice/,
    subject: writing(async (context, item, steps) => {
      if (!steps.isDone('note')) await postNote(context, item);
      await steps.finish('note');
      return { ok: true };
    }),
  },
  {
    what: 'a step called finished before it is',
    fails: 'an interrupted write-back is completed and writes nothing twice',
    because: /something stands twice or is missing/,
    subject: writing(async (context, item, steps) => {
      if (steps.isDone('note')) return { ok: true };
      await steps.finish('note');
      await postNote(context, item);
      return { ok: true };
    }),
  },
  {
    what: 'a withdrawal that nobody records',
    fails: 'a withdrawal is recorded, once',
    because: /mark of the agreement still stands/,
    subject: writing(async (context, item, steps) =>
      item.decision === 'withdrawn' ? { ok: true } : soundWriteBack(context, item, steps),
    ),
  },
  {
    what: 'a withdrawal without a note',
    fails: 'a withdrawal is recorded, once',
    because: /no note tells of the withdrawal/,
    subject: writing((context, item, steps) =>
      soundWriteBack(context, item, {
        ...steps,
        isDone: (step) => steps.isDone(step) || (item.decision === 'withdrawn' && step.endsWith('note')),
      }),
    ),
  },
  {
    what: 'a PATCH that sends the tags',
    fails: 'what others wrote on the candidate stays',
    because: /a tag of others is gone/,
    subject: writing(async (context, item) => {
      await patch(context, item, { tags: ['Career Relay'] });
      return { ok: true };
    }),
  },
  {
    what: 'a PATCH that sends the addresses',
    fails: 'what others wrote on the candidate stays',
    because: /the address is gone/,
    subject: writing(async (context, item) => {
      await patch(context, item, { email_addresses: [] });
      return { ok: true };
    }),
  },
  {
    what: 'a field that belongs to others',
    fails: 'what others wrote on the candidate stays',
    because: /a field of others is gone/,
    subject: writing(async (context, item) => {
      await patch(context, item, { custom_fields: [{ name_key: 'interview_memo', value: 'agreed' }] });
      return { ok: true };
    }),
  },
  {
    what: 'an error for a candidate who is gone',
    fails: 'a candidate who is gone is told, not retried',
    because: /not told as such/,
    subject: writing(async (context, item) => {
      await postNote(context, item);
      return { ok: true };
    }),
  },
  // Fixtures
  {
    what: 'reasons of which one is named twice',
    fails: 'the company’s reasons are listed once each, that of a rejection among them',
    because: /a reason is listed twice/,
    subject: api({ listReasons: async () => [anyReason, anyReason] }),
  },
  {
    what: 'reasons that are not the ones of its rejections',
    fails: 'the company’s reasons are listed once each, that of a rejection among them',
    because: /the reason of a rejection is not listed/,
    subject: api({ listReasons: async () => [anyReason] }),
  },
  {
    what: 'stages of which one is named twice',
    fails: 'the stages are listed once each, that of a rejection among them',
    because: /a stage is listed twice/,
    subject: api({ listStages: async () => ['二次面接', '二次面接'] }),
  },
  {
    what: 'stages that are not the ones of its rejections',
    fails: 'the stages are listed once each, that of a rejection among them',
    because: /the stage of a rejection is not listed/,
    subject: api({ listStages: async () => ['面談'] }),
  },
  {
    what: 'a connector that subscribes again each time',
    fails: 'setting up webhooks twice subscribes once',
    because: /set up twice: other subscriptions/,
    subject: subscribingAgain(),
  },
  {
    what: 'a poll that overlooks old applications',
    fails: 'a decision on an application that is two years old is found by polling',
    because: /1 of 1 rejections were not seen/,
    subject: pulling((page) => ({ ...page, sightings: [] })),
  },
  {
    what: 'a poll that asks once more for every page',
    fails: 'every decision is told over many pages, one call each, with the instant that reading again gives',
    because: /pages cost \d+ calls/,
    subject: polling({
      async pull(...given) {
        await soundPoll().pull(...given);
        return soundPoll().pull(...given);
      },
    }),
  },
  {
    what: 'a poll that tells when it read instead of when it was decided',
    fails: 'every decision is told over many pages, one call each, with the instant that reading again gives',
    because: /the instant is another/,
    subject: pulling((page) => ({
      ...page,
      sightings: page.sightings.map((one) => ({ ...one, decidedAt: new Date(one.decidedAt.getTime() + 1) })),
    })),
  },
  {
    what: 'a poll that stops after the first page',
    fails: 'every decision is told over many pages, one call each, with the instant that reading again gives',
    because: /rejections were not seen/,
    subject: pulling((page) => ({ ...page, isLast: true })),
  },
  {
    what: 'a poll that forgets where it was',
    fails: 'the kept cursor finds what came later, and does not begin anew',
    because: /the whole list was read again/,
    subject: pulling((page) => (page.isLast ? { ...page, cursor: soundPoll().first(new Date(0)) } : page)),
  },
  {
    what: 'a poll that goes on from a day too late',
    fails: 'the kept cursor finds what came later, and does not begin anew',
    because: /a rejection after the reading/,
    subject: pulling((page) => (page.isLast ? { ...page, cursor: soundPoll().first(new Date('2030-01-01')) } : page)),
  },
  {
    what: 'a poll that goes on from when it ended',
    fails: 'what is decided while a reading goes on is not lost',
    because: /decided between two pages/,
    subject: pulling((page) => ({
      ...page,
      sightings: page.sightings.filter(({ decidedAt }) => decidedAt <= new Date('2026-11-24T01:00:30Z')),
      cursor: page.isLast ? soundPoll().first(new Date('2030-01-01')) : page.cursor,
    })),
  },
  {
    what: 'a poll that takes a failure for the end',
    fails: 'a page that fails half way loses nothing',
    because: /nothing was thrown/,
    subject: polling({
      pull: (context, cursor, now) =>
        soundPoll()
          .pull(context, cursor, now)
          .catch(() => ({ sightings: [], cursor, isLast: true })),
    }),
  },
  {
    what: 'a vendor that gives no second token',
    fails: 'a token that expires between two pages is replaced',
    because: /401|vendor_unauthorized/,
    subject: { ...sampleSubject, createFake: (options) => withOneToken(sampleSubject.createFake(options)) },
  },
  {
    what: 'a poll that takes anything for its cursor',
    fails: 'a cursor of another shape is not taken for one',
    because: /is taken for a cursor/,
    subject: polling({ cursor: z.unknown(), pull: async () => ({ sightings: [], cursor: {}, isLast: true }) }),
  },
  {
    what: 'a need that no column meets',
    fails: 'its columns have labels, its needs are among them, and people are told how to make the file',
    because: /reason is needed and not declared/,
    subject: filing({ columns: withoutReason, needs: [['applicationRef'], ['reason']] }),
  },
  {
    what: 'a file that nobody is told how to make',
    fails: 'its columns have labels, its needs are among them, and people are told how to make the file',
    because: /nobody is told/,
    subject: filing({ guide: [] }),
  },
  {
    what: 'a reader that cuts the job at its first comma',
    fails: 'a file says the same in every encoding and with either separator',
    because: /something did not arrive/,
    subject: filing({
      toApplication: (row) => soundFile.toApplication({ ...row, job: (row.job ?? '').split('、')[0] ?? '' }),
    }),
  },
  {
    what: 'a reader that looks for the age under another label',
    fails: 'a file tells when it was made',
    because: /its age is not found/,
    subject: filing({ madeAtLabel: '印刷日時' }),
  },
  {
    what: 'a reader that takes every ending for the company’s',
    fails: 'a row tells who decided, and whom to leave alone',
    because: /who withdrew is told as rejected/,
    subject: filing({
      toApplication(row) {
        const told = soundFile.toApplication(row);
        return told.state === 'rejected' ? { ...told, decidedBy: 'company' } : told;
      },
    }),
  },
  {
    what: 'a reader that overlooks agencies',
    fails: 'a row tells who decided, and whom to leave alone',
    because: /an agency’s applicant is not told/,
    subject: filing({
      toApplication(row) {
        const told = soundFile.toApplication(row);
        return told.state === 'rejected' ? { ...told, source: 'direct' } : told;
      },
    }),
  },
  {
    what: 'a reader that names people in its complaints',
    fails: 'a row that does not fit is set aside without naming the person',
    because: /the error names the person/,
    subject: filing({
      toApplication(row) {
        throw new RelayError('row_not_understood', { message: `${row.name} cannot be read` });
      },
    }),
  },
  {
    what: 'a connector to which the anonymised are still somebody',
    fails: 'a person who was anonymised is told as gone',
    because: /nothing tells that the person is gone/,
    subject: parsing((body) => soundWebhook.parse(body).filter(({ kind }) => kind !== 'erased')),
  },
  {
    what: 'a connector that believes what nobody signed',
    fails: 'a delivery whose content is not proved says only what to read again',
    because: /reports rejected, which its signature does not prove/,
    subject: hinting({ parse: (body) => sampleSubject.connector.webhook?.parse(body) ?? [] }),
  },
  {
    what: 'a connector that reads another application than the one named',
    fails: 'a delivery whose content is not proved says only what to read again',
    because: /names another application/,
    subject: hinting({ parse: () => [{ kind: 'changed', applicationRef: '1' }] }),
  },
  {
    what: 'a connector that takes captured deliveries for ever',
    fails: 'a delivery that came late is still fresh, and one of another day is not',
    because: /captured days ago is still taken/,
    subject: hinting({ freshness: { sentAt: readSentAt, maxAgeMs: 30 * 86_400_000 } }),
  },
  {
    what: 'a connector that leaves no room for the vendor to try again',
    fails: 'a delivery that came late is still fresh, and one of another day is not',
    because: /ten minutes late is too late/,
    subject: hinting({ freshness: { sentAt: readSentAt, maxAgeMs: 60_000 } }),
  },
  {
    what: 'a door that checks a signature in the body without its token',
    fails: 'a delivery that is not the sender’s is refused',
    because: /another token is accepted/,
    subject: {
      ...hintSample,
      verify: (known, secret, headers, body) =>
        verifyDelivery(known, secret, headers, Buffer.from(body.toString('utf8').replace(/(token-\d)1/, '$1'))),
    },
  },
  {
    what: 'a fixture with a real address',
    fails: 'fixtures hold invented people only, and not only ASCII',
    because: /an address that is not of example\.com/,
    subject: { ...greenhouseWithTag, fixtures: [{ name: 'leak.json', text: '{"email":"髙﨑@mail.invalid"}' }] },
  },
  {
    what: 'fixtures of English names only',
    fails: 'fixtures hold invented people only, and not only ASCII',
    because: /beyond ASCII/,
    subject: { ...greenhouseWithTag, fixtures: [{ name: 'plain.json', text: '{"email":"a@example.com"}' }] },
  },
];

for (const { what, fails, because, subject } of brokens) {
  test(`${what} fails "${fails}"`, async () => {
    const check = checks.find(({ name }) => name === fails);

    await expect(check?.run(subject, bench)).rejects.toThrow(because);
  });
}

test.each(checks.map(({ name }) => name))('the sample that signs in its body is sound: %s', async (name) => {
  const check = checks.find((one) => one.name === name);

  if (check && !check.skip?.(hintSample)) await check.run(hintSample, bench);
});

test('every check is proved by a connector that fails it', () => {
  const proved = new Set(brokens.map(({ fails }) => fails));

  expect(checks.filter(({ name }) => !proved.has(name)).map(({ name }) => name)).toEqual([]);
});
