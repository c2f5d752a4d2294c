import type { QueryClient } from '@tanstack/react-query';
import {
  type AnyRoute,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  type RouterHistory,
  redirect,
} from '@tanstack/react-router';
import { toActivitySearch } from './activity/types.ts';
import type { Api } from './api/client.ts';
import { meQuery } from './api/me.ts';
import { isSignedOut, toProblem } from './api/problem.ts';
import type { Me } from './api/types.ts';
import { toApplicantsSearch } from './applicants/search.ts';
import { toSettingsSearch } from './company/tabs.ts';
import { toConnectionSearch } from './connections/tabs.ts';
import { toDashboardSearch } from './dashboard/types.ts';
import { toLetterSearch } from './letters/search.ts';
import { toTemplateSearch } from './letters/templates/types.ts';
import { toMappingSearch } from './mapping/search.ts';
import { Failed, NotFound } from './parts/fallbacks.tsx';
import { toBack } from './sign-in/calls.ts';
import { toSlackSearch } from './slack/kinds.ts';
import { toStartSearch } from './start/steps.ts';

interface Context {
  readonly api: Api;
  readonly queries: QueryClient;
  /** Where somebody wanted to go before signing in, told once; '/' where there is nothing. */
  readonly recall: () => string;
}

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound, errorComponent: Failed });

/** Lets in who is signed in; others sign in first, and come back to where they wanted to go. */
async function requireMe({ api, queries }: Context, href: string): Promise<Me> {
  try {
    return await queries.ensureQueryData(meQuery(api));
  } catch (thrown) {
    if (isSignedOut(toProblem(thrown))) throw redirect({ to: '/sign-in', search: { back: href } });
    throw thrown;
  }
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: async ({ context }) => {
    const { companies, isOperator } = await requireMe(context, '/');
    const [first] = companies;
    const back = toBack(context.recall());
    if (back !== '/') throw redirect({ href: back, replace: true });
    if (first) throw redirect({ to: '/c/$company/dashboard', params: { company: first.slug }, replace: true });
    if (isOperator) throw redirect({ to: '/start', replace: true });
  },
  component: lazyRouteComponent(() => import('./account/no-company.tsx'), 'NoCompany'),
});

/** Where the first admin begins: at the company that is there already, else by making one. */
const begin = createRoute({
  getParentRoute: () => root,
  path: '/start',
  beforeLoad: async ({ context }) => {
    const { companies, isOperator } = await requireMe(context, '/start');
    const [first] = companies;
    if (first) throw redirect({ to: '/c/$company/start', params: { company: first.slug }, replace: true });
    if (!isOperator) throw redirect({ to: '/', replace: true });
  },
  component: lazyRouteComponent(() => import('./start/new-company.tsx'), 'NewCompany'),
});

interface SignInSearch {
  readonly back?: string | undefined;
  /** A way in that led nowhere. */
  readonly refused?: string | undefined;
  /** Whoever came in by Slack and has a second factor is asked for it. */
  readonly step?: string | undefined;
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: SignInSearch): SignInSearch => ({
    ...toSearch(search),
    refused: search.refused === undefined ? undefined : 'slack',
    step: search.step === 'second-factor' ? search.step : undefined,
  }),
  beforeLoad: ({ search }) => {
    if (search.step !== undefined) throw redirect({ to: '/sign-in/second-factor', replace: true });
  },
  component: lazyRouteComponent(() => import('./sign-in/sign-in.tsx'), 'SignIn'),
});

const checkMail = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/mail',
  component: lazyRouteComponent(() => import('./sign-in/check-mail.tsx'), 'CheckMail'),
});

const secondFactor = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/second-factor',
  component: lazyRouteComponent(() => import('./sign-in/second-factor.tsx'), 'SecondFactor'),
});

/** Where a mailed link leads. */
const link = createRoute({
  getParentRoute: () => root,
  path: '/link',
  validateSearch: toCode,
  component: lazyRouteComponent(() => import('./sign-in/link.tsx'), 'Link'),
});

const first = createRoute({
  getParentRoute: () => root,
  path: '/first',
  validateSearch: toCode,
  component: lazyRouteComponent(() => import('./sign-in/first.tsx'), 'First'),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  validateSearch: toCode,
  component: lazyRouteComponent(() => import('./sign-in/invitation.tsx'), 'Invitation'),
});

/** Everything of one company. Its slug stands in the address, so that a link leads everybody to the same place. */
const company = createRoute({
  getParentRoute: () => root,
  path: '/c/$company',
  beforeLoad: async ({ context, params, location }) => {
    const { companies } = await requireMe(context, location.href);
    const found = companies.find(({ slug }) => slug === params.company);
    if (!found) throw notFound();
    return { company: found };
  },
  component: lazyRouteComponent(() => import('./parts/shell.tsx'), 'Shell'),
});

