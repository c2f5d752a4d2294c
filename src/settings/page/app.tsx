import { MantineProvider } from '@mantine/core';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { i18n } from 'i18next';
import { I18nextProvider } from 'react-i18next';
import type { Api } from './api/client.ts';
import { ApiProvider } from './api/use-api.tsx';
import { LanguageContext } from './parts/preferences.tsx';
import { Toasts } from './parts/toasts.tsx';
import type { Router } from './router.tsx';
import { type Ways, WaysContext } from './sign-in/ways.ts';
import type { Language } from './texts/i18n.ts';
import { resolveVariables, theme } from './theme.ts';

export interface AppProps {
  readonly api: Api;
  readonly queries: QueryClient;
  readonly router: Router;
  readonly texts: i18n;
  readonly ways: Ways;
  readonly chooseLanguage: (language: Language) => void;
  /** Lets Mantine's own style elements through the page's policy. */
  readonly styleNonce: string;
}

/** The whole page, from the parts that main.tsx opened. */
export function App({ api, queries, router, texts, ways, chooseLanguage, styleNonce }: AppProps) {
  return (
    <I18nextProvider i18n={texts}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={resolveVariables}
        defaultColorScheme="auto"
        getStyleNonce={() => styleNonce}
      >
        <QueryClientProvider client={queries}>
          <ApiProvider api={api}>
            <LanguageContext value={chooseLanguage}>
              <WaysContext value={ways}>
                <RouterProvider router={router} />
                <Toasts />
              </WaysContext>
            </LanguageContext>
          </ApiProvider>
        </QueryClientProvider>
      </MantineProvider>
    </I18nextProvider>
  );
}
