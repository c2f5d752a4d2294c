import { accessKinds, type Connector } from './contract.ts';

export type WayIn = 'webhook' | 'poll' | 'file';

/** How rejections may reach us, in the order we prefer. */
export function toWaysIn({ api, webhook, file }: Pick<Connector, 'api' | 'webhook' | 'file'>): readonly WayIn[] {
  return [
    ...(webhook ? (['webhook'] as const) : []),
    ...(api?.poll ? (['poll'] as const) : []),
    ...(file ? (['file'] as const) : []),
  ];
}

/** Every permission that any of its accesses asks for, in the vendor's names. */
export function toScopes({ api }: Pick<Connector, 'api'>): readonly string[] {
  return [...new Set(accessKinds.flatMap((kind) => api?.access[kind]?.scopes ?? []))];
}

/** Whether a company connects it by agreeing in the ATS: authorisation codes for our own client there. */
export function isInstallable({ api }: Pick<Connector, 'api'>): boolean {
  return api?.access['authorization-code'] !== undefined;
}
