import { Command, type ErrorOptions, InvalidArgumentError } from 'commander';
import { type Client, openClient, type ServiceOptions } from './client.ts';
import { type ClientIo, ServiceError, UsageError } from './io.ts';
import { openScreen, type Screen } from './screen.ts';

export interface CommonOptions extends ServiceOptions {
  readonly json?: boolean;
}

/** What a command works with. */
export interface Call<O> {
  readonly client: Client;
  readonly screen: Screen;
  readonly options: O & CommonOptions;
}

type Act<A extends readonly unknown[], O> = (call: Call<O>, ...args: A) => Promise<void>;

/**
 * A command over the API. Wrong use ends with exit code 2, a refusal of the service with 1. Nothing is thrown past it.
 */
export class ClientCommand extends Command {
  override createCommand(name?: string): ClientCommand {
    return new ClientCommand(name);
  }

  override error(message: string, options: ErrorOptions = {}): never {
    return super.error(message, { ...options, exitCode: 2 });
  }

  /** Examples at the end of the help: what one wants, and how to say it; a line break goes on in the next line. */
  examples(...examples: readonly (readonly [what: string, line: string])[]): this {
    const texts = examples.map(([what, line]) => `  # ${what}\n  career-relay ${line.replaceAll('\n', ' \\\n    ')}`);
    return this.helpCommand(false).addHelpText('after', `\nExamples:\n${texts.join('\n\n')}`);
  }

  /** Adds the options that say which service, and runs `act` with an open client. */
  calls<A extends readonly unknown[], O extends object>(io: ClientIo, act: Act<A, O>): this {
    this.optionsGroup('Service:')
      .option('--url <url>', 'address of the service (default: BASE_URL, else http://localhost:3000)')
      .option('--token <token>', 'admin token (default: ADMIN_TOKEN, else the file DATA_DIR/admin-token)')
      .option('--json', 'print the answer of the API as JSON');
    return this.action(async (...given: unknown[]) => {
      const args = given.slice(0, this.registeredArguments.length) as unknown as A; // commander gives the declared arguments first
      const options = this.opts<O & CommonOptions>();
      try {
        const client = openClient(options, io.env);
        await act({ client, screen: openScreen(io, options.json === true), options }, ...args);
      } catch (error) {
        if (error instanceof UsageError) this.error(`error: ${error.message}`);
        if (error instanceof ServiceError) super.error(`✗ ${error.message}`, { exitCode: 1 });
        throw error;
      }
    });
  }
}

/** Options of every list. */
export interface ListOptions {
  readonly limit?: string;
  readonly cursor?: string;
}

/** Reads a whole number option. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Reads a repeatable `name=value` option. */
export function pair(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be name=value.');
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}
