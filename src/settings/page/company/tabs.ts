export const settingsTabs = ['company', 'agency', 'data'] as const;
export type SettingsTab = (typeof settingsTabs)[number];

/** What stands in the address of the settings. */
export interface SettingsSearch {
  readonly tab?: SettingsTab | undefined;
}

export function toSettingsSearch(search: { readonly [name: string]: unknown }): SettingsSearch {
  return { tab: settingsTabs.find((tab) => tab === search.tab) };
}
