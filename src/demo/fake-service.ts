import { z } from 'zod';
import { fakes } from '../../connectors/fakes.ts';
import { type Fake, type FakeDelivery, serveFake } from '../connector/index.ts';

export interface FakeServiceOptions {
  /** A connector's id. */
  readonly connector: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Our webhook address; without it deliveries are only shown. */
  readonly deliverTo: string | undefined;
  readonly now: () => Date;
}

export interface FakeService {
  readonly origin: string;
  /** Settings that fit it, for `career-relay connection add`. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What a person may do to the stand-in: paths under /fake, beside the vendor's own. */
export const fakeControls = ['reject', 'apply', 'reinstate', 'hire', 'erase'] as const;

const text = z.string().min(1).max(200);
const Applicant = z.strictObject({
  applicationRef: text.optional(),
  candidateRef: text.optional(),
  givenName: text.default('花子'),
  familyName: text.default('髙﨑'),
  email: z.email().nullable().default('hanako.takasaki@example.com'),
  job: text.default('営業'),
  stage: text.optional(),
  decidedBy: z.enum(['company', 'candidate', 'unknown']).optional(),
  source: z.enum(['direct', 'agency', 'referral']).optional(),
  isConfidential: z.boolean().optional(),
});
const ApplicationOnly = z.strictObject({ applicationRef: text });
const CandidateOnly = z.strictObject({ candidateRef: text });

/** Hosts a vendor's stand-in on this machine alone, with controls. undefined: there is none for this connector. */
export async function openFakeService(options: FakeServiceOptions): Promise<FakeService | undefined> {
  const createFake = Object.hasOwn(fakes, options.connector) ? fakes[options.connector] : undefined;
  if (!createFake) return undefined;
  const fake = createFake({ now: options.now });
  const hosted = await serveFake({ handle: (request) => answer(fake, request, options.deliverTo) }, options.port);
  return { origin: hosted.origin, settings: fake.settings(hosted.origin), close: hosted.close };
}

async function answer(fake: Fake, request: Request, deliverTo: string | undefined): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith('/fake/')) return fake.handle(request);
  const control = pathname.slice('/fake/'.length);
  try {
    if (control === 'export' && fake.exportFile) return toDownload(fake.exportFile());
    if (request.method !== 'POST') return problem(405, 'POST it');
    const body: unknown = JSON.parse((await request.text()) || '{}');
    const delivery = act(fake, control, body);
    if (!delivery) return problem(404, `there is no such control: ${fakeControls.join(', ')}`);
    return Response.json(await deliver(delivery, deliverTo));
  } catch (error) {
    return problem(400, error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  }
}

function act(fake: Fake, control: string, body: unknown): FakeDelivery | undefined {
  switch (control) {
    case 'reject':
      return fake.reject(withoutBlanks(Applicant.parse(body)));
    case 'apply':
      return fake.apply?.(withoutBlanks(Applicant.parse(body)));
    case 'reinstate':
      return fake.reinstate(ApplicationOnly.parse(body).applicationRef);
    case 'hire':
      return fake.hire(ApplicationOnly.parse(body).applicationRef);
    case 'erase':
      return fake.eraseCandidate(CandidateOnly.parse(body).candidateRef);
    default:
      return undefined;
  }
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutBlanks<T extends object>(value: T): Given<T> {
  // Only keys whose value is undefined are left out, which is what the type says.
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Given<T>;
}

/** What our door answered, or null where nobody was told where it is. */
async function deliver({ applicationRef, candidateRef, headers, body }: FakeDelivery, deliverTo: string | undefined) {
  const answered =
    deliverTo === undefined || body.length === 0
      ? null
      : (await fetch(deliverTo, { method: 'POST', headers, body: new Uint8Array(body) })).status;
  return { applicationRef, candidateRef, delivered: answered };
}

function toDownload({ name, bytes }: { readonly name: string; readonly bytes: Buffer }): Response {
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(name)}`;
  return new Response(new Uint8Array(bytes), { headers: { 'content-disposition': disposition } });
}

function problem(status: number, detail: string): Response {
  return Response.json({ detail }, { status });
}
