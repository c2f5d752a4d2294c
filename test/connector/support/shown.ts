import { inspect } from 'node:util';
import { pino } from 'pino';

/** Everything a person could get to see of an error: as text, inspected to the bottom, as JSON, and in a log that redacts nothing. */
export function showEverywhere(error: unknown): string {
  const lines: string[] = [];
  pino({ serializers: { err: pino.stdSerializers.errWithCause } }, { write: (line) => lines.push(line) }).error({
    err: error,
    error,
  });
  const stack = error instanceof Error ? `${error.message}\n${error.stack}` : '';
  return [stack, inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), ...lines].join('\n');
}
