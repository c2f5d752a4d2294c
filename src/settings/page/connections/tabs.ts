/** The parts of a connection's page. Which is open stands in the address. */
export const tabs = ['state', 'letters', 'settings', 'files', 'past'] as const;
export type Tab = (typeof tabs)[number];

export interface ConnectionSearch {
  /** Left out for the first. */
  readonly tab?: Tab | undefined;
}

export function toConnectionSearch({ tab }: { readonly tab?: unknown }): ConnectionSearch {
  const found = tabs.find((one) => one === tab);
  return { tab: found === 'state' ? undefined : found };
}
