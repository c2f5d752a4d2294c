/** Where an admin settles what a notice tells of. The one place that knows where the settings are. */
export function toSettingsUrl(baseUrl: string): string {
  return `${baseUrl}/app`;
}
