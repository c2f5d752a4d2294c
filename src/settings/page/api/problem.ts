import type { ErrorCode, ProblemDetails } from './types.ts';

/** Who must act before it can go well. */
export type Actor = 'you' | 'admin' | 'operator' | 'support' | 'nobody';

/** A refusal of the API, or that it could not be reached: then `status` is 0 and `code` says `unreachable`. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  /** For people, in the language asked for; '' where the page has to say it itself. */
  readonly title: string;
  readonly fields: readonly { readonly path: string; readonly message: string }[];

  constructor({ status, code, title, fields }: Pick<ProblemDetails, 'status' | 'code' | 'title' | 'fields'>) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.title = title;
    this.fields = fields ?? [];
  }
}

/** What an answer that is not ok says. A gateway's own page has no code of ours: then the status alone speaks. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const isOurs = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const status = response.status;
  if (!isOurs) return new ApiProblem({ status, code: status >= 500 ? 'unreachable' : 'unknown', title: '' });
  const details: ProblemDetails = await response.json();
  return new ApiProblem({ ...details, status });
}

/** Anything thrown while asking, as a problem. */
export function toProblem(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown;
  return new ApiProblem({ status: 0, code: 'unreachable', title: '' });
}

/** Somebody else saved in between: the version that this change was made upon is no longer the newest. */
export const isConflict = (problem: ApiProblem) => problem.status === 412;
export const isSignedOut = (problem: ApiProblem) => problem.status === 401;
/** Worth trying again by itself. */
export const isTransient = ({ status }: ApiProblem) => status === 0 || status === 503;

const actors: Readonly<Partial<Record<ErrorCode, Actor>>> = {
  database_unavailable: 'operator',
  secret_unreadable: 'operator',
  oauth_client_missing: 'operator',
  mail_unavailable: 'operator',
  vendor_unauthorized: 'admin',
  vendor_forbidden: 'admin',
  vendor_address_refused: 'admin',
  vendor_field_unsuitable: 'admin',
  slack_refused: 'admin',
  agency_incomplete: 'admin',
  vendor_rate_limited: 'nobody',
  vendor_unavailable: 'nobody',
  slack_unavailable: 'nobody',
  vendor_refused: 'support',
  vendor_not_understood: 'support',
  delivery_not_understood: 'support',
  cursor_unreadable: 'support',
  internal_error: 'support',
};

/** Who must act: by the code where it tells more than the status does. */
export function toActor({ code, status }: Pick<ApiProblem, 'code' | 'status'>): Actor {
  const known = new Map<string, Actor>(Object.entries(actors)).get(code);
  if (known) return known;
  if (status === 403) return 'admin';
  return status === 0 || status >= 500 ? 'operator' : 'you';
}
