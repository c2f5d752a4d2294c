export type { Notice, NoticeKind } from './model.ts';
export { openSlack, type Slack, type SlackParts } from './slack.ts';
export { listNotices } from './store.ts';
export * from './workspace/index.ts';
