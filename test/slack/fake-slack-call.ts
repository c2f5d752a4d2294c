import type { FakeSlack } from '../support/fake-slack.ts';

export interface Called {
  readonly ok: boolean;
  readonly error?: string;
  readonly [key: string]: unknown;
}

/** Calls a method as Slack's own library does: a form, with structures as JSON. */
export async function callSlack(
  slack: FakeSlack,
  token: string,
  method: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<Called> {
  const response = await requestSlack(slack, token, method, args);
  return (await response.json()) as Called;
}

/** As `callSlack`, for those who look at status and headers. */
export function requestSlack(
  slack: FakeSlack,
  token: string,
  method: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<Response> {
  const fields = Object.entries(args).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return fetch(`${slack.url}${method}`, {
    method: 'POST',
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    body: new URLSearchParams(fields),
  });
}
