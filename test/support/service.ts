import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The real program in a process of its own. */
export interface Service {
  readonly baseUrl: string;
  readonly child: ChildProcess;
  /** What it wrote, stdout and stderr together. */
  output(): string;
  /** Ends it without warning. */
  kill(): Promise<void>;
  /** Asks it to stop; gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts `serve` and waits until it is ready. @throws Error with its output when it ends before. */
export async function startService(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Service> {
  const { PATH = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(process.execPath, [main, 'serve', ...args], {
    // What one start compiled the next need not.
    env: { PATH, TMPDIR, NODE_COMPILE_CACHE: join(TMPDIR, 'career-relay-compiled'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const exit = once(child, 'exit');
  const baseUrl = env.BASE_URL ?? `http://127.0.0.1:${env.PORT}`;
  while (!(await isReady(baseUrl))) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    baseUrl,
    child,
    output: () => output,
    async kill() {
      child.kill('SIGKILL');
      await exit;
    },
    async stop() {
      child.kill('SIGTERM');
      await exit;
      return child.exitCode;
    },
  };
}

async function isReady(baseUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${baseUrl}/readyz`)).ok;
  } catch {
    return false;
  }
}

/** A port of this machine that is free now. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
