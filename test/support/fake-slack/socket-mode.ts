import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { takeAnswer } from './answers.ts';
import { parseJson } from './response-urls.ts';
import { acceptWebSocket, type WebSocketPeer } from './web-socket.ts';
import { newRef, type SlackRequest, type World } from './world.ts';

/** Socket mode: docs.slack.dev, "Using Socket Mode" (read 2026-11-29). At most 10 connections stand at once. */
const mostConnections = 10;
const patienceMs = 500;

export interface SocketMode {
  /** For apps.connections.open: an address that opens one connection. */
  newUrl(): string;
  upgrade(request: IncomingMessage, socket: Duplex): void;
  /** Hands a request to one of the connections; ends when the app has acknowledged it, with what it said. */
  send(request: SlackRequest): Promise<unknown>;
  /** Asks the app to close its connections and come back; ends when it has closed them. */
  disconnect(reason?: 'warning' | 'refresh_requested' | 'link_disabled'): Promise<void>;
  /** Ends when so many connections stand. */
  connected(count?: number): Promise<void>;
  /** Ends every connection as RFC 6455 wants it; after half a second, without the client. */
  end(): Promise<void>;
  /** Tears them down, as a Slack that breaks. */
  destroy(): void;
}

const envelopeTypes = { command: 'slash_commands', event: 'events_api', interaction: 'interactive' } as const;
const Ack = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

export function makeSocketMode(world: World): SocketMode {
  const tickets = new Set<string>();
  const peers = new Map<WebSocketPeer, Duplex>();
  const waiting = new Map<string, (payload: unknown) => void>();
  let watchers: { readonly count: number; readonly done: () => void }[] = [];

  function takeText(text: string): void {
    const ack = Ack.safeParse(parseJson(text));
    if (!ack.success) return;
    waiting.get(ack.data.envelope_id)?.(ack.data.payload);
    waiting.delete(ack.data.envelope_id);
  }

  function destroy(): void {
    for (const socket of peers.values()) socket.destroy();
  }

  function greet(peer: WebSocketPeer): void {
    peer.send(
      JSON.stringify({
        type: 'hello',
        num_connections: peers.size,
        connection_info: { app_id: world.app.appId },
        debug_info: { host: 'fake', approximate_connection_time: 18_060 },
      }),
    );
    for (const watcher of watchers) if (peers.size >= watcher.count) watcher.done();
    watchers = watchers.filter(({ count }) => peers.size < count);
  }

  return {
    newUrl() {
      const ticket = newRef(world, 'K');
      tickets.add(ticket);
      return `${world.origin().replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${world.app.appId}`;
    },
    upgrade(request, socket) {
      const ticket = new URL(request.url ?? '', world.origin()).searchParams.get('ticket') ?? '';
      if (!tickets.delete(ticket) || peers.size >= mostConnections)
        return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const peer = acceptWebSocket(request, socket, { onText: takeText, onClose: () => void peers.delete(peer) });
      peers.set(peer, socket);
      greet(peer);
    },
    async send(request) {
      const [peer] = [...peers.keys()].slice(-1);
      if (!peer) throw new Error('no connection stands');
      const envelopeId = randomUUID();
      const acknowledged = new Promise<unknown>((resolve) => waiting.set(envelopeId, resolve));
      const envelope = {
        envelope_id: envelopeId,
        type: envelopeTypes[request.kind],
        accepts_response_payload: request.kind !== 'event',
        payload: request.payload,
        ...(request.headers['x-slack-retry-num']
          ? { retry_attempt: Number(request.headers['x-slack-retry-num']) }
          : {}),
      };
      peer.send(JSON.stringify(envelope));
      const payload = await acknowledged;
      // Slack's own library acknowledges with an empty object where there is nothing to say.
      const isEmpty = payload === undefined || Object.keys(Object(payload)).length === 0;
      takeAnswer(world, request, isEmpty ? '' : JSON.stringify(payload));
      return payload;
    },
    async disconnect(reason = 'refresh_requested') {
      const ended = [...peers.values()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const peer of peers.keys())
        peer.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'fake' } }));
      await Promise.all(ended);
    },
    connected(count = 1) {
      if (peers.size >= count) return Promise.resolve();
      return new Promise((done) => void watchers.push({ count, done }));
    },
    async end() {
      const ended = [...peers.values()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const peer of peers.keys()) peer.close();
      const impatient = setTimeout(destroy, patienceMs);
      await Promise.all(ended);
      clearTimeout(impatient);
    },
    destroy,
  };
}
