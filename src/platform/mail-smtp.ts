import { PassThrough, type Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { Mailer, MailOutcome } from './mail.ts';
import { toMessage } from './mail-message.ts';

export interface SmtpParts {
  readonly smtpUrl: string;
  /** Ours, for the Message-ID and the EHLO. */
  readonly host: string;
  readonly limits?: Partial<SmtpLimits>;
}

/** Milliseconds. */
export interface SmtpLimits {
  readonly connect: number;
  readonly greeting: number;
  /** Longest silence of the server. */
  readonly silence: number;
  /** Longest time for one mail, from asking for a connection to the last answer. */
  readonly deadline: number;
}

const usualLimits: SmtpLimits = { connect: 10_000, greeting: 10_000, silence: 30_000, deadline: 50_000 };
const connectionsAtMost = 5;

/** Sends through one SMTP server over a few lasting connections. A mail whose fate is not known is never repeated here. */
export function openSmtpMailer({ smtpUrl, host, limits }: SmtpParts): Mailer {
  const { connect, greeting, silence, deadline } = { ...usualLimits, ...limits };
  const transport = createTransport({
    ...toTlsOptions(smtpUrl),
    url: smtpUrl,
    pool: true,
    name: host,
    maxConnections: connectionsAtMost,
    maxRequeues: 2,
    connectionTimeout: connect,
    greetingTimeout: greeting,
    socketTimeout: silence,
    dnsTimeout: connect,
    idleTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const bodies = new WeakMap<object, Body>();
  transport.use('stream', (mail, done) => {
    const body = mail.data.signal && bodies.get(mail.data.signal);
    if (body) mail.message.processFunc((input: Readable) => body.watch(input));
    done();
  });

  return {
    kind: 'smtp',
    isIdempotent: false,
    atOnce: connectionsAtMost,
    async send(mail) {
      const message = toMessage(mail, host);
      if (!message) return { kind: 'refused', isPermanent: true, reason: 'address-invalid' };
      const signal = AbortSignal.timeout(deadline);
      const body = watchBody();
      bodies.set(signal, body);
      try {
        await transport.sendMail({
          ...message,
          headers: { ...message.headers },
          envelope: { from: message.from.address, to: [message.to.address] },
          signal,
        });
        return { kind: 'sent' };
      } catch (error) {
        return judgeSmtpError(error, body.hasBegun());
      }
    },
    close: async () => transport.close(),
  };
}

/** Encrypted unless the address says otherwise (`?requireTLS=false`) or the server is this machine. */
export function toTlsOptions(smtpUrl: string): { readonly requireTLS?: true } {
  const url = new URL(smtpUrl);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const saysItself = url.searchParams.has('requireTLS') || url.searchParams.has('ignoreTLS');
  return url.protocol === 'smtps:' || isLocal || saysItself ? {} : { requireTLS: true };
}

/** Knows whether the server was given any of the mail itself: from then on only its own answer tells what became of it. */
interface Body {
  watch(input: Readable): Readable;
  hasBegun(): boolean;
}

function watchBody(): Body {
  const given: Readable[] = [];
  const hasBegun = () => given.some((stream) => stream.readableDidRead);
  return {
    hasBegun,
    watch(input) {
      // The pool may take a mail up again after a lost connection; never once any of it has left.
      const output = new PassThrough();
      if (hasBegun()) output.destroy(new Error('this mail has already been given to the server'));
      else input.on('error', (error) => output.destroy(error)).pipe(output);
      given.push(output);
      return output;
    },
  };
}

const SmtpError = z
  .object({ code: z.string().catch(''), responseCode: z.number().int().optional().catch(undefined) })
  .catch({ code: '', responseCode: undefined });

/**
 * What became of a mail, from nodemailer's error (codes as of 10.6, read 2026-11-22). The server's own answer to the
 * mail is final; without one, a mail that has begun to leave is unknown, and one that has not was refused.
 */
export function judgeSmtpError(error: unknown, hasBegun: boolean): MailOutcome {
  const { code, responseCode } = SmtpError.parse(error);
  const isAnswer = responseCode !== undefined && responseCode >= 400 && (code === 'EMESSAGE' || code === 'EENVELOPE');
  if (isAnswer) return { kind: 'refused', isPermanent: isFinal(responseCode), reason: `smtp-${responseCode}` };
  if (hasBegun) return { kind: 'unknown', reason: 'answer-missing' };
  if (code === 'EENVELOPE' || code === 'EMESSAGE')
    return { kind: 'refused', isPermanent: true, reason: 'message-invalid' };
  // A wrong password is the operator's to mend, and the letter waits for it.
  if (code === 'EAUTH') return { kind: 'refused', isPermanent: false, reason: 'login-refused' };
  return { kind: 'refused', isPermanent: false, reason: 'server-unreachable' };
}

/** 503 says that the session was in the wrong state, not that the mail was refused. */
function isFinal(responseCode: number): boolean {
  return responseCode >= 500 && responseCode !== 503;
}
