import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { connectors } from '../connectors/index.ts';
import { readConfig, toClientVariables } from '../src/config.ts';
import { isInstallable } from '../src/connector/index.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** The names the schema of the environment knows. */
const own = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name ?? '');
/** Those of our OAuth clients at the ATSs that have them. */
const clients = ['greenhouse', 'lever'].flatMap((id) => Object.values(toClientVariables(id)));
const variables = [...own, ...clients];

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}
const compose = parse(read('compose.yaml'), { merge: true }) as Compose;
const dockerfile = read('Dockerfile');

test('.env.example names every variable, no other, and explains each in the line above', () => {
  const lines = read('.env.example').split('\n');
  const named = lines.flatMap((line, index) => (/^[A-Z]/.test(line) ? [{ line, above: lines[index - 1] }] : []));

  expect(named.map(({ line }) => line.replace(/=$/, ''))).toEqual(variables);
  for (const { above } of named) expect(above).toMatch(/^# .{20,}\.$/);
});

test('an ATS that is installed by agreeing there has its variables in .env.example', () => {
  const wanted = connectors.filter(isInstallable).flatMap(({ id }) => Object.values(toClientVariables(id)));

  expect(wanted.filter((name) => !clients.includes(name))).toEqual([]);
});

test('.env.example as it stands is a usable environment', () => {
  const env = parseEnv(read('.env.example'));

  expect(readConfig(env)).toMatchObject({ port: 3000, baseUrl: 'http://localhost:3000', slack: undefined });
});

test('the services get an environment that the configuration accepts', () => {
  for (const name of ['web', 'worker']) {
    const { environment = {} } = compose.services[name] ?? {};
    const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, fill(value)]));

    expect(Object.keys(env).filter((key) => !variables.includes(key))).toEqual([]);
    expect(readConfig(env)).toMatchObject({ port: 3000, host: '0.0.0.0', baseUrl: 'http://localhost:3000' });
  }
});

/** What compose makes of `${NAME:-default}` and of `${NAME:?why}` when only the required ones are set. */
function fill(value: string): string {
  const required: Readonly<Record<string, string>> = {
    SECRET_KEY: Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64'),
    ADMIN_TOKEN: 'a'.repeat(32),
  };
  return value
    .replace(/\$\{\w+:-([^}]*)\}/g, '$1')
    .replace(/\$\{(\w+):\?[^}]*\}/g, (_whole, name: string) => required[name] ?? '');
}

test('web and worker run the roles the command line knows', () => {
  const roles = /\.choices\(\[([^\]]+)\]\)/.exec(read('src/main.ts'))?.[1];

  for (const role of ['web', 'worker']) {
    expect(compose.services[role]?.command).toEqual(['serve', '--role', role]);
    expect(roles).toContain(`'${role}'`);
  }
});

test('every service is watched for its health, and the two wait for what they stand on', () => {
  const parts = ['postgres', 'redis', 'mailpit'];

  for (const name of parts) expect(compose.services[name]?.healthcheck?.test[0]).toBe('CMD');
  for (const name of ['web', 'worker']) {
    expect(compose.services[name]?.depends_on).toEqual(
      Object.fromEntries(parts.map((part) => [part, { condition: 'service_healthy' }])),
    );
  }
  expect(dockerfile).toMatch(/HEALTHCHECK[\s\S]*\/healthz/);
});

test('every named volume is declared, and no port is open to other machines', () => {
  const services = Object.values(compose.services);
  const used = services.flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? ''));

  expect(used.sort()).toEqual(Object.keys(compose.volumes).sort());
  for (const port of services.flatMap(({ ports = [] }) => ports)) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('what the image copies exists, is let in, and what runs in it is there', () => {
  const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
  const letIn = read('.dockerignore')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));

  expect(copies.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  expect([...new Set(copies)].sort()).toEqual(letIn.sort());
  expect(dockerfile).toContain('ENTRYPOINT ["node", "src/main.ts"]');
});

test('the image holds the built page, and nothing of what builds it', () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));

  expect(last).toContain('COPY --from=page /app/dist-page dist-page');
  expect(last).toContain('COPY --from=parts /app/node_modules node_modules');
  expect(last).not.toMatch(/npm |vite/);
});

test('the image runs without root, without development packages and on the Node the package names', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { readonly dependencies: Record<string, string> };
  const major = /\d+/.exec(dependencies.node ?? '')?.[0];

  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile.indexOf('USER node')).toBeLessThan(dockerfile.indexOf('ENTRYPOINT'));
  expect(dockerfile).toContain('npm ci --omit=dev');
  expect([...dockerfile.matchAll(/^FROM node:(\d+)-slim/gm)].map(([, version]) => version)).toEqual([
    major,
    major,
    major,
  ]);
});
