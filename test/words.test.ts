import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

interface Line {
  readonly path: string;
  readonly text: string;
}

/** What a company's people read has one word for one thing. */
const others: readonly (readonly [say: string, not: RegExp])[] = [
  ['手紙', /選考結果メール|お祈り/],
  ['クレジット', /無料紹介|無料の紹介/],
  ['クレジット1件', /クレジット[をが]?(?:\d|\{\{ ?\w+ ?\}\})つ/],
  ['reserve, release', /\b(?:hold|give back) (?:a|one|this) credit\b|\bcredit (?:held|given back)\b/i],
  ['クレジットの確保', /(?:クレジット|紹介)[のを](?:\S{1,3}件)?予約/],
  ['不採用、不採用理由', /見送/],
  ['試験運転', /テスト運用/],
  ['letter', /\bletters? of rejection\b/i],
  ['credit', /(?<!the right to one )\bfree introductions?\b/i],
  ['trial run', /\btest mode\b/i],
];

/** Where another word has to stand, and why. */
const exceptions: readonly (Line & { readonly why: string })[] = [
  {
    path: 'src/slack/app/command.ts',
    text: '選考結果メール',
    why: 'still understood when typed: it was the word before',
  },
  { path: 'connectors/hrmos/map.ts', text: '見送', why: 'the word of the ATS, which a file may hold' },
];

const top = fileURLToPath(new URL('../', import.meta.url));

function readLines(): readonly Line[] {
  const folders = ['src', 'connectors', 'templates/slack'];
  const paths = folders.flatMap((folder) =>
    readdirSync(`${top}${folder}`, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  );
  const invitations = ['txt', 'html'].flatMap((form) =>
    ['ja', 'en'].map((l) => `templates/letter/invitation.${l}.${form}`),
  );
  return [...paths, ...invitations, 'README.md', 'manifest.json']
    .filter((path) => /\.(?:tsx?|json|md|txt|html)$/.test(path) && !path.includes('/fixtures/'))
    .flatMap((path) =>
      readFileSync(`${top}${path}`, 'utf8')
        .split('\n')
        .map((text) => ({ path, text })),
    );
}

const isExcepted = (line: Line) => exceptions.some(({ path, text }) => line.path === path && line.text.includes(text));

function findOthers({ text }: Pick<Line, 'text'>): readonly string[] {
  return others.flatMap(([say, not]) => (not.test(text) ? [say] : []));
}

test('what a company’s people read calls a letter, a credit and a rejection by one word each', () => {
  const wrong = readLines().filter((line) => findOthers(line).length > 0 && !isExcepted(line));

  expect(wrong.map((line) => `${line.path}: say ${findOthers(line)}: ${line.text.trim()}`)).toEqual([]);
});

test('every exception is needed', () => {
  const needed = readLines().filter((line) => findOthers(line).length > 0 && isExcepted(line));

  expect([...new Set(needed.map(({ path }) => path))].sort()).toEqual(exceptions.map(({ path }) => path).sort());
});

test.each([
  ['選考結果メールが確認待ちです', '手紙'],
  ['使える無料紹介は1件です', 'クレジット'],
  ['クレジットを1つ確保します', 'クレジット1件'],
  ['クレジットを1件予約しました', 'クレジットの確保'],
  ['見送り理由ごと', '不採用、不採用理由'],
  ['2 free introductions available', 'credit'],
])('%s is not said', (text, say) => {
  expect(findOthers({ text })).toEqual([say]);
});
