/** Slack's mentions of many people at once: docs.slack.dev, "Formatting message text" (read 2026-11-29). */
const broadcast = /<!(?:channel|here|everyone|group|subteam\^\w+)(?:\|[^>]*)?>/g;

/** The broadcasts that a message's own text would make. */
export function findTextBroadcasts(text: string): readonly string[] {
  return text.match(broadcast) ?? [];
}

/** The broadcasts in every mrkdwn text of these blocks. Slack reads none out of plain_text. */
export function findBlockBroadcasts(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'mrkdwn' && 'text' in value) return findTextBroadcasts(String(value.text));
  return Object.values(value).flatMap(findBlockBroadcasts);
}
