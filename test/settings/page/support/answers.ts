interface Answered {
  readonly status?: number;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

/** A fetch that is answered here, and keeps what it was asked. */
export function answerWith(answer: (url: URL, init: RequestInit) => Answered): {
  readonly fetch: typeof fetch;
  readonly asked: readonly Asked[];
} {
  const asked: Asked[] = [];
  return {
    asked,
    fetch: async (input, init = {}) => {
      const url = String(input);
      asked.push({ url, init });
      const { status = 200, body, type = 'application/json', headers = {} } = answer(new URL(url, 'http://page'), init);
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
      const all = new Map(Object.entries({ 'content-type': type, ...headers }));
      // Not a Response: jsdom has none.
      return {
        ok: status < 400,
        status,
        headers: { get: (name: string) => all.get(name) ?? null },
        text: async () => text,
        json: async () => JSON.parse(text),
      } as unknown as Response;
    },
  };
}
