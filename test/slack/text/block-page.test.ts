import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { sha256 } from '../../../src/platform/ids.ts';
import { type BlocksPage, blocksCsp, renderBlocksPage } from '../../../src/slack/text/block-page.ts';
import { toMrkdwnHtml, toPlainHtml } from '../../../src/slack/text/mrkdwn-html.ts';
import { toAppPictures } from '../../support/app-pictures.ts';
import { toNoticePictures } from '../../support/notice-pictures.ts';

const names = { U0123456789: '髙﨑 <一郎>', C0123456789: 'saiyo' };
const at = new Date('2026-11-24T00:00:00Z');
const render = (page: Partial<BlocksPage>) =>
  renderBlocksPage({ title: '題', locale: 'ja', messages: [], names, ...page });
const renderText = (text: string) =>
  render({ messages: [{ at, text: '', blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] }] });

describe('mrkdwn', () => {
  test.each([
    ['いま *3件* です', 'いま <b>3件</b> です'],
    ['いま*3件*です', 'いま*3件*です'],
    ['_a_ ~b~ *c* d_e_f', '<i>a</i> <s>b</s> <b>c</b> d_e_f'],
    ['`*a* <@U0123456789> &lt;`', '<code>*a* &lt;@U0123456789&gt; &lt;</code>'],
    ['```\na < b\n*c*\n```', '<pre>a &lt; b\n*c*</pre>'],
    [
      '<@U0123456789> と <#C0123456789>',
      '<span class="mention">@髙﨑 &lt;一郎&gt;</span> と <span class="mention">#saiyo</span>',
    ],
    [
      '*<https://example.com/?a=1&amp;b=2|設定>*',
      '<b><a href="https://example.com/?a=1&amp;b=2" rel="noreferrer">設定</a></b>',
    ],
    ['<!date^1764000000^{date}|11月24日>', '11月24日'],
    [':warning: :unknown: 9:30:15 :constructor:', '⚠️ :unknown: 9:30:15 :constructor:'],
    ['&lt;!channel&gt; &amp;amp; "𠮷野" O\'Brien', '&lt;!channel&gt; &amp;amp; &quot;𠮷野&quot; O&#39;Brien'],
    ['<javascript:alert(1)|x>', '&lt;javascript:alert(1)|x&gt;'],
    ['<https://x.example.com/"onx=1|a<b>', '&lt;https://x.example.com/&quot;onx=1|a&lt;b&gt;'],
    ['\ue0000\ue001 *a*', '0 <b>a</b>'],
  ])('%j looks like %s', (text, html) => {
    expect(toMrkdwnHtml(text, names)).toBe(html);
  });

  test('in plain text nothing but emoji has a meaning', () => {
    expect(toPlainHtml(':mute: *a* <@U0123456789> &amp;')).toBe('🔇 *a* &lt;@U0123456789&gt; &amp;amp;');
  });
});

test('no text of a message makes a tag of its own', () => {
  const evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>`</code><script>`';

  const html = render({
    title: evil,
    intro: evil,
    more: { href: `/notices?cursor=${evil}`, text: evil },
    messages: [
      {
        at,
        text: evil,
        where: evil,
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: evil } },
          { type: 'section', text: { type: 'mrkdwn', text: evil }, fields: [{ type: 'plain_text', text: evil }] },
          { type: 'image', image_url: evil, alt_text: evil },
          { type: 'image', slack_file: { id: evil }, alt_text: evil },
          {
            type: 'actions',
            elements: [{ type: 'button', action_id: 'x', text: { type: 'plain_text', text: evil }, url: evil }],
          },
          { type: evil },
        ],
      },
      { at, text: evil, blocks: [] },
    ],
    names: { [evil]: evil },
  });

  expect(html).not.toMatch(/<script|<img src=x|onerror=alert\(1\)>(?!&)/);
  expect(html.match(/<img /g)).toHaveLength(1);
});

test('a picture is shown where it is at hand, else what it tells', () => {
  const blocks = [{ type: 'image', slack_file: { id: 'F0123456789' }, alt_text: 'この週は34通' } as const];
  const messages = [{ at, text: '', blocks }];

  expect(render({ messages, images: { F0123456789: 'data:image/png;base64,AA==' } })).toContain(
    '<img src="data:image/png;base64,AA==" alt="この週は34通">',
  );
  expect(render({ messages })).toContain('<p class="missing">この週は34通</p>');
});

test('a modal and a home tab are shown with their inputs', () => {
  const text = (of: string) => ({ type: 'plain_text', text: of }) as const;
  const options = ['送る', '送らない'].map((of, index) => ({ text: text(of), value: String(index) }));
  const html = render({
    views: [
      {
        type: 'modal',
        title: text('理由の設定'),
        submit: text('保存する'),
        close: text('閉じる'),
        blocks: [
          {
            type: 'input',
            label: text('理由'),
            element: { type: 'static_select', placeholder: text('選択'), options },
          },
          {
            type: 'input',
            label: text('扱い'),
            element: { type: 'radio_buttons', options, initial_option: { text: text('送らない'), value: '1' } },
          },
          { type: 'input', label: text('メモ'), element: { type: 'plain_text_input', initial_value: '髙﨑 & <b>' } },
        ],
      },
      { type: 'home', blocks: [{ type: 'header', text: text('残高') }, { type: 'divider' }] },
    ],
  });

  for (const shown of [
    '理由の設定',
    '保存する',
    '閉じる',
    '選択',
    '○ 送る',
    '◉ 送らない',
    '髙﨑 &amp; &lt;b&gt;',
    '残高',
    '<hr>',
  ])
    expect(html).toContain(shown);
});

test('the page is whole: its policy lets in nothing but its own style and our pictures, and it needs no more', () => {
  const html = renderText('<https://example.com|x>');

  expect(blocksCsp).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; img-src 'self' data:;/);
  expect(html).not.toMatch(/<script|<link|style="|url\(|@import/);
  const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
  expect(blocksCsp).toContain(Buffer.from(sha256(style), 'hex').toString('base64'));
});

test('the language and the scheme of the page are told to the browser', () => {
  expect(render({ scheme: 'dark' })).toContain('<html lang="ja" data-scheme="dark">');
  expect(render({ locale: 'en' })).toContain('<html lang="en">');
});

test('the pictures of the documentation are those of the present messages and views; else run `npm run pictures`', async () => {
  const folder = new URL('../../../docs/slack/', import.meta.url);
  const madeFrom = JSON.parse(readFileSync(new URL('pictures.json', folder), 'utf8'));

  const pictures = [...toNoticePictures(), ...(await toAppPictures())];

  const present = pictures.map(({ name, html }) => [`${name}.png`, sha256(html)]);

  expect(madeFrom).toEqual(Object.fromEntries(present));
  const files = readdirSync(folder).filter((file) => file.endsWith('.png'));
  expect(files.sort()).toEqual(Object.keys(madeFrom).sort());
  for (const file of files) expect(readFileSync(new URL(file, folder)).length).toBeLessThan(200_000);
});
