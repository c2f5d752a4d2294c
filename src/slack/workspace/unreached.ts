import { z } from 'zod';

/** Nothing left this machine. */
export class UnreachedError extends Error {
  override readonly name = 'UnreachedError';
}

/** Failures before a byte could leave. */
const unreachedCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const Unreached = z.object({ cause: z.object({ code: z.string() }) });

/** Tells the failures before a byte could leave from the others, here where fetch still shows their cause. */
export async function fetchOrSayUnreached(...call: Parameters<typeof fetch>): Promise<Response> {
  try {
    return await fetch(...call);
  } catch (error) {
    const code = Unreached.safeParse(error).data?.cause.code;
    throw code !== undefined && unreachedCodes.has(code) ? new UnreachedError(code) : error;
  }
}