const companyHome = createRoute({
  getParentRoute: () => company,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/c/$company/dashboard', params, replace: true });
  },
});

const under = { getParentRoute: () => company } as const;

/** One for each page: a lazy chunk. A page with filters validates its search here, so that they stand in the address. */
const pages = [
  createRoute({
    ...under,
    path: '/connections',
    component: lazyRouteComponent(() => import('./connections/connections-page.tsx'), 'ConnectionsPage'),
  }),
  createRoute({
    ...under,
    path: '/connections/new',
    component: lazyRouteComponent(() => import('./connections/gallery-page.tsx'), 'GalleryPage'),
  }),
  createRoute({
    ...under,
    path: '/connections/new/$connector',
    component: lazyRouteComponent(() => import('./connections/add-page.tsx'), 'AddPage'),
  }),
  createRoute({
    ...under,
    path: '/connections/$connection',
    validateSearch: toConnectionSearch,
    component: lazyRouteComponent(() => import('./connections/connection-page.tsx'), 'ConnectionPage'),
  }),
  createRoute({
    ...under,
    path: '/start',
    validateSearch: toStartSearch,
    component: lazyRouteComponent(() => import('./start/start-page.tsx'), 'StartPage'),
  }),
  createRoute({
    ...under,
    path: '/dashboard',
    validateSearch: toDashboardSearch,
    component: lazyRouteComponent(() => import('./dashboard/dashboard-page.tsx'), 'DashboardPage'),
  }),
  createRoute({
    ...under,
    path: '/mapping',
    validateSearch: toMappingSearch,
    component: lazyRouteComponent(() => import('./mapping/mapping-page.tsx'), 'MappingPage'),
  }),
  createRoute({
    ...under,
    path: '/applicants-page',
    validateSearch: toApplicantsSearch,
    component: lazyRouteComponent(() => import('./applicants/applicants-page.tsx'), 'ApplicantsPage'),
  }),
  createRoute({
    ...under,
    path: '/letters',
    validateSearch: toLetterSearch,
    component: lazyRouteComponent(() => import('./letters/letters-page.tsx'), 'LettersPage'),
  }),
  createRoute({
    ...under,
    path: '/letters/templates/$template',
    validateSearch: toTemplateSearch,
    component: lazyRouteComponent(() => import('./letters/templates/template-page.tsx'), 'TemplatePage'),
  }),
  createRoute({
    ...under,
    path: '/credits',
    component: lazyRouteComponent(() => import('./credits/credits-page.tsx'), 'CreditsPage'),
  }),
  createRoute({
    ...under,
    path: '/slack',
    validateSearch: toSlackSearch,
    component: lazyRouteComponent(() => import('./slack/slack-page.tsx'), 'SlackPage'),
  }),
  createRoute({
    ...under,
    path: '/activity',
    validateSearch: toActivitySearch,
    component: lazyRouteComponent(() => import('./activity/activity-page.tsx'), 'ActivityPage'),
  }),
  createRoute({
    ...under,
    path: '/members',
    component: lazyRouteComponent(() => import('./members/members-page.tsx'), 'MembersPage'),
  }),
  createRoute({
    ...under,
    path: '/tokens',
    component: lazyRouteComponent(() => import('./members/tokens-page.tsx'), 'TokensPage'),
  }),
  createRoute({
    ...under,
    path: '/account',
    component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
  }),
  createRoute({
    ...under,
    path: '/settings',
    validateSearch: toSettingsSearch,
    component: lazyRouteComponent(() => import('./company/settings-page.tsx'), 'SettingsPage'),
  }),
] as const;

const tree = root.addChildren([
  home,
  begin,
  signIn,
  checkMail,
  secondFactor,
  link,
  first,
  invitation,
  company.addChildren([companyHome, ...pages]),
]);

/** The addresses of the page, under /app. */
export function openRouter(context: Context, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    basepath: '/app',
    context,
    defaultPreload: 'intent',
    scrollRestoration: true,
    ...(history ? { history } : {}),
  });
}

/** Fetches what the page at the present address is made of, while it is still asked whether it may be seen. */
export function preloadPage(router: Router): void {
  const routes: Readonly<Record<string, AnyRoute | undefined>> = router.routesById;
  for (const { routeId } of router.matchRoutes(router.latestLocation)) {
    const route = routes[routeId];
    if (route) void router.loadRouteChunk(route)?.catch(() => undefined);
  }
}

/** Left out of the address where it is only the start. Named even then: what is not named keeps what the address says. */
function toSearch({ back }: { readonly back?: string | undefined }): { readonly back?: string | undefined } {
  const safe = toBack(back);
  return { back: safe === '/' ? undefined : safe };
}

/** A code may look like a number to who reads addresses. */
function toCode({ code }: { readonly code?: string | number | undefined }): { readonly code: string } {
  return { code: String(code ?? '') };
}

export type Router = ReturnType<typeof openRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: Router;
  }
}
