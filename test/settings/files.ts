import { createHrmosFake } from '../../connectors/hrmos/fake.ts';
import type { FakeApplicant, FakeFileOptions } from '../../src/connector/index.ts';
import { type Answer, addCompany, adminToken, type TestRelay } from './relay.ts';

/** A company whose recruiters export files, and their ATS. */
export interface FileCompany {
  readonly slug: string;
  readonly connectionId: string;
  readonly fake: ReturnType<typeof createHrmosFake>;
  /** Hands a file in, as a form. */
  upload(file: { readonly name: string; readonly bytes: Buffer }, query?: string): Promise<Answer>;
  /** Exports, hands in, and confirms the guess where it is asked for. */
  importNow(options?: FakeFileOptions): Promise<Answer>;
  list(of: 'rejections' | 'letters'): Promise<Answer['body'][]>;
}

export const hanako: FakeApplicant = {
  givenName: '花子',
  familyName: '髙﨑',
  email: 'hanako.takasaki@example.com',
  job: '営業職（東京）①',
};

export async function addFileCompany(relay: TestRelay): Promise<FileCompany> {
  const { slug } = await addCompany(relay);
  const { body } = await relay.call('POST', '/connections', { company: slug, connector: 'hrmos' });
  const fake = createHrmosFake({ now: relay.clock.now });

  async function upload(file: { readonly name: string; readonly bytes: Buffer }, query = ''): Promise<Answer> {
    const form = new FormData();
    form.set('file', new Blob([Buffer.from(file.bytes)]), file.name);
    const { headers, body: payload } = new Response(form);
    const response = await relay.server.inject({
      method: 'POST',
      url: `/api/v1/connections/${body.id}/import${query}`,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': headers.get('content-type') ?? '' },
      payload: Buffer.from(await new Response(payload).arrayBuffer()),
    });
    return { status: response.statusCode, body: response.json() };
  }

  return {
    slug,
    connectionId: body.id,
    fake,
    upload,
    async importNow(options) {
      const answer = await upload(fake.exportFile(options));
      if (answer.body.state !== 'needs-confirmation') return answer;
      return relay.call('POST', `/imports/${answer.body.importId}/confirm`, {});
    },
    async list(of) {
      await relay.jobs.runDue();
      const answer = await relay.call('GET', `/${of}?company=${slug}&limit=200`);
      return answer.body.items;
    },
  };
}
