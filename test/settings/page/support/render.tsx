import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router';
import { act, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { I18nextProvider } from 'react-i18next';
import { openApi } from '../../../../src/settings/page/api/client.ts';
import { ApiProvider, openQueryClient } from '../../../../src/settings/page/api/use-api.tsx';
import { type Language, openTexts } from '../../../../src/settings/page/texts/i18n.ts';
import { theme } from '../../../../src/settings/page/theme.ts';
import { type Asked, answerWith } from './answers.ts';

/** What jsdom lacks and the components ask for. */
function furnish(): void {
  const nothing = () => undefined;
  window.matchMedia = (media) =>
    ({ media, matches: false, addEventListener: nothing, removeEventListener: nothing }) as unknown as MediaQueryList;
  window.ResizeObserver = class {
    observe = nothing;
    unobserve = nothing;
    disconnect = nothing;
  };
  const fonts = { addEventListener: nothing, removeEventListener: nothing };
  Object.defineProperty(document, 'fonts', { value: fonts, configurable: true });
  window.scrollTo = nothing;
  Element.prototype.scrollIntoView = nothing;
}

export interface Rendered {
  readonly asked: readonly Asked[];
  /** Goes to another page, as by a link. */
  leave(): Promise<void>;
}

export interface RenderOptions {
  readonly language?: Language;
  readonly answer?: Parameters<typeof answerWith>[0];
}

/** Draws one part as it stands in the page: with words, look, addresses and a server that is answered here. */
export async function renderPart(part: ReactNode, options: RenderOptions = {}): Promise<Rendered> {
  furnish();
  const { language = 'ja', answer = () => ({ status: 404 }) } = options;
  const texts = await openTexts(language);
  const { fetch, asked } = answerWith(answer);
  const api = openApi({ fetch, language: () => language });
  const queries = openQueryClient({ onSignedOut: () => undefined });
  queries.setDefaultOptions({ queries: { retry: false } });
  const root = createRootRoute({ component: Outlet });
  const here = createRoute({ getParentRoute: () => root, path: '/', component: () => part });
  const elsewhere = createRoute({ getParentRoute: () => root, path: '/elsewhere', component: () => 'another page' });
  const router = createRouter({
    routeTree: root.addChildren([here, elsewhere]),
    history: createMemoryHistory({ initialEntries: ['/'] }),
  });
  await act(async () => {
    render(
      <I18nextProvider i18n={texts}>
        <MantineProvider theme={theme} env="test">
          <QueryClientProvider client={queries}>
            <ApiProvider api={api}>
              {/* A router of the test's own, not the page's. */}
              <RouterProvider router={router as never} />
            </ApiProvider>
          </QueryClientProvider>
        </MantineProvider>
      </I18nextProvider>,
    );
  });
  return {
    asked,
    leave: () => act(async () => void router.navigate({ to: '/elsewhere' } as never)),
  };
}
