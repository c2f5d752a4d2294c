/** What of its process the command line may touch. */
export interface ClientIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array | string>;
}

export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The command was typed wrong; nothing was asked of the service. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The service refused, failed or was not there. Exit code 1. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

export async function readAll(input: ClientIo['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
