import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** A text channel to one client: RFC 6455, as much as socket mode needs. No fragments, no extensions. */
export interface WebSocketPeer {
  send(text: string): void;
  /** Says goodbye; the connection ends when the client has said it too. */
  close(): void;
}

export interface PeerListener {
  onText(text: string): void;
  onClose(): void;
}

const opcodes = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** Status 1000. */
const normalClosure = Buffer.from([0x03, 0xe8]);

/** Answers the upgrade and reads what comes. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex, listener: PeerListener): WebSocketPeer {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  socket.write(`${[...lines, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
  let unread = Buffer.alloc(0);
  let hasSaidGoodbye = false;
  const send = (opcode: number, payload: Buffer) => void (socket.writable && socket.write(toFrame(opcode, payload)));
  const sayGoodbye = (reason: Buffer) => {
    if (!hasSaidGoodbye) send(opcodes.close, reason);
    hasSaidGoodbye = true;
  };
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    for (let frame = readFrame(unread); frame; frame = readFrame(unread)) {
      unread = unread.subarray(frame.length);
      if (frame.opcode === opcodes.text) listener.onText(frame.payload.toString('utf8'));
      if (frame.opcode === opcodes.ping) send(opcodes.pong, frame.payload);
      if (frame.opcode === opcodes.close) {
        sayGoodbye(frame.payload);
        socket.end();
      }
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => listener.onClose());
  return {
    send: (text) => send(opcodes.text, Buffer.from(text, 'utf8')),
    close: () => sayGoodbye(normalClosure),
  };
}

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Of the whole frame, in bytes. */
  readonly length: number;
}

/** The first frame, once it is there whole. Clients mask theirs. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const sizeBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskAt = 2 + sizeBytes;
  if (bytes.length < maskAt + 4) return undefined;
  const size = sizeBytes === 0 ? short : sizeBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const length = maskAt + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(maskAt, maskAt + 4);
  const payload = Buffer.from(bytes.subarray(maskAt + 4, length));
  for (let index = 0; index < payload.length; index += 1)
    payload[index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0);
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, length };
}

function toFrame(opcode: number, payload: Buffer): Buffer {
  const size = payload.length;
  const head = size < 126 ? Buffer.alloc(2) : size < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  head.writeUInt8(0x80 | opcode, 0);
  if (size < 126) head.writeUInt8(size, 1);
  else if (size < 65_536) {
    head.writeUInt8(126, 1);
    head.writeUInt16BE(size, 2);
  } else {
    head.writeUInt8(127, 1);
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, payload]);
}
