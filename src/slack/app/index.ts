export type * from './parts.ts';
export { openSlackApp, type ReceiverConfig, type SlackApp, slackPath } from './receiver.ts';
