import { Command, CommanderError } from 'commander';
import { addClientCommands } from '../../src/settings/index.ts';
import { adminToken } from './relay.ts';

/** What a command did. */
export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export type Type = (args: readonly string[], surroundings?: Surroundings) => Promise<Ran>;

/** Types a command to the service at `url`, as `career-relay …` in a terminal without colours. */
export async function typeAt(
  url: string,
  args: readonly string[],
  { env, input = '' }: Surroundings = {},
): Promise<Ran> {
  const written = { out: '', err: '' };
  const program = new Command('career-relay').exitOverride();
  addClientCommands(program, {
    env: env ?? { BASE_URL: url, ADMIN_TOKEN: adminToken },
    stdout: {
      write: (text) => {
        written.out += text;
      },
    },
    stderr: {
      write: (text) => {
        written.err += text;
      },
    },
    stdin: (async function* () {
      yield Buffer.from(input);
    })(),
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return { ...written, exitCode: 0 };
  } catch (error) {
    if (error instanceof CommanderError) return { ...written, exitCode: error.exitCode };
    throw error;
  }
}
