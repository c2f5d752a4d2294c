import { expect, test } from '@jest/globals';
import { clampMessage, clampText } from '../../../src/slack/text/limits.ts';
import { validateBlocks } from '../../support/fake-slack.ts';

test.each([
  ['髙﨑🍱🍱', 5, '髙﨑🍱…'],
  ['髙﨑🍱🍱', 4, '髙﨑…'],
  ['a &amp; b and more', 6, 'a …'],
  ['for <@U0123456789> only', 10, 'for …'],
  ["O'Brien", 7, "O'Brien"],
])('%s in %s units is %s: nothing is cut in two', (text, most, expected) => {
  expect(clampText(text, most)).toBe(expected);
});

test('a message that is too long in every way is one that Slack takes', () => {
  const long = '日本語🍱'.repeat(2_000);
  const text = { type: 'mrkdwn', text: long } as const;
  const plain = { type: 'plain_text', text: long } as const;
  const button = { type: 'button', action_id: 'x', text: plain } as const;
  const blocks = Array.from({ length: 15 }, () => [
    { type: 'header', text: plain } as const,
    { type: 'section', text, fields: Array.from({ length: 30 }, () => text) } as const,
    { type: 'context', elements: Array.from({ length: 30 }, () => text) } as const,
    {
      type: 'actions',
      elements: Array.from({ length: 30 }, (_, index) => ({ ...button, action_id: `x${index}` })),
    } as const,
    { type: 'image', image_url: 'https://relay.example.com/c.png', alt_text: long } as const,
  ]).flat();

  const clamped = clampMessage({ text: long, blocks });

  expect(validateBlocks(clamped.blocks, 'message')).toEqual([]);
  expect(clamped.text.length).toBeLessThanOrEqual(3_000);
  expect(clamped.text.isWellFormed()).toBe(true);
});
