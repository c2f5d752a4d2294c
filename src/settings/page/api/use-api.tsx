import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use } from 'react';
import type { Api } from './client.ts';
import { meKey } from './me.ts';
import { isSignedOut, isTransient, toProblem } from './problem.ts';

const ApiContext = createContext<Api | undefined>(undefined);

export function ApiProvider({ api, children }: { readonly api: Api; readonly children: ReactNode }) {
  return <ApiContext value={api}>{children}</ApiContext>;
}

/** The API, in any part of the page. */
export function useApi(): Api {
  const api = use(ApiContext);
  if (!api) throw new Error('there is no ApiProvider above');
  return api;
}

/** What was read from the server, kept a little while. When the session has ended, `onSignedOut` is told once per answer. */
export function openQueryClient({ onSignedOut }: { readonly onSignedOut: () => void }): QueryClient {
  const tell = (thrown: Error) => {
    if (isSignedOut(toProblem(thrown))) onSignedOut();
  };
  return new QueryClient({
    // Asking who is signed in is how the router finds out; telling it then would go round in circles.
    queryCache: new QueryCache({
      onError: (thrown, { queryKey }) => (queryKey[0] === meKey[0] ? undefined : tell(thrown)),
    }),
    mutationCache: new MutationCache({ onError: tell }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, thrown) => count < 2 && isTransient(toProblem(thrown)),
      },
    },
  });
}
