import type { AgencyLack } from '../../company/index.ts';
import type { Connection } from '../../connector/index.ts';
import type { FirstRunMark } from '../../platform/tables.ts';

/** The steps of a company's first run, in their order. */
export const startSteps = ['company', 'agency', 'ats', 'letter', 'slack'] as const;
export type StartStep = (typeof startSteps)[number];

/** What a step can lack; a word of ours for each stands in the page. */
export const startLacks = [
  'company-incomplete',
  'mail-untested',
  'agency-missing',
  'agency-incomplete',
  'licence-expired',
  'terms-missing',
  'ats-missing',
  'ats-failing',
  'ats-unheard',
  'letter-blank',
  'letter-faulty',
  'letter-unapproved',
  'slack-missing',
  'slack-broken',
  'place-missing',
  'place-blocked',
  'slack-untested',
] as const;
export type StartLack = (typeof startLacks)[number];

export interface StepState {
  readonly step: StartStep;
  readonly isDone: boolean;
  /** May be put off: then it is done, and lacks what it lacks. */
  readonly isOptional: boolean;
  readonly isSkipped: boolean;
  readonly lacks: readonly StartLack[];
}

/** One connection, and whether anything ever came in by it. */
export interface StartConnection extends Pick<Connection, 'connectionId' | 'state' | 'resumesAs' | 'failingSince'> {
  readonly isHeard: boolean;
}

export interface StartFacts {
  readonly company: { readonly name: string; readonly postalAddress: string; readonly contactEmail: string };
  readonly agencyLack: AgencyLack | undefined;
  readonly hasTerms: boolean;
  /** Oldest first. */
  readonly connections: readonly StartConnection[];
  /** Of the letter in all languages: the required tokens that are blank, and what the lints find. */
  readonly letter: { readonly lacks: number; readonly faults: number };
  readonly slack: {
    readonly state: 'none' | 'installed' | 'uninstalled' | 'broken';
    readonly places: readonly { readonly blockedReason: string | null }[];
  };
  readonly marks: ReadonlySet<FirstRunMark>;
}

/** How far a company is, from facts alone: what was clicked counts only where no other fact can tell. */
export function judgeSteps(facts: StartFacts): readonly StepState[] {
  const lacks: Readonly<Record<StartStep, readonly StartLack[]>> = {
    company: findCompanyLacks(facts),
    agency: findAgencyLacks(facts),
    ats: findAtsLacks(facts),
    letter: findLetterLacks(facts),
    slack: findSlackLacks(facts),
  };
  return startSteps.map((step) => {
    const isSkipped = step === 'slack' && lacks.slack.length > 0 && facts.marks.has('slack-skipped');
    return {
      step,
      isDone: lacks[step].length === 0 || isSkipped,
      isOptional: step === 'slack',
      isSkipped,
      lacks: lacks[step],
    };
  });
}

/** Whether letters leave, or did until somebody paused them: the first run is over. */
export function isLive({ state, resumesAs }: Pick<StartConnection, 'state' | 'resumesAs'>): boolean {
  return state === 'live' || resumesAs === 'live';
}

/** The connection that the first run is about: the one that works, else the oldest. */
export function chooseConnection(connections: readonly StartConnection[]): StartConnection | undefined {
  return connections.find(isLive) ?? connections.find(isWell) ?? connections[0];
}

function isWell({ isHeard, failingSince }: StartConnection): boolean {
  return isHeard && failingSince === null;
}

function findCompanyLacks({ company, marks }: StartFacts): readonly StartLack[] {
  const isBlank = [company.name, company.postalAddress, company.contactEmail].some((text) => text.trim() === '');
  return pick([
    ['company-incomplete', isBlank],
    ['mail-untested', !marks.has('mail-tested')],
  ]);
}

function findAgencyLacks({ agencyLack, hasTerms }: StartFacts): readonly StartLack[] {
  if (agencyLack) return [agencyLack];
  return hasTerms ? [] : ['terms-missing'];
}

function findAtsLacks({ connections }: StartFacts): readonly StartLack[] {
  const connection = chooseConnection(connections);
  if (!connection) return ['ats-missing'];
  if (connection.failingSince) return ['ats-failing'];
  return connection.isHeard ? [] : ['ats-unheard'];
}

function findLetterLacks({ letter, marks }: StartFacts): readonly StartLack[] {
  return pick([
    ['letter-blank', letter.lacks > 0],
    ['letter-faulty', letter.faults > 0],
    ['letter-unapproved', !marks.has('letter-approved')],
  ]);
}

function findSlackLacks({ slack: { state, places }, marks }: StartFacts): readonly StartLack[] {
  if (state === 'none') return ['slack-missing'];
  if (state !== 'installed') return ['slack-broken'];
  if (places.length === 0) return ['place-missing'];
  if (places.every(({ blockedReason }) => blockedReason !== null)) return ['place-blocked'];
  return pick([['slack-untested', !marks.has('slack-tested')]]);
}

function pick(lacks: readonly (readonly [StartLack, boolean])[]): readonly StartLack[] {
  return lacks.filter(([, isLacking]) => isLacking).map(([lack]) => lack);
}
