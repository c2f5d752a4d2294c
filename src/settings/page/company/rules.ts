import type { AgencyDetails } from './types.ts';

export type Fault = 'blank' | 'email' | 'licence' | 'url';

/** What the server will refuse, said beside the field and before it is sent. The server decides. */
export function findLineFault(text: string): Fault | undefined {
  return text.trim() === '' ? 'blank' : undefined;
}

export function findEmailFault(text: string): Fault | undefined {
  return findLineFault(text) ?? (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim()) ? undefined : 'email');
}

/** Full and half width, and any kind of dash, as the server takes it. */
export function toLicenceNumber(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\u2010-\u2015\u2212\u30fc]/g, '-')
    .replaceAll(/\s/g, '');
}

export function findAgencyFaults(agency: AgencyDetails): Partial<Record<keyof AgencyDetails, Fault>> {
  const url = (text: string) => findLineFault(text) ?? (isHttps(text) ? undefined : 'url');
  const licence = /^\d{2}-ユ-\d{6}$/.test(toLicenceNumber(agency.licenceNumber)) ? undefined : 'licence';
  const faults: Record<keyof AgencyDetails, Fault | undefined> = {
    name: findLineFault(agency.name),
    address: findLineFault(agency.address),
    representative: findLineFault(agency.representative),
    licenceNumber: findLineFault(agency.licenceNumber) ?? licence,
    licenceExpiresOn: findLineFault(agency.licenceExpiresOn),
    privacyUrl: url(agency.privacyUrl),
    registrationUrl: url(agency.registrationUrl),
  };
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault !== undefined));
}

function isHttps(text: string): boolean {
  return URL.canParse(text.trim()) && new URL(text.trim()).protocol === 'https:';
}
