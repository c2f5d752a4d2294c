/** One workspace and one channel, as the environment once named them. Goes with the last file that reads it. */
export interface OneChannel {
  readonly botToken: string;
  readonly signingSecret: string;
  readonly channel: string;
  readonly apiUrl: string | undefined;
}
