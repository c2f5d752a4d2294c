const systems = ['iPhone', 'iPad', 'Android', 'Windows', 'Macintosh', 'Linux'] as const;
const browsers = [
  ['Edg/', 'Edge'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;

/** "Chrome, Windows" of what a browser says about itself; the rest of it tells a person nothing. */
export function toBrowser(userAgent: string | null): string {
  const browser = browsers.find(([sign]) => userAgent?.includes(sign))?.[1];
  const system = systems.find((name) => userAgent?.includes(name))?.replace('Macintosh', 'Mac');
  return [browser, system].filter((part) => part !== undefined).join(', ') || '—';
}
