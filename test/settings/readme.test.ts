import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Command } from 'commander';
import { addClientCommands } from '../../src/settings/index.ts';

const root = new URL('../../', import.meta.url);
/** Commands that main.ts has of its own, without a service. */
const ofMain = new Set(['serve', 'demo', 'fake', 'migrate', 'ledger', 'keys']);

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(new URL('connectors/', root), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [`connectors/${entry.name}/README.md`] : [],
  ),
];

/** Every `career-relay …` of a page: lines of code blocks, and what stands between backticks. */
function findCommands(page: string): readonly string[] {
  const text = readFileSync(new URL(page, root), 'utf8');
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block.replaceAll(/\\\n\s*/g, '').split('\n'),
  );
  const inline = [...text.matchAll(/`(career-relay [^`]+)`/g)].map(([, line = '']) => line.replaceAll(/\s+/g, ' '));
  return [...blocks, ...inline]
    .flatMap((line) => line.split('&&'))
    .map((line) => line.trim().replace(/\s+#.*$/, ''))
    .filter((line) => line.startsWith('career-relay '));
}

const silent = { write: () => true };
const program = new Command('career-relay');
addClientCommands(program, { env: {}, stdout: silent, stderr: silent, stdin: (async function* () {})() });

/** What is wrong with a command as a person would type it; undefined when the command line takes it. */
function findFault(line: string): string | undefined {
  const words = (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).slice(1);
  let command = program;
  while (words.length > 0) {
    const next = command.commands.find((below) => below.name() === words[0]);
    if (!next) break;
    command = next;
    words.shift();
  }
  if (command === program) return ofMain.has(words[0] ?? '') ? undefined : 'there is no such command';
  if (command.commands.length > 0) return undefined; // a whole family, named in a sentence
  const flags = words.filter((word) => word.startsWith('--'));
  const unknown = flags.filter((flag) => !command.options.some(({ long }) => long === flag));
  if (unknown.length > 0) return `there is no ${unknown.join(', ')}`;
  const missing = command.options.filter(({ mandatory, long }) => mandatory && long && !flags.includes(long));
  return missing.length > 0 ? `${missing.map(({ long }) => long).join(', ')} is needed` : undefined;
}

test.each(pages)('every command that %s tells people to type is one the command line takes', (page) => {
  expect(findCommands(page).flatMap((line) => findFault(line) ?? [])).toEqual([]);
});

test('the pages do tell commands', () => {
  expect(pages.flatMap(findCommands).length).toBeGreaterThan(15);
});

test.each([
  ['career-relay company create --slug sakura', 'there is no --slug'],
  ['career-relay company create sakura --name x --address y', '--email is needed'],
  ['career-relay companies list', 'there is no such command'],
])('%s is found to be wrong', (line, fault) => {
  expect(findFault(line)).toBe(fault);
});

test('every picture that the README shows is there, and of the settings page none lies there that it does not show', () => {
  const shown = [
    ...readFileSync(new URL('README.md', root), 'utf8').matchAll(/docs\/((?:app|slack)\/[^"')]+\.png)/g),
  ].map(([, name = '']) => name);
  const kept = ['app', 'slack'].flatMap((folder) =>
    readdirSync(new URL(`docs/${folder}/`, root)).map((name) => `${folder}/${name}`),
  );

  expect(shown.filter((name) => !kept.includes(name))).toEqual([]);
  expect(kept.filter((name) => name.startsWith('app/') && !shown.includes(name))).toEqual([]);
});
