import { z } from 'zod';

const Item = z.record(z.string(), z.unknown());
const List = z.object({ items: z.array(Item), nextCursor: z.string().nullable() });
const Answer = z.looseObject({
  id: z.string().default(''),
  webhookUrl: z.string().default(''),
  referrals: z.looseObject({ counted: z.number() }).default({ counted: 0 }),
  credits: z.looseObject({ available: z.number() }).default({ available: 0 }),
});
export type Answer = z.infer<typeof Answer>;

/** The service's own API, as any program would use it. */
export interface Api {
  get(path: string): Promise<Answer>;
  post(path: string, body: object): Promise<Answer>;
  put(path: string, body: object): Promise<Answer>;
  patch(path: string, body: object): Promise<Answer>;
  /** Every item of a list, over all its pages. */
  list(path: string, filter?: Readonly<Record<string, string>>): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export function openApi(baseUrl: string, token: string): Api {
  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }

  async function list(
    path: string,
    filter?: Readonly<Record<string, string>>,
  ): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const items: Readonly<Record<string, unknown>>[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({
        limit: '200',
        ...filter,
        ...(cursor ? { cursor } : {}),
      });
      const page: z.infer<typeof List> = List.parse(await call('GET', `${path}?${query}`));
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    return items;
  }

  return {
    get: async (path) => Answer.parse(await call('GET', path)),
    post: async (path, body) => Answer.parse(await call('POST', path, body)),
    put: async (path, body) => Answer.parse(await call('PUT', path, body)),
    patch: async (path, body) => Answer.parse(await call('PATCH', path, body)),
    list,
  };
}
