import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

/** One source file, by its path from the top of the project. */
interface Source {
  readonly path: string;
  readonly text: string;
}

/** What one file does that it should not; [] when it is as agreed. */
type Rule = (source: Source) => readonly string[];

interface Import {
  /** As written. */
  readonly from: string;
  /** For our own files: the path from the top of the project. */
  readonly file: string | undefined;
  readonly isType: boolean;
}

/** The rooms, in the order of the stream. */
const rooms = ['company', 'connector', 'intake', 'letter', 'consent', 'credit', 'slack', 'settings'];
/** Files that wire the rooms or start the program. */
const isWiring = (path: string) => path === 'src/app.ts' || path === 'src/main.ts' || path.startsWith('src/demo/');
const isTest = (path: string) => path.startsWith('test/') || path.startsWith('bench/');
/** What runs in the browser. */
const isPage = (path: string) => path.startsWith('src/settings/page/');
const isConnector = (path: string) => /^connectors\/[^/]+\//.test(path);

const root = fileURLToPath(new URL('../', import.meta.url));
const outside = new Set(['node_modules', '.git', 'dist', 'dist-page', 'data', 'coverage']);

function listFiles(folder: string): string[] {
  return readdirSync(posix.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (outside.has(entry.name) || entry.name.startsWith('dist-page-')) return [];
    return entry.isDirectory() ? listFiles(path) : [path];
  });
}

