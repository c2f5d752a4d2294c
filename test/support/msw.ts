import { HttpResponse, http, type RequestHandler } from 'msw';
import { setupServer } from 'msw/node';
import type { Fake } from '../../src/connector/index.ts';

/** A network of which only the handlers exist. */
export interface TestNetwork {
  use(...handlers: RequestHandler[]): void;
  /** Calls that no handler knew: a test asserts that there was none. */
  readonly strays: readonly string[];
  reset(): void;
  close(): void;
}

export function openTestNetwork(...handlers: RequestHandler[]): TestNetwork {
  const strays: string[] = [];
  const server = setupServer(...handlers);
  server.listen({
    onUnhandledFrame({ frame, defaults }) {
      const { request } = frame.data as { readonly request?: Request };
      strays.push(request ? `${request.method} ${request.url}` : frame.protocol);
      defaults.error();
    },
  });
  return {
    use: (...more) => server.use(...more),
    strays,
    reset() {
      strays.length = 0;
      server.resetHandlers();
    },
    close: () => server.close(),
  };
}

/** Lets a fake answer everything under an origin. */
export function fakeHandler(fake: Pick<Fake, 'handle'>, origin: string): RequestHandler {
  return http.all(`${origin}/*`, async ({ request }) => {
    const response = await fake.handle(request);
    return new HttpResponse(response.body, response);
  });
}
