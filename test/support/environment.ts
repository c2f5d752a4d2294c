import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TestEnvironment } from 'jest-environment-node';
import type { EmbeddedParts } from '../../src/platform/database.ts';

// TypeScript knows it from the DOM only.
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

/**
 * Where a test file runs: Node's, and with it what PGlite needs, read and compiled once in a worker. A test file has modules
 * of its own, so each would compile the 8 MB of PGlite's program again, which takes longer than most of them.
 */
export default class Environment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    this.global[key] = readOnce;
  }
}

const key = 'careerRelayEmbeddedParts';

/** For the test file. Without this environment (in jsdom) PGlite looks for its parts itself. */
export async function readEmbeddedParts(): Promise<EmbeddedParts> {
  const read = (globalThis as { readonly [key]?: typeof readOnce })[key];
  return (await read?.()) ?? {};
}

let parts: Promise<EmbeddedParts> | undefined;
/** V8 compiles equal bytes once for as long as somebody holds the result: whoever compiles them after us gets ours. */
let program: Promise<object> | undefined;

function readOnce(): Promise<EmbeddedParts> {
  program ??= readOfPglite('pglite.wasm').then((bytes) => WebAssembly.compile(bytes));
  parts ??= readParts();
  return parts;
}

async function readParts(): Promise<EmbeddedParts> {
  const template = process.env.CAREER_RELAY_TEST_TEMPLATE;
  const files = await readOfPglite('pglite.data');
  await program;
  return {
    fsBundle: new InMemory(toArrayBuffer(files)),
    ...(template !== undefined && { loadDataDir: new InMemory(toArrayBuffer(await readFile(template))) }),
  };
}

function readOfPglite(name: string) {
  return readFile(join(dirname(createRequire(import.meta.url).resolve('@electric-sql/pglite')), name));
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const own = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(own).set(bytes);
  return own;
}

/** A Blob that gives its bytes as they are; Node's copies them, 64 KB at a time. PGlite copies what it takes. */
class InMemory extends Blob {
  readonly #bytes: ArrayBuffer;

  constructor(bytes: ArrayBuffer) {
    super([]);
    this.#bytes = bytes;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes;
  }
}
