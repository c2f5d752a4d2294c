/** What the fake vendor answers, in its words. */
import type { z } from 'zod';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refuse(status: number, message: string, ...errors: readonly unknown[]): Answer {
  return { status, body: { message, errors } };
}

export const invalid = (...errors: readonly unknown[]): Answer => refuse(422, 'Validation error', ...errors);
export const notFound = refuse(404, 'Resource not found', 'Resource not found');

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function toProblems(error: z.ZodError): Answer {
  return invalid(...error.issues.map((issue) => ({ [issue.path.join('.') || 'body']: issue.message })));
}
