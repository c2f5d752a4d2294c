import type { Logger, LogLevel } from '@slack/bolt';
import type { Log } from '../platform/log.ts';

/** Our log behind Slack's libraries. Their chatter below a warning is dropped: it holds whole requests. */
export function toSlackLogger(log: Log): Logger {
  const say = (level: 'warn' | 'error') => (said: unknown) =>
    log[level]({ said: said instanceof Error ? said.message : String(said) }, "Slack's library said something");
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: say('warn'),
    error: say('error'),
    setLevel: () => undefined,
    // The library's enum is erased here, so that the library is not loaded for its name.
    getLevel: () => 'warn' as LogLevel,
    setName: () => undefined,
  };
}
