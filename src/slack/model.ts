/**
 * Text that Slack shows as it is: `&`, `<` and `>` are all that mrkdwn gives a meaning to inside text, so no mention,
 * link or broadcast can be made of it. Source: docs.slack.dev, "Formatting message text" (read 2026-11-22).
 */
export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** How people call the app in a channel. Slack allows a-z, 0-9, `-`, `_` and `.` (docs.slack.dev, "App manifest reference", read 2026-11-29). */
export const botName = 'career-relay';

const longestName = 100;

/** A company's name in one line of at most 100 characters. */
export function toShownName(name: string): string {
  const characters = [...name.replace(/[\s\p{Cc}]+/gu, ' ').trim()];
  return characters.length > longestName ? `${characters.slice(0, longestName - 1).join('')}…` : characters.join('');
}
