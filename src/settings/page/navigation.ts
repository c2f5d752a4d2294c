import {
  Activity,
  Coins,
  FileHeart,
  Gauge,
  Hash,
  KeyRound,
  type LucideIcon,
  Mail,
  Plug,
  Settings,
  Shuffle,
  Users,
} from 'lucide-react';
import type { Texts } from './texts/i18n.ts';

interface Place {
  readonly name: keyof Texts['nav'];
  readonly to: `/c/$company/${string}`;
  readonly icon: LucideIcon;
}

/** The pages of a company, in the order of the navigation. Each has its route in router.tsx. */
export const navigation = [
  { name: 'dashboard', to: '/c/$company/dashboard', icon: Gauge },
  { name: 'connections', to: '/c/$company/connections', icon: Plug },
  { name: 'mapping', to: '/c/$company/mapping', icon: Shuffle },
  { name: 'letters', to: '/c/$company/letters', icon: Mail },
  { name: 'applicantsPage', to: '/c/$company/applicants-page', icon: FileHeart },
  { name: 'credits', to: '/c/$company/credits', icon: Coins },
  { name: 'activity', to: '/c/$company/activity', icon: Activity },
  { name: 'slack', to: '/c/$company/slack', icon: Hash },
  { name: 'members', to: '/c/$company/members', icon: Users },
  { name: 'tokens', to: '/c/$company/tokens', icon: KeyRound },
  { name: 'settings', to: '/c/$company/settings', icon: Settings },
] as const satisfies readonly Place[];