const files = listFiles('').map((path) => ({ path, text: readFileSync(posix.join(root, path), 'utf8') }));
const sources = files.filter(({ path }) => /\.tsx?$/.test(path) && /^(src|connectors|templates)\//.test(path));

const importPattern =
  /^\s*(import|export)\b(?<what>[^;'"]*?)\bfrom\s*['"](?<from>[^'"]+)['"]|^\s*import\s*['"](?<bare>[^'"]+)['"]|\bimport\(\s*['"](?<dynamic>[^'"]+)['"]\s*\)/gm;

function readImports({ path, text }: Source): readonly Import[] {
  return [...withoutComments(text).matchAll(importPattern)].map(({ groups = {} }) => {
    const from = groups.from ?? groups.bare ?? groups.dynamic ?? '';
    const file = from.startsWith('.') ? posix.join(posix.dirname(path), from) : undefined;
    return { from, file, isType: groups.what?.trimStart().startsWith('type') ?? false };
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** `better-auth` of `better-auth/plugins`, `@slack/bolt` of itself. */
function toPackage(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

function toRoom(path: string): string | undefined {
  const folder = /^src\/([^/]+)\//.exec(path)?.[1];
  return folder !== undefined && rooms.includes(folder) ? folder : undefined;
}

const own = (source: Source) =>
  readImports(source).flatMap((found) => (found.file ? [{ ...found, file: found.file }] : []));
const foreign = (source: Source) => readImports(source).filter(({ file }) => file === undefined);

const rules = {
  'platform and events import no room': (source) => {
    if (!source.path.startsWith('src/platform/') && source.path !== 'src/events.ts') return [];
    const isAllowed = (file: string) => file.startsWith('src/platform/') || file === 'src/events.ts';
    return own(source).flatMap(({ file }) => (isAllowed(file) ? [] : [`imports ${file}`]));
  },

  'a room imports only platform, events, types of config, and rooms upstream through their door': (source) => {
    const room = toRoom(source.path);
    if (room === undefined) return [];
    return own(source).flatMap(({ file, isType }) => {
      // Of the page only types count: its own rule keeps values out, and a type leaves nothing in the bundle.
      if (isPage(source.path) && isType) return [];
      if (file.startsWith('src/platform/') || file === 'src/events.ts') return [];
      if (file === 'src/config.ts') return isType ? [] : ['imports values of config.ts: they are handed in by app.ts'];
      const other = toRoom(file);
      if (other === room) return [];
      if (other === undefined) return [`imports ${file}, which is no room`];
      if (rooms.indexOf(other) > rooms.indexOf(room)) return [`looks downstream at ${file}: an event says it`];
      return file === `src/${other}/index.ts` ? [] : [`goes past the door of ${other}: ${file}`];
    });
  },

  'a connector imports only the contract, zod and Node, and its fake the contract of fakes': (source) => {
    if (!isConnector(source.path)) return [];
    const folder = `${posix.dirname(source.path)}/`;
    const isFake = posix.basename(source.path).startsWith('fake');
    const allowed = ['src/connector/contract.ts', ...(isFake ? ['src/connector/fake.ts'] : [])];
    return [
      ...own(source).flatMap(({ file }) =>
        file.startsWith(folder) || allowed.includes(file) ? [] : [`imports ${file}`],
      ),
      ...foreign(source).flatMap(({ from }) => (from === 'zod' || from.startsWith('node:') ? [] : [`imports ${from}`])),
    ];
  },

  'only the wiring imports connectors': (source) => {
    if (isWiring(source.path) || isTest(source.path) || source.path.startsWith('connectors/')) return [];
    return own(source).flatMap(({ file }) => (file.startsWith('connectors/') ? [`imports ${file}`] : []));
  },

  'only the command line imports app.ts, and nothing imports the command line': (source) => {
    const isAllowed = isWiring(source.path) || isTest(source.path);
    return own(source).flatMap(({ file }) => {
      if (file === 'src/main.ts') return ['imports main.ts'];
      return file === 'src/app.ts' && !isAllowed ? ['imports app.ts'] : [];
    });
  },

  'no vendor is named in the core': (source) => {
    if (!source.path.startsWith('src/') || isWiring(source.path)) return [];
    const examples: Readonly<Record<string, string>> = {
      'src/settings/cli/connections.ts': 'an example a person types stands in --help',
      'src/settings/api/schemas.ts': 'an example a program sends stands in the API document',
    };
    if (source.path in examples) return [];
    return [...source.text.matchAll(/greenhouse|\blever\b|hrmos/gi)].map(([word]) => `says ${word}`);
  },

  'time, chance, the environment and the console are handed in': (source) => {
    const handsThemIn = ['src/config.ts', 'src/main.ts', 'src/platform/', 'src/demo/'];
    if (handsThemIn.some((path) => source.path.startsWith(path)) || isTest(source.path)) return [];
    const found = withoutComments(source.text).matchAll(
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.env\b|\bconsole\.\w+/g,
    );
    return [...found].map(([word]) => `uses ${word}`);
  },

  'a library that reaches outside is wrapped in one file': (source) => {
    const wrappers: Readonly<Record<string, readonly string[]>> = {
      axios: ['src/connector/vendor-client.ts'],
      bottleneck: ['src/connector/limiter.ts'],
      ioredis: ['src/connector/limiter.ts'],
      'p-retry': ['src/connector/http.ts'],
      keyv: ['src/platform/cache.ts'],
      '@keyv/redis': ['src/platform/cache.ts'],
      mjml: ['templates/letter/mjml.ts'],
      'better-auth': ['src/settings/identity/better-auth.ts'],
      '@better-auth/passkey': ['src/settings/identity/better-auth.ts'],
      nodemailer: ['src/platform/mail-smtp.ts'],
      pg: ['src/platform/database.ts'],
      '@electric-sql/pglite': ['src/platform/database.ts'],
      // The database hands the queue its own connection through pg-boss's adapter.
      'pg-boss': ['src/platform/jobs.ts', 'src/platform/database.ts'],
      'csv-parse': ['src/connector/table-file/parse.ts'],
      'iconv-lite': ['src/connector/table-file/decode.ts', 'src/connector/table-file/write.ts'],
      '@fastify/multipart': ['src/settings/api/imports.ts'],
      '@holiday-jp/holiday_jp': ['src/platform/business-hours.ts'],
      // Each of the three writes in another form (mail, mrkdwn, page) and so escapes in another way.
      liquidjs: ['src/letter/templates.ts', 'src/slack/text/liquid.ts', 'src/consent/pages.ts'],
      '@resvg/resvg-js': ['src/slack/text/chart.ts'],
      // The calls out, the requests in, and the log behind both.
      '@slack/bolt': [
        'src/slack/web-api.ts',
        'src/slack/app/receiver.ts',
        'src/slack/slack-log.ts',
        'src/slack/workspace/client.ts',
      ],
      '@slack/web-api': [],
      '@fastify/static': ['src/settings/serve-page.ts'],
      '@simplewebauthn/browser': ['src/settings/page/sign-in/calls.ts'],
    };
    return foreign(source).flatMap(({ from, isType }) => {
      // Its shapes of blocks, views and manifests are what the room speaks to Slack in.
      if (from === '@slack/bolt' && isType && source.path.startsWith('src/slack/')) return [];
      const allowed = wrappers[toPackage(from)];
      return allowed === undefined || allowed.includes(source.path) ? [] : [`imports ${from}`];
    });
  },

  'the page imports only itself, types, and libraries made for browsers; nothing else imports it': (source) => {
    if (isPage(source.path))
      return readImports(source).flatMap(({ from, file, isType }) => {
        if (isType || (file === undefined ? pageLibraries.has(toPackage(from)) : isPage(file))) return [];
        return [`imports ${from}`];
      });
    return own(source).flatMap(({ file }) => (isPage(file) ? [`imports ${file}`] : []));
  },

  'what runs stands on dependencies alone, not on those of development': (source) => {
    // Bundled where it is built; its own rule says what it may load.
    if (isPage(source.path)) return [];
    // Compiles letters where they are written; what runs never loads it.
    if (source.path.startsWith('templates/')) return [];
    return foreign(source).flatMap(({ from }) => {
      if (from.startsWith('node:') || dependencies.has(toPackage(from))) return [];
      return [`imports ${from}`];
    });
  },

  'nothing points out of the project': ({ text }) => {
    const elsewhere = ['..', 'shared'].join('/');
    return text.includes(elsewhere) ? [`says ${elsewhere}`] : [];
  },
} satisfies Record<string, Rule>;

/** What the page is built from. None of them is there when the service runs. */
const pageLibraries: ReadonlySet<string> = new Set([
  '@mantine/charts',
  '@mantine/core',
  '@mantine/form',
  '@mantine/hooks',
  '@mantine/notifications',
  '@simplewebauthn/browser',
  '@tanstack/react-query',
  '@tanstack/react-router',
  '@tanstack/react-virtual',
  'get-nonce',
  'i18next',
  'lucide-react',
  'react',
  'react-dom',
  'react-i18next',
  'uqr',
]);

const dependencies: ReadonlySet<string> = new Set(
  Object.keys(
    (JSON.parse(readFileSync(posix.join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> })
      .dependencies,
  ),
);

type RuleName = keyof typeof rules;
const ruleNames = Object.keys(rules) as RuleName[];
const ofEveryFile: readonly RuleName[] = ['nothing points out of the project'];

describe('the house stands as agreed', () => {
  test.each(ruleNames)('%s', (name) => {
    const judged = ofEveryFile.includes(name) ? files : sources;

    const problems = judged.flatMap((source) => rules[name](source).map((problem) => `${source.path} ${problem}`));

    expect(problems).toEqual([]);
  });

  test('every folder of src is a room with a door, the platform, or the demo', () => {
    const folders = readdirSync(posix.join(root, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const doors = files.flatMap(({ path }) => /^src\/([^/]+)\/index\.ts$/.exec(path)?.[1] ?? []);

    expect(folders.sort()).toEqual([...rooms, 'platform', 'demo'].sort());
    expect(doors.sort()).toEqual([...rooms].sort());
  });

  test('the files that are judged are read at all', () => {
    const paths = sources.map(({ path }) => path);

    expect(paths).toEqual(expect.arrayContaining(['src/app.ts', 'src/slack/slack.ts', 'connectors/index.ts']));
    expect(sources.flatMap(readImports).length).toBeGreaterThan(300);
  });
});

/** For each rule, files that break it and files that do not. */
const samples: Readonly<
  Record<RuleName, { readonly wrong: readonly [string, string][]; readonly right: readonly [string, string][] }>
> = {
  'platform and events import no room': {
    wrong: [
      ['src/platform/jobs.ts', `import { readCompany } from '../company/index.ts';`],
      ['src/platform/log.ts', `import type { Config } from '../config.ts';`],
      ['src/events.ts', `export type { Letter } from './letter/index.ts';`],
    ],
    right: [['src/events.ts', `import type { Tx } from './platform/database.ts';`]],
  },
  'a room imports only platform, events, types of config, and rooms upstream through their door': {
    wrong: [
      ['src/letter/plan.ts', `import {\n  type Consent,\n  readConsents,\n} from '../consent/index.ts';`],
      ['src/letter/plan.ts', `const late = await import('../consent/index.ts');`],
      ['src/letter/plan.ts', `import type { Row } from '../intake/store.ts';`],
      ['src/letter/plan.ts', `import { readConfig } from '../config.ts';`],
      ['src/letter/plan.ts', `import { startApp } from '../app.ts';`],
      ['src/settings/api/letters.ts', `import { x } from '../../letter/store.ts';`],
    ],
    right: [
      ['src/letter/plan.ts', `import { readRejections } from '../intake/index.ts';\nimport './store.ts';`],
      ['src/letter/plan.ts', `import type { Config } from '../config.ts';`],
      ['src/letter/plan.ts', `/** See '../consent/index.ts'. */\n// import { x } from '../consent/index.ts';`],
    ],
  },
  'a connector imports only the contract, zod and Node, and its fake the contract of fakes': {
    wrong: [
      ['connectors/lever/index.ts', `import axios from 'axios';`],
      ['connectors/lever/index.ts', `import type { Tx } from '../../src/platform/database.ts';`],
      ['connectors/lever/index.ts', `import type { Fake } from '../../src/connector/fake.ts';`],
      ['connectors/lever/index.ts', `import { x } from '../greenhouse/map.ts';`],
    ],
    right: [
      ['connectors/lever/fake.ts', `import type { Fake } from '../../src/connector/fake.ts';`],
      ['connectors/lever/index.ts', `import { z } from 'zod';\nimport { createHash } from 'node:crypto';`],
    ],
  },
  'only the wiring imports connectors': {
    wrong: [['src/connector/connections.ts', `import { connectors } from '../../connectors/index.ts';`]],
    right: [['src/app.ts', `import { connectors } from '../connectors/index.ts';`]],
  },
  'only the command line imports app.ts, and nothing imports the command line': {
    wrong: [
      ['src/settings/index.ts', `import type { App } from '../app.ts';`],
      ['src/app.ts', `import './main.ts';`],
    ],
    right: [['src/main.ts', `import { startApp } from './app.ts';`]],
  },
  'no vendor is named in the core': {
    wrong: [
      ['src/intake/process.ts', `if (connector.id === 'Greenhouse') skip();`],
      ['src/letter/plan.ts', '// HRMOS does it otherwise'],
      ['src/letter/plan.ts', `const leverId = 'lever';`],
    ],
    right: [
      ['src/letter/plan.ts', 'const leverage = 1;'],
      ['src/demo/demo.ts', `const ats = 'greenhouse';`],
    ],
  },
  'time, chance, the environment and the console are handed in': {
    wrong: [
      ['src/credit/ledger.ts', 'const at = new Date();'],
      ['src/credit/ledger.ts', 'const at = Date.now();'],
      ['src/credit/ledger.ts', 'const nonce = Math.random();'],
      ['src/credit/ledger.ts', 'const { PORT } = process.env;'],
      ['connectors/lever/map.ts', 'console.log(body);'],
    ],
    right: [
      ['src/platform/clock.ts', 'const now = () => new Date();'],
      ['src/credit/ledger.ts', 'const at = new Date(clock.now().getTime() + ms);'],
    ],
  },
  'a library that reaches outside is wrapped in one file': {
    wrong: [
      ['src/letter/send.ts', `import nodemailer from 'nodemailer';`],
      ['src/slack/send-notice.ts', `import { WebClient } from '@slack/web-api';`],
      ['src/slack/text/view.ts', `import { App } from '@slack/bolt';`],
      ['src/settings/api/slack.ts', `import type { types } from '@slack/bolt';`],
      ['src/connector/oauth.ts', `import type { AxiosError } from 'axios/unsafe';`],
    ],
    right: [
      ['src/slack/app/receiver.ts', `const { App } = await import('@slack/bolt');`],
      ['src/slack/text/view.ts', `import type { types } from '@slack/bolt';`],
    ],
  },
  'the page imports only itself, types, and libraries made for browsers; nothing else imports it': {
    wrong: [
      ['src/settings/page/app.tsx', `import { Balance } from '../api/schemas.ts';`],
      ['src/settings/page/app.tsx', `import { z } from 'zod';`],
      ['src/settings/page/app.tsx', `import { readFileSync } from 'node:fs';`],
      ['src/settings/serve-page.ts', `import { openRouter } from './page/router.tsx';`],
    ],
    right: [
      ['src/settings/page/app.tsx', `import type { Balance } from '../api/schemas.ts';\nimport type { z } from 'zod';`],
      ['src/settings/page/app.tsx', `import { Button } from '@mantine/core';\nimport './page.css';`],
      ['src/settings/serve-page.ts', `import fastifyStatic from '@fastify/static';`],
    ],
  },
  'what runs stands on dependencies alone, not on those of development': {
    wrong: [
      ['src/demo/demo.ts', `import { http } from 'msw';`],
      ['src/demo/demo.ts', `import fs from 'fs';`],
    ],
    right: [['src/demo/demo.ts', `import { z } from 'zod';\nimport { join } from 'node:path';`]],
  },
  'nothing points out of the project': {
    wrong: [['README.md', `see ${['..', 'shared'].join('/')}/design.md`]],
    right: [['README.md', 'what is shared among workers']],
  },
};

describe('each rule sees what breaks it, and nothing else', () => {
  const all = ruleNames.flatMap((name) =>
    (['wrong', 'right'] as const).flatMap((kind) =>
      samples[name][kind].map(([path, text]) => [name, kind, path, text] as const),
    ),
  );

  test.each(all)('%s: %s in %s: %s', (name, kind, path, text) => {
    const problems = rules[name]({ path, text });

    expect(problems.length > 0).toBe(kind === 'wrong');
  });
});
