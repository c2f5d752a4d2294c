import { expect, test } from '@jest/globals';
import { findWording, type Pastable } from '../../src/letter/found-wording.ts';

const link = 'https://relay.example.com/r/kakuu-foods';

/** A letter as it is pasted: its own lines, and those that all of ours share. */
function toLetter(...own: readonly string[]): string {
  return [
    '{{CANDIDATE_NAME}} 様',
    '',
    ...own,
    '',
    link,
    'お申し込みは任意です。何もなさらなくても不利益は一切ありません。',
    '----------------',
    '架空食品株式会社 採用担当',
    'お問い合わせ：recruit@example.com',
  ].join('\n');
}

const first = 'このたびは面接の場で貴重なお話をうかがい、心より感謝いたします。';
const second = '社内で検討を重ねましたが、今回はご一緒できないという結論になりました。';
const third = 'ほかの会社の求人にご関心がありましたら、次のページからお申し込みいただけます。';

function pastable(id: string, version: number, lines: readonly string[], isNewest = true): Pastable {
  return { template: { id, name: id, version }, locale: 'ja', isNewest, text: toLetter(...lines), link };
}
const standard: Pastable = {
  template: null,
  locale: 'ja',
  isNewest: true,
  text: toLetter('選考の結果、今回は採用を見送らせていただくことになりました。ご応募に感謝いたします。'),
  link,
};
const newest = pastable('𠮷野', 2, [first, second, third]);
const older = pastable('𠮷野', 1, [first, second], false);
const ours = [standard, newest, older];

test('a letter is recognised whatever the editor of an ATS made of its lines, marks and widths', () => {
  const pasted = toLetter(first, second, third)
    .split('\n')
    .map((line) => `<div> ${line.replace('{{CANDIDATE_NAME}}', '{{ CANDIDATE_NAME }}')} </div>`)
    .join('')
    .replace('recruit@', 'ｒｅｃｒｕｉｔ@');

  expect(findWording(pasted.replaceAll(/<[^>]*>/g, ''), ours)).toEqual({
    template: { id: '𠮷野', name: '𠮷野', version: 2 },
    locale: 'ja',
    state: 'newest',
  });
});

test('the words of a version that was replaced are told as such', () => {
  expect(findWording(toLetter(first, second), ours)).toMatchObject({ template: { version: 1 }, state: 'older' });
});

test('a letter that somebody changed is told as the nearest, and as changed', () => {
  const changed = toLetter(first, second.replace('重ね', '続け'), third);

  expect(findWording(changed, [standard, newest])).toMatchObject({ template: { version: 2 }, state: 'changed' });
});

test('the standard letter is told from own ones, and of two with the same words the one that is to be pasted', () => {
  const twin = pastable('控え', 1, [first, second]);

  expect(findWording(standard.text, ours)).toEqual({ template: null, locale: 'ja', state: 'newest' });
  expect(findWording(twin.text, [...ours, twin])).toMatchObject({ template: { id: '控え' }, state: 'newest' });
});

test('words of somebody else are none of ours, also where our fixed lines stand among them', () => {
  const others = `${'長い文章です。採用の結果をお知らせいたします。\n'.repeat(5)}お申し込みは任意です。何もなさらなくても不利益は一切ありません。`;

  expect(findWording(others, ours)).toBeUndefined();
  expect(findWording('', ours)).toBeUndefined();
  expect(findWording(others, [])).toBeUndefined();
});

test('a letter in which another link stands is recognised all the same: links are looked for elsewhere', () => {
  const moved = standard.text.replace(link, 'https://old.example.com/r/x');

  expect(findWording(moved, ours)).toMatchObject({ state: 'newest' });
});
