import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm run new:connector -- <id>`: makes connectors/<id>, which compiles, offers it in the lists, and puts it into the
 * contract suite, which then says line by line what is missing.
 */

const root = fileURLToPath(new URL('../', import.meta.url));

function toFiles(id: string, name: string): Readonly<Record<string, string>> {
  return {
    'index.ts': `import { defineConnector } from '../../src/connector/contract.ts';

const notYet = { ja: '', en: '' };

/** connectors/_sample is the smallest living example; connectors/greenhouse a whole one. */
export const ${name} = defineConnector({
  id: '${id}',
  title: '',
  docs: 'https://',
  settings: {},
  template: {
    tokens: { candidateFirstName: null, candidateName: null, jobTitle: null, companyName: null },
    modes: {
      'relay-sent': { possible: false, why: notYet },
      'ats-static': { possible: false, why: notYet },
      'ats-personal': { possible: false, why: notYet },
      'ats-triggered': { possible: false, why: notYet },
    },
  },
  cannot: [],
});
`,
    'fake.ts': `import type { Fake, FakeOptions } from '../../src/connector/fake.ts';

/** A stand-in as strict as the vendor, written from its documentation. */
export function create${toPascal(name)}Fake(_options: FakeOptions): Fake {
  const notWritten = (): never => {
    throw new Error('not written yet');
  };
  return {
    calls: [],
    handle: async () => notWritten(),
    settings: notWritten,
    reject: notWritten,
    reinstate: notWritten,
    hire: notWritten,
    eraseCandidate: notWritten,
    mergeCandidate: notWritten,
    ping: notWritten,
    written: notWritten,
    failNext: notWritten,
  };
}
`,
  };
}

/** Adds `line` before the line that closes the list which begins with `opening`. */
function addToList(path: string, opening: string, line: string, imports: readonly string[]): void {
  const text = readFileSync(`${root}${path}`, 'utf8');
  const from = text.indexOf(opening);
  const end = text.indexOf('\n', text.indexOf(opening) + opening.length - 1);
  if (from < 0) throw new Error(`${path} no longer says «${opening}»: add «${line}» by hand`);
  const firstLine = text.slice(from, end);
  const added = firstLine.endsWith('];')
    ? text.replace(firstLine, firstLine.replace(/\];$/, `, ${line}];`))
    : `${text.slice(0, end)}\n  ${line},${text.slice(end)}`;
  writeFileSync(`${root}${path}`, [...imports, added].join('\n'));
}

function toCamel(id: string): string {
  return id.replace(/-([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}

function toPascal(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function make(id: string): readonly string[] {
  const folder = `${root}connectors/${id}`;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) throw new Error(`«${id}» is no id: kebab-case, such as acme-hire`);
  if (existsSync(folder)) throw new Error(`connectors/${id} is there already`);
  const name = toCamel(id);
  const files = toFiles(id, name);
  mkdirSync(`${folder}/fixtures`, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(`${folder}/${file}`, text);
  addToList('connectors/index.ts', 'export const connectors: readonly Connector[] = [', name, [
    `import { ${name} } from './${id}/index.ts';`,
  ]);
  const createFake = `create${toPascal(name)}Fake`;
  addToList(
    'connectors/fakes.ts',
    'export const fakes: Readonly<Record<string, (options: FakeOptions) => Fake>> = {',
    `'${id}': ${createFake}`,
    [`import { ${createFake} } from './${id}/fake.ts';`],
  );
  return [...Object.keys(files), 'fixtures/'].map((file) => `connectors/${id}/${file}`);
}

try {
  const made = make(process.argv[2] ?? '');
  const id = process.argv[2] ?? '';
  process.stdout.write(
    `${[
      ...made.map((file) => `made  ${file}`),
      'wrote connectors/index.ts, connectors/fakes.ts',
      '',
      `Next: npm run format, then npm test -- test/contract -t ${id} says what is missing.`,
    ].join('\n')}\n`,
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
