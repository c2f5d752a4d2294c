import { type Logger, pino } from 'pino';
import { isError } from './errors.ts';

export type Log = Logger;

const secretKeys = ['authorization', 'cookie', 'token', 'secret', 'password', 'email', 'body'];

/**
 * The log: static sentences with fields, one JSON object a line on stderr, so that stdout belongs to commands.
 * Person data never enters it; the redaction here is the second fence, not the first.
 */
export function openLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
      serializers: { err: toLoggedError },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** What of an error may be logged: no cause and no foreign fields, which may carry headers or rows. */
function toLoggedError(error: unknown): object {
  if (!isError(error)) return { message: 'not an error' };
  const code = error.code === undefined ? undefined : String(error.code);
  return { type: error.name, code, message: error.message, stack: error.stack };
}
