import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Right } from '../../../company/roles.ts';
import { type MyCompany, meQuery } from './me.ts';
import { isAllowed } from './rights.ts';
import type { Me } from './types.ts';
import { useApi } from './use-api.tsx';

const companyRoute = getRouteApi('/c/$company');

export function useMe(): Me {
  return useSuspenseQuery(meQuery(useApi())).data;
}

/** The company whose page is open, with the reader's role in it. */
export function useCompany(): MyCompany {
  const { company } = companyRoute.useRouteContext();
  return company;
}

/** Whether the reader may do this for the company that is open. */
export function useMay(right: Right): boolean {
  return isAllowed(useCompany().role, right);
}
